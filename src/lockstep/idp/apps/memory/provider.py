"""The SCIM service provider behind the connector `memory`: what a request does to what is kept, and what it answers.

It takes what the engine sends, as RFC 7644 has it: create, read, PATCH, delete, lists by `eq` filters and cursors, Bulk.
What it does not take it refuses, as any target does.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from lockstep.idp.apps.memory import store
from lockstep.idp.apps.memory.store import Document, Kind
from lockstep.kit.db import Connection
from lockstep.scim import patch
from lockstep.scim.dialects import normalise_group, normalise_patch, normalise_user
from lockstep.scim.filters import Comparison, parse_filter
from lockstep.scim.messages import BULK_RESPONSE, ERROR, LIST, SPC, ScimError, refuse

OPERATIONS = 1_000
BYTES = 8 * 1024 * 1024
PAGE = 1_000
_NOT_FOUND, _CONFLICT, _NO_METHOD, _ERRORS = 404, 409, 405, 400
Reply = tuple[int, Document | None]
"""(status, body)."""

CONFIG: Document = {
    "schemas": [SPC],
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": OPERATIONS, "maxPayloadSize": BYTES},
    "filter": {"supported": True, "maxResults": PAGE},
    "pagination": {"cursor": True, "index": False, "maxPageSize": PAGE},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
}


class Provider:
    """What is kept for one app.  `now` is the time (ms); each request is part of the caller's transaction."""

    def __init__(self, c: Connection, app: int, now: int) -> None:
        self._c = c
        self._app = app
        self._now = now

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        """The answer to one request; what is refused has changed nothing."""
        if path == "/Bulk" and method == "POST":
            return self._bulk(body)
        try:
            return self._answer(method, path, query, body)
        except ScimError as error:
            return _error(error)

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Reply:
        _, name, *rest = path.split("/")
        if path == "/ServiceProviderConfig" and method == "GET":
            return 200, CONFIG
        if name not in ("Users", "Groups") or len(rest) > 1:
            raise ScimError(_NOT_FOUND, f"There is no {path} here.")
        kind = cast(Kind, name)
        if not rest:
            return self._of_all(method, kind, query, body)
        does: dict[str, Callable[[Kind, Document, Any], Reply]] = {
            "GET": self._read,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }
        if method not in does:
            raise ScimError(_NO_METHOD, f"There is no {method} here.")
        held = store.get(self._c, self._app, kind, rest[0])
        if held is None:
            raise ScimError(_NOT_FOUND, f"{kind[:-1]} {rest[0]} not found.")
        return does[method](kind, held, body)

    def _of_all(self, method: str, kind: Kind, query: Mapping[str, str], body: Any) -> Reply:
        if method == "POST":
            return self._create(kind, body)
        if method != "GET":
            raise ScimError(_NO_METHOD, f"There is no {method} here.")
        return self._list(kind, query)

    def _create(self, kind: Kind, body: Any) -> Reply:
        document = normalise_user(body) if kind == "Users" else normalise_group(body)
        members = _ids(document.pop("members", []))
        instant = _instant(self._now)
        number = str(uuid4())
        meta = {"resourceType": kind[:-1], "created": instant, "lastModified": instant, "location": f"/{kind}/{number}"}
        made = {**document, "id": number, "meta": meta}
        self._check(kind, made)
        self._check_members(members)
        store.add(self._c, self._app, kind, made)
        store.add_members(self._c, self._app, number, members)
        return 201, made

    def _read(self, kind: Kind, held: Document, _body: Any) -> Reply:
        if kind == "Users":
            return 200, held
        listed = store.members(self._c, self._app, held["id"])
        return 200, {**held, **({"members": [{"value": one, "display": name} for one, name in listed]} if listed else {})}

    def _patch(self, kind: Kind, held: Document, body: Any) -> Reply:
        operations = patch.parse_patch(normalise_patch(body))
        about_members = [one for one in operations if one.path is not None and one.path.attribute == "members"]
        others = [one for one in operations if one not in about_members]
        moves = [(one.op, _moved(kind, one)) for one in about_members]
        changed = patch.apply(held, others) if others else held
        self._check(kind, changed)
        self._check_members([member for op, ids in moves if op == "add" for member in ids])
        for op, ids in moves:  # everything is checked by now
            move = store.add_members if op == "add" else store.drop_members
            move(self._c, self._app, held["id"], ids)
        instant = {"lastModified": _instant(self._now)}
        store.change(self._c, self._app, kind, {**changed, "id": held["id"], "meta": {**held["meta"], **instant}})
        return 204, None

    def _delete(self, kind: Kind, held: Document, _body: Any) -> Reply:
        store.drop(self._c, self._app, kind, held["id"])
        return 204, None

    def _list(self, kind: Kind, query: Mapping[str, str]) -> Reply:
        size = min(max(int(query.get("count", PAGE)), 1), PAGE)
        after = query.get("cursor", "")
        found = self._found(kind, query.get("filter", ""), after, size + 1)
        shown = found[:size]
        body: Document = {"schemas": [LIST], "itemsPerPage": len(shown), "Resources": shown}
        if len(found) > size:
            body["nextCursor"] = shown[-1]["id"]
        if not query.get("filter"):
            body["totalResults"] = store.count(self._c, self._app, kind)
        return 200, body

    def _found(self, kind: Kind, text: str, after: str, most: int) -> list[Document]:
        if not text:
            return store.page(self._c, self._app, kind, after, most)
        where = parse_filter(text)
        if not isinstance(where, Comparison) or where.op != "eq" or not isinstance(where.value, str):
            refuse("invalidFilter", "Only one comparison by eq is taken here.")
        path = where.path
        attribute = path.attribute if path.sub is None else f"{path.attribute}.{path.sub}"
        if attribute == ("groups.value" if kind == "Users" else "members.value"):
            return store.related(self._c, self._app, attribute, where.value, after, most)
        if attribute not in store.COLUMN:
            refuse("invalidFilter", f"{attribute} cannot be filtered by here.")
        return store.find(self._c, self._app, kind, attribute, where.value)

    def _check(self, kind: Kind, document: Document) -> None:
        attribute = "userName" if kind == "Users" else "displayName"
        name = document.get(attribute)
        if not isinstance(name, str) or not name.strip():
            refuse("invalidValue", f"{attribute} is missing.")
        twins = store.find(self._c, self._app, kind, attribute, name)
        if any(twin["id"] != document["id"] for twin in twins):
            raise ScimError(_CONFLICT, f"Another one has the {attribute} {name}.", "uniqueness")

    def _check_members(self, ids: list[str]) -> None:
        for one in ids:
            if store.get(self._c, self._app, "Users", one) is None:
                raise ScimError(_NOT_FOUND, f"User {one} not found.")

    def _bulk(self, body: Any) -> Reply:
        """Each operation by itself (RFC 7644 section 3.7)."""
        operations = body.get("Operations") if isinstance(body, dict) else None
        if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
            return _error(ScimError(_ERRORS, "A Bulk request has Operations.", "invalidSyntax"))
        if len(operations) > OPERATIONS:
            return _error(ScimError(413, f"A Bulk request has at most {OPERATIONS} operations.", "tooMany"))
        return 200, {"schemas": [BULK_RESPONSE], "Operations": [self._operation(one) for one in operations]}

    def _operation(self, operation: Document) -> Document:
        method, path = str(operation.get("method", "")).upper(), str(operation.get("path", ""))
        if path.count("/") not in (1, 2) or path == "/Bulk":
            status, body = _error(ScimError(_NOT_FOUND, f"There is no {path} here."))
        else:
            status, body = self.answer(method, path, {}, operation.get("data"))
        done: Document = {"method": method, "bulkId": operation.get("bulkId"), "status": str(status)}
        if status >= _ERRORS:
            done["response"] = body
        elif body is not None:
            done["location"] = body["meta"]["location"]
        return done


def _error(error: ScimError) -> Reply:
    body: Document = {"schemas": [ERROR], "status": str(error.status), "detail": error.detail}
    return error.status, {**body, **({"scimType": error.scim_type} if error.scim_type else {})}


def _moved(kind: Kind, operation: patch.Operation) -> list[str]:
    """The members that an operation adds or removes."""
    where = None if operation.path is None else operation.path.where
    if kind == "Users" or where is not None or operation.op == "replace":
        refuse("invalidPath", "Members of groups are added and removed by their values.")
    return _ids(operation.value)


def _ids(values: Any) -> list[str]:
    listed = values if isinstance(values, list) else [values]
    found = [one.get("value") if isinstance(one, dict) else one for one in listed]
    if not all(isinstance(one, str) and one for one in found):
        refuse("invalidValue", "Each member has a value.")
    return [str(one) for one in found]


def _instant(now: int) -> str:
    return datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
