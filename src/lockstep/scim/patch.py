"""PATCH (RFC 7644 3.5.2): read a request, apply it, and build the smallest one (`diff`, from `delta`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from lockstep.scim import plural
from lockstep.scim.delta import diff
from lockstep.scim.matching import is_present, key_of, located
from lockstep.scim.messages import CORE_1, ENTERPRISE, GROUP, PATCH_OP, ScimError, refuse
from lockstep.scim.paths import Path, parse_path
from lockstep.scim.schemas import CORE_URNS, KNOWN_URNS, Attribute, find
from lockstep.scim.tokens import version_index
from lockstep.scim.values import compact, conform, is_empty

__all__ = ["Op", "Operation", "apply", "diff", "parse_patch"]

Op = Literal["add", "replace", "remove"]
_OPS: Final = frozenset({"add", "replace", "remove"})
_DERIVED: Final = "schemas"
"""Follows from which extensions are present, so writing to it changes nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.  `path` is None where the request had none; then `value` is an object of attributes.

    `value` is as sent, and None where the request had none or null.
    """

    op: Op
    path: Path | None
    value: Any


def parse_patch(body: object) -> list[Operation]:
    """The operations of a PATCH body `{schemas: [PatchOp], Operations: [{op, path?, value?}, …]}` (RFC 7644 3.5.2).

    ScimError 400: invalidSyntax for another structure, invalidPath for a malformed path, noTarget for a remove without path,
    invalidValue for an add without value, a replace without the key `value`, or no object where there is no path.
    """
    if not isinstance(body, dict):
        refuse("invalidSyntax", "The body of a PATCH is a JSON object.")
    schemas = _member(body, "schemas")
    if not isinstance(schemas, list) or PATCH_OP.lower() not in {str(urn).lower() for urn in schemas}:
        refuse("invalidSyntax", f"The attribute schemas must contain {PATCH_OP}.")
    operations = _member(body, "Operations")
    if not isinstance(operations, list) or not operations:
        refuse("invalidSyntax", "The attribute Operations must be a list of one or more operations.")
    return [_operation(item) for item in operations]


def apply(resource: Mapping[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """`resource` after `operations`, as a new object without empty values; all of them take effect, or a ScimError is raised.

    What RFC 7644 3.5.2 leaves open: an `add` whose selection matches nothing makes the value that the selection describes
    (Entra relies on it); a `remove` that finds nothing changes nothing; a `remove` of a multi-valued attribute with a value
    takes out only the values listed, and an empty list takes out none; read-only attributes are refused in a path and ignored
    in an object without path (Okta sends `id` there).  Attributes nobody defined are kept as sent.

    ScimError 400: noTarget, invalidPath, invalidValue, mutability (a read-only or required attribute, or an immutable value).
    """
    result: dict[str, Any] = compact(dict(resource))
    for operation in operations:
        if operation.path is None:
            _apply_object(result, operation.op, operation.value)
        else:
            _apply_at(result, operation.op, operation.path, operation.value)
    result = compact(result)
    _keep_required(resource, result)
    _list_schemas(resource, result)
    return result


def _member(body: Mapping[str, Any], name: str) -> Any:
    key = key_of(body, name)
    return None if key is None else body[key]


def _operation(item: object) -> Operation:
    if not isinstance(item, dict):
        refuse("invalidSyntax", "Each operation is a JSON object.")
    op = _member(item, "op")
    if not isinstance(op, str) or op.lower() not in _OPS:
        refuse("invalidSyntax", 'The attribute op must be one of "add", "remove" and "replace".')
    text = _member(item, "path")
    if text is not None and not isinstance(text, str):
        refuse("invalidPath", "The attribute path is a string.")
    found = Operation(cast(Op, op.lower()), parse_path(text) if text else None, _member(item, "value"))
    _check_value(found, has_value=key_of(item, "value") is not None)
    return found


def _check_value(operation: Operation, *, has_value: bool) -> None:
    op, value = operation.op, operation.value
    if op == "remove":
        if operation.path is None:
            refuse("noTarget", "A remove operation needs a path.")
    elif not has_value or (op == "add" and value is None):
        refuse("invalidValue", f"The operation {op} needs a value.")
    elif operation.path is None and not isinstance(value, dict):
        refuse("invalidValue", "Without a path, the value is an object of the attributes to change.")


def _apply_object(result: dict[str, Any], op: Op, value: Any) -> None:
    """An operation without path: each key is a path of its own (Entra sends dotted keys, keys with URNs and selections)."""
    if not isinstance(value, dict):
        refuse("invalidValue", "Without a path, the value is an object of the attributes to change.")
    for key, item in value.items():
        path = _key_path(key, item)
        attribute = find(path.attribute, None, path.schema)
        if attribute is None or attribute.mutability != "readOnly":
            _apply_at(result, op, path, item)


def _key_path(key: str, item: Any) -> Path:
    path = parse_path(key)
    if isinstance(item, dict) and path.schema not in (None, *KNOWN_URNS.values()) and version_index(key.split(":")) is None:
        return Path("", None, key)  # the URN of an extension without a version; the grammar reads its last part as attribute
    return path


def _apply_at(result: dict[str, Any], op: Op, path: Path, value: Any) -> None:
    schema, name = located(path, result)
    path = replace(path, schema=schema, attribute=name)
    attribute = find(path.attribute, None, path.schema)
    if not path.attribute and path.schema in CORE_URNS:
        if op == "remove":
            refuse("noTarget", f"The path {path} names the whole resource.")
        _apply_object(result, op, value)
        return
    if attribute is not None and attribute.mutability == "readOnly":
        refuse("mutability", f"The attribute {attribute.name} is read-only.")
    if attribute is not None and attribute.name == _DERIVED:
        return
    holder = _holder(result, path, create=op != "remove")
    if holder is not None:
        name = attribute.name if attribute is not None else path.attribute or path.schema or ""
        _edit(holder, key_of(holder, name) or name, attribute, path, op=op, value=value)


def _holder(result: dict[str, Any], path: Path, *, create: bool) -> dict[str, Any] | None:
    """The object that holds the attribute: the resource, or the extension that the path names (made if `create`)."""
    if path.schema is None or path.schema in CORE_URNS or not path.attribute:
        return result
    key = key_of(result, path.schema) or path.schema
    if key not in result and not create:
        return None
    holder = result.setdefault(key, {})
    if not isinstance(holder, dict):
        refuse("invalidPath", f"{key} is not an extension of this resource.")
    return holder


def _edit(holder: dict[str, Any], key: str, attribute: Attribute | None, path: Path, *, op: Op, value: Any) -> None:
    current = holder.get(key)
    listed = isinstance(current, list) or (current is None and isinstance(value, list) and path.sub is None)
    many = attribute.multi_valued if attribute is not None else listed
    if many:
        items = current if isinstance(current, list) else [] if current is None else [current]
        holder[key] = plural.edit(items, attribute, op, path, value)
    elif path.where is not None:
        refuse("invalidPath" if attribute is not None else "noTarget", f"The attribute {key} has no values to select from.")
    elif path.sub is None:
        _assign(holder, key, attribute, op, value)
    else:
        _edit_sub(holder, key, attribute, path.sub, op=op, value=value)


def _edit_sub(holder: dict[str, Any], key: str, attribute: Attribute | None, sub: str, *, op: Op, value: Any) -> None:
    inner = holder.get(key)
    if (attribute is not None and attribute.type != "complex") or not isinstance(inner, dict | None):
        refuse("invalidPath", f"The attribute {key} has no sub-attributes.")
    if inner is None:
        if op == "remove":
            return
        inner = holder[key] = {}
    known = attribute.subs.get(sub.lower()) if attribute is not None else None
    name = sub if known is None else known.name
    _assign(inner, key_of(inner, name) or name, known, op, value)


def _assign(holder: dict[str, Any], key: str, attribute: Attribute | None, op: Op, value: Any) -> None:
    """Add, replace or remove one single-valued attribute; a complex value is merged, sub-attribute by sub-attribute."""
    if op == "remove":
        holder.pop(key, None)
        return
    _merge(holder, {key: conform(attribute, value)}, op)


def _merge(holder: dict[str, Any], new: Mapping[str, Any], op: Op) -> None:
    for name, value in new.items():
        key = key_of(holder, name) or name
        current = holder.get(key)
        if is_empty(value):
            if op == "replace":
                holder.pop(key, None)
        elif isinstance(value, dict) and isinstance(current, dict):
            _merge(current, value, op)
        elif isinstance(value, list) and isinstance(current, list) and op == "add":
            holder[key] = plural.union(current, value, None)
        else:
            holder[key] = value


def _keep_required(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """RFC 7644 3.5.2.2: a required attribute that becomes unassigned is a `mutability` error."""
    schemas = before.get("schemas")
    name = "displayName" if isinstance(schemas, list) and GROUP in schemas else "userName"
    if is_present(before.get(name)) and name not in after:
        raise ScimError(400, f"The attribute {name} is required.", "mutability")


def _list_schemas(before: Mapping[str, Any], result: dict[str, Any]) -> None:
    """Make `schemas` list the extensions that are present, and no other (RFC 7643 3.1); where it is absent it stays so."""
    listed = result.get("schemas")
    if not isinstance(listed, list):
        return
    present = {key.lower(): key for key, value in result.items() if key[:4].lower() == "urn:" and is_present(value)}
    extensions = present.keys() | {key.lower() for key in before if key[:4].lower() == "urn:"} | {ENTERPRISE.lower()}
    extensions -= {urn.lower() for urn in (*CORE_URNS, CORE_1)}
    kept = [urn for urn in listed if str(urn).lower() not in extensions or str(urn).lower() in present]
    missing = [key for lower, key in present.items() if lower not in {str(urn).lower() for urn in kept}]
    result["schemas"] = kept + missing
