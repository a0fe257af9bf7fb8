"""One value in its canonical form: without what is empty, and shaped as its attribute's definition says."""

from typing import Any, Final

from lockstep.scim.messages import refuse
from lockstep.scim.schemas import Attribute

_DEEPEST: Final = 32
"""SCIM nests four levels at most; a bound keeps a hostile body from exhausting the stack."""
_CONTAINERS: Final = (dict, list)
_EMPTY_TYPES: Final = (str, list, dict)
_BOOLEANS: Final = {"true": True, "false": False}


def compact(value: Any, depth: int = 0) -> Any:
    """A copy of JSON `value` without null, "", [] and {}, which all mean "unassigned" (RFC 7643 2.5).

    `False` and `0` are values.  ScimError 400 invalidValue if it nests absurdly deep.
    """
    if depth >= _DEEPEST:
        refuse("invalidValue", f"The value nests more than {_DEEPEST} levels.")
    if isinstance(value, dict):
        kept = {}
        for key, item in value.items():
            inner = compact(item, depth + 1) if isinstance(item, _CONTAINERS) else item
            if inner or not is_empty(inner):
                kept[key] = inner
        return kept
    if isinstance(value, list):
        items = [compact(item, depth + 1) if isinstance(item, _CONTAINERS) else item for item in value]
        return [item for item in items if item or not is_empty(item)]
    return value


def is_empty(value: Any) -> bool:
    """Whether `value` is itself null, "", [] or {}; `matching.is_present` also looks inside."""
    return value is None or (not value and isinstance(value, _EMPTY_TYPES))


def conform(attribute: Attribute | None, value: Any) -> Any:
    """`value` shaped as `attribute` wants it; ScimError 400 invalidValue where that cannot be.

    Sub-attribute names get their canonical spelling.  Tolerated, because identity providers in the field send it: one value
    where a list belongs, a list of one where a value belongs, "True" for true, and a bare string for `{"value": …}`.
    Nulls and empties stay, for the caller to read as "unassign".
    """
    if attribute is None or is_empty(value):
        return compact(value)
    if attribute.multi_valued:
        items = value if isinstance(value, list) else [value]
        return [_one(attribute, item) for item in items if not is_empty(item)]
    if isinstance(value, list) and len(value) == 1 and attribute.type == "complex":
        value = value[0]
    return _one(attribute, value)


def _one(attribute: Attribute, value: Any) -> Any:
    if attribute.type == "complex":
        return _complex(attribute, value)
    if attribute.type == "boolean":
        value = _BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, str)
    if not fits:
        refuse("invalidValue", f"The attribute {attribute.name} is a {attribute.type}; it cannot be {_shown(value)}.")
    return value


def _complex(attribute: Attribute, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and "value" in attribute.subs:
        return {"value": value}
    if not isinstance(value, dict):
        refuse("invalidValue", f"The attribute {attribute.name} is complex; it cannot be {_shown(value)}.")
    shaped = {}
    for name, item in value.items():
        sub = attribute.subs.get(name.lower())
        shaped[name if sub is None else sub.name] = conform(sub, item)
    return shaped


def _shown(value: Any) -> str:
    """A value by its JSON type only: it may be personal, and errors end up in logs."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
