"""PATCH as AWS IAM Identity Center takes it: the documented paths only, so that a path it would refuse is refused here."""

import re
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
_PLAIN = frozenset(
    [
        "userName",
        "active",
        "externalId",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
    ]
)
_LISTS = frozenset(("emails", "addresses", "phoneNumbers"))
_NAME_PARTS = frozenset(("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"))
_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_ENTERPRISE_PARTS = frozenset(("employeeNumber", "costCenter", "organization", "division", "department", "manager"))
_SUB_PATH = re.compile(rf"^(?:(name)\.(\w+)|({re.escape(_ENTERPRISE)}):(\w+))$")


class Refused(Exception):
    """A request that the target refuses."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a PATCH.  A path-less one has been given the path of its only attribute."""

    op: str
    path: str
    value: Any


def operations_of(body: Any) -> list[Operation]:
    """The operations of a PATCH body.  Raises Refused."""
    if not isinstance(body, dict) or not isinstance(body.get("Operations"), list) or not body["Operations"]:
        raise Refused(400, "Request is unparsable, syntactically incorrect, or violates schema.")
    found = [_operation(one) for one in body["Operations"]]
    for once in ("userName", "active"):
        if sum(one.path == once for one in found) > 1:
            raise Refused(400, f"{once} is changed more than once")
    return found


def _operation(one: Any) -> Operation:
    op, path, value = str(one.get("op", "")).lower(), one.get("path"), one.get("value")
    if op not in ("add", "replace", "remove"):
        raise Refused(400, f"{op} is no operation")
    if path is None:
        named = [key for key in value if key != "id"] if isinstance(value, dict) else []
        if op == "remove":
            raise Refused(400, "Missing path in PATCH request")
        if len(named) != 1:
            raise Refused(400, 'Current PATCH support allows omitting "path" attribute only for operations on one attribute.')
        path, value = named[0], value[named[0]]
    if op != "remove" and value is None:
        raise Refused(400, "A value is missing")
    return Operation(op, str(path), value)


def apply_operations(document: Document, operations: list[Operation]) -> None:
    """Change `document` (of a user, or the plain attributes of a group).  Raises Refused for a path that is not documented."""
    for operation in operations:
        path = operation.path
        if path in _PLAIN or path in _LISTS:
            if operation.op == "remove" and path in ("userName", "active"):
                raise Refused(400, f"{path} cannot be removed")
            _put(document, path, operation)
        elif path in ("name", _ENTERPRISE):
            _put_complex(document, path, operation)
        else:
            _put_part(document, operation)
    active = document.get("active")
    if isinstance(active, str):
        document["active"] = active.lower() == "true"


def _put(holder: Document, key: str, operation: Operation) -> None:
    if operation.op == "remove":
        holder.pop(key, None)
    else:
        holder[key] = operation.value


def _put_complex(document: Document, path: str, operation: Operation) -> None:
    if operation.op == "remove":
        document.pop(path, None)
        return
    parts = _NAME_PARTS if path == "name" else _ENTERPRISE_PARTS
    if not isinstance(operation.value, dict) or not operation.value.keys() <= parts:
        raise Refused(400, f"{path} does not hold that")
    document[path] = {**(document.get(path) or {}), **operation.value}


def _put_part(document: Document, operation: Operation) -> None:
    found = _SUB_PATH.match(operation.path)
    if found is None:
        raise Refused(400, f"{operation.path} cannot be changed")
    holder, part = (found.group(1), found.group(2)) if found.group(1) else (found.group(3), found.group(4))
    if part not in (_NAME_PARTS if holder == "name" else _ENTERPRISE_PARTS):
        raise Refused(400, f"{operation.path} cannot be changed")
    inside = {**(document.get(holder) or {})}
    _put(inside, part, operation)
    if inside:
        document[holder] = inside
    else:
        document.pop(holder, None)
