"""PATCH on a multi-valued attribute: its values added, replaced, selected and removed (RFC 7644 3.5.2.1 to 3.5.2.3)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from lockstep.scim.matching import is_present, key_of, matches_value
from lockstep.scim.messages import refuse
from lockstep.scim.schemas import Attribute, compare_key
from lockstep.scim.syntax import And, AttrPath, Comparison, Filter, Path
from lockstep.scim.values import conform, is_empty

Items = list[Any]
_OWN_IDENTITY: Final = ("value", "type")


def edit(items: Items, attribute: Attribute | None, op: Literal["add", "replace", "remove"], path: Path, value: Any) -> Items:
    """The values after one operation at `path`, as a new list; at most one of them is primary (RFC 7643 2.4).

    ScimError 400: noTarget (nothing selected), invalidValue, invalidPath, mutability.
    """
    if op == "add" and is_empty(value):
        return items
    if path.where is not None or path.sub is not None:
        edited = _edit_selected(items, attribute, op, path, value)
    elif op == "remove":
        return items[:0] if value is None else _without(items, attribute, value)
    elif op == "replace":
        edited = _listed(attribute, value)
    else:
        edited = union(items, _listed(attribute, value), attribute)
    return _one_primary(items, edited)


def union(items: Items, new: Items, attribute: Attribute | None) -> Items:
    """`items` and those of `new` that are not among them yet.

    Members and groups are one by their `value`, other values by `value` and `type` (RFC 7643 2.4), the rest as a whole.
    Where a value is there already, sub-attributes it did not have, or had otherwise, are taken over.
    """
    result = list(items)
    seen = {_identity(item, attribute): index for index, item in enumerate(result)}
    for item in new:
        index = seen.setdefault(_identity(item, attribute), len(result))
        if index == len(result):
            result.append(item)
        elif isinstance(item, dict) and not _is_reference(attribute):
            result[index] = result[index] | {key: sub for key, sub in item.items() if key not in _OWN_IDENTITY}
    return result


def _listed(attribute: Attribute | None, value: Any) -> Items:
    shaped = conform(attribute, value)
    if isinstance(shaped, list):
        return shaped
    return [shaped] if is_present(shaped) else []


def _is_reference(attribute: Attribute | None) -> bool:
    return attribute is not None and "$ref" in attribute.subs


def _key(item: Mapping[str, Any], name: str, attribute: Attribute | None) -> Any:
    value = item.get(name)
    sub = attribute.subs.get(name) if attribute is not None else None
    return compare_key(value, sub) if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _identity(item: Any, attribute: Attribute | None) -> Any:
    if not isinstance(item, dict) or not is_present(item.get("value")):
        return json.dumps(item, sort_keys=True)
    if _is_reference(attribute):
        return (_key(item, "value", attribute),)
    return _key(item, "value", attribute), _key(item, "type", attribute)


def _without(items: Items, attribute: Attribute | None, value: Any) -> Items:
    """`items` without those that `value` lists; not RFC, but what AWS documents and Entra sends."""
    if not all(is_present(item) for item in (value if isinstance(value, list) else [value])):
        refuse("invalidValue", "Each value to remove has to say which one it is.")  # an empty one would describe them all
    unwanted = _listed(attribute, value)
    if _is_reference(attribute) and all(is_present(item.get("value")) for item in unwanted):
        gone = {_identity(item, attribute) for item in unwanted}
        return [item for item in items if _identity(item, attribute) not in gone]
    return [item for item in items if not any(_describes(wanted, item, attribute) for wanted in unwanted)]


def _describes(wanted: Any, item: Any, attribute: Attribute | None) -> bool:
    if not isinstance(wanted, dict) or not isinstance(item, dict):
        return bool(wanted == item)
    names = [name for name, value in wanted.items() if is_present(value)]
    return all(_key(wanted, name, attribute) == _key(item, name, attribute) for name in names)


def _edit_selected(items: Items, attribute: Attribute | None, op: str, path: Path, value: Any) -> Items:
    chosen = [index for index, item in enumerate(items) if _is_chosen(item, path)]
    if op == "remove":
        return _remove_selected(items, set(chosen), path.sub, attribute)
    if not chosen:
        return [*items, _described_item(attribute, op, path, value)]
    change = _changer(attribute, op, path, value)
    return [change(item) if index in set(chosen) else item for index, item in enumerate(items)]


def _is_chosen(item: Any, path: Path) -> bool:
    return path.where is None or matches_value(path.where, item, AttrPath(path.attribute, None, path.schema))


def _remove_selected(items: Items, chosen: set[int], sub: str | None, attribute: Attribute | None) -> Items:
    if sub is None:
        return [item for index, item in enumerate(items) if index not in chosen]
    return [_without_sub(item, sub, attribute) if index in chosen else item for index, item in enumerate(items)]


def _without_sub(item: Any, sub: str, attribute: Attribute | None) -> dict[str, Any]:
    kept = _as_object(item)
    name = _sub_name(kept, sub, attribute)
    return {key: value for key, value in kept.items() if key != name}


def _changer(attribute: Attribute | None, op: str, path: Path, value: Any) -> Callable[[Any], Any]:
    """What an add or replace does to each value selected."""
    if path.sub is not None:
        sub = path.sub
        return lambda item: _with_sub(_as_object(item), sub, attribute, value)
    (new,) = _single(attribute, value)
    if op == "add":
        return lambda item: _as_object(item) | _as_object(new)
    if not isinstance(new, dict):
        return lambda item: new
    # RFC 7644 3.5.2.3: the record is replaced, not merged; what it was selected by stays unless the new one says otherwise
    described = _description(path.where, attribute) or {}
    return lambda item: described | new


def _single(attribute: Attribute | None, value: Any) -> Items:
    found = _listed(attribute, value)
    if len(found) != 1:
        refuse("invalidValue", "A selected value takes exactly one new value.")
    return found


def _described_item(attribute: Attribute | None, op: str, path: Path, value: Any) -> dict[str, Any]:
    """The value that an add makes where its selection found none, so that the same selection finds it."""
    described = _description(path.where, attribute) if path.where is not None else None
    if op != "add" or described is None:
        refuse("noTarget", f"The path {path} yields no value to operate on.")
    if path.sub is not None:
        made = _with_sub(described, path.sub, attribute, value)
    else:
        made = described | _as_object(_single(attribute, value)[0])
    if not _is_chosen(made, path):
        refuse("invalidValue", f"The value contradicts the path {path}.")
    return made


def _description(where: Filter | None, attribute: Attribute | None) -> dict[str, Any] | None:
    """The sub-attributes that `where` fixes, if it is one `eq` or several joined by `and`; else None."""
    found: dict[str, Any] = {}
    for term in where.terms if isinstance(where, And) else (where,):
        if not isinstance(term, Comparison) or term.op != "eq" or term.path.sub is not None or term.path.schema is not None:
            return None
        name = _sub_name(found, term.path.attribute, attribute)
        known = attribute.subs.get(name.lower()) if attribute is not None else None
        found[name] = conform(known, term.value)
    return found


def _with_sub(item: dict[str, Any], sub: str, attribute: Attribute | None, value: Any) -> dict[str, Any]:
    name = _sub_name(item, sub, attribute)
    known = attribute.subs.get(name.lower()) if attribute is not None else None
    new = conform(known, value)
    if known is not None and known.mutability == "immutable" and is_present(item.get(name)) and item[name] != new:
        refuse("mutability", f"The attribute {known.name} cannot change where it has a value: it is immutable.")
    return {**item, name: new}


def _sub_name(item: Mapping[str, Any], sub: str, attribute: Attribute | None) -> str:
    known = attribute.subs.get(sub.lower()) if attribute is not None else None
    name = sub if known is None else known.name
    return key_of(item, name) or name


def _as_object(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        refuse("invalidPath", "The values of this attribute have no sub-attributes.")
    return item


def _one_primary(before: Items, after: Items) -> Items:
    """`after` with one primary value: the one just marked; the others lose the mark (RFC 7644 3.5.2)."""
    untouched = {id(item) for item in before}
    primary = [item for item in after if isinstance(item, dict) and item.get("primary") is True]
    marked = [item for item in primary if id(item) not in untouched]
    if len(marked) > 1:
        refuse("invalidValue", "Only one value can be primary.")
    if not marked or len(primary) == 1:
        return after
    return [item | {"primary": False} if item in primary and item is not marked[0] else item for item in after]
