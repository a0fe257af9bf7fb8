"""Whether a resource satisfies a filter (RFC 7644 3.4.2.2), and which filters make no sense for an attribute."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lockstep.scim.messages import CORE_1
from lockstep.scim.schemas import CORE_URNS, KNOWN_URNS, Attribute, compare_key, find
from lockstep.scim.syntax import And, AttrPath, Comparison, Filter, Not, Operator, Or, Path, Present, Scalar, ValuePath
from lockstep.scim.tokens import GrammarError

_ORDERED: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
}
_SUBSTRING: Final[dict[Operator, Callable[[str, str], bool]]] = {
    "co": lambda left, right: right in left,
    "sw": str.startswith,
    "ew": str.endswith,
}
_EQUALITY: Final = frozenset({"eq", "ne"})
_BOOLEANS: Final = {"true": True, "false": False}


def matches(where: Filter, resource: Mapping[str, Any], within: AttrPath | None = None) -> bool:
    """Whether `resource` satisfies `where`.

    Attribute names count without case, strings as their attribute's `caseExact` says (attributes nobody defined: without
    case).  On a multi-valued attribute one value is enough, except for `ne`, which is the contrary of `eq`.  Null, empty and
    absent are one (RFC 7643 2.5).  `within` names the attribute whose value `resource` is, inside a selection.
    """
    match where:
        case And(terms):
            return all(matches(term, resource, within) for term in terms)
        case Or(terms):
            return any(matches(term, resource, within) for term in terms)
        case Not(term):
            return not matches(term, resource, within)
        case Present(path):
            return any(is_present(value) for value in _targets(resource, path))
        case Comparison(path, op, value):
            return _holds(path, op, value, resource, within)
        case ValuePath(path, inner):
            return any(matches_value(inner, value, path) for value in _targets(resource, path) if is_present(value))


def matches_value(where: Filter, value: Any, within: AttrPath) -> bool:
    """Whether one `value` of the multi-valued attribute `within` satisfies `where`; a plain value is its own `value`."""
    return matches(where, value if isinstance(value, dict) else {"value": value}, within)


def is_present(value: Any) -> bool:
    """Whether there is anything in `value`: not null, not empty, not made of such only (RFC 7643 2.5)."""
    if isinstance(value, dict):
        return any(is_present(item) for item in value.values())
    if isinstance(value, list):
        return any(is_present(item) for item in value)
    return value is not None and value != ""


def key_of(holder: Mapping[str, Any], name: str) -> str | None:
    """The key of `holder` that is `name` in any case, or None."""
    if name in holder:
        return name
    lower = name.lower()
    return next((key for key in holder if key.lower() == lower), None)


def located(path: AttrPath | Path, resource: Mapping[str, Any]) -> tuple[str | None, str]:
    """Schema and attribute of `path`, cut where the resource shows that a URN ends, as text cannot (`tokens.split_urn`)."""
    if path.schema is None or path.schema in KNOWN_URNS.values():
        return path.schema, path.attribute
    full = ":".join(part for part in (path.schema, path.attribute) if part)
    fitting = [key for key in resource if key[:4].lower() == "urn:" and f"{full}:".lower().startswith(f"{key}:".lower())]
    if not fitting:
        return path.schema, path.attribute
    key = max(fitting, key=len)
    return key, full[len(key) + 1 :]


def check_comparison(comparison: Comparison, within: AttrPath | None) -> None:
    """GrammarError if the attribute's type takes no such operator or value (RFC 7644 3.4.2.2, table 3)."""
    attribute = _defined(comparison.path, within)
    path, op, value = comparison.path, comparison.op, comparison.value
    if attribute is None or value is None:
        return
    if attribute.type == "complex":
        attribute = attribute.subs.get("value", attribute)
    if attribute.type in ("boolean", "binary") and op not in _EQUALITY:
        raise GrammarError(f"{op!r} cannot be applied to {path}, which is {attribute.type}")
    if attribute.mutability == "writeOnly" and op not in _EQUALITY:  # RFC 7643 4.1.1: anything else would tell of the value
        raise GrammarError(f"{op!r} cannot be applied to {path}, which is write-only")
    if not _takes(attribute, op, value):
        raise GrammarError(f"{path} is of type {attribute.type} and never {value!r}")


def _takes(attribute: Attribute, op: Operator, value: Scalar) -> bool:
    """Whether the attribute can be compared with `value`: a substring of an instant is no instant, but text all the same."""
    if attribute.type == "complex":
        return True
    if attribute.type == "boolean" or (attribute.type == "dateTime" and op not in _SUBSTRING):
        return _typed(value, attribute) is not None
    return isinstance(value, str)


def _holds(path: AttrPath, op: Operator, value: Any, resource: Mapping[str, Any], within: AttrPath | None) -> bool:
    attribute = _defined(path, within)
    if attribute is not None and attribute.type == "complex":
        attribute = attribute.subs.get("value", attribute)
    actual = [item.get("value") if isinstance(item, dict) else item for item in _targets(resource, path)]
    if op == "ne":
        return not any(_compare(item, "eq", value, attribute) for item in actual)
    return any(_compare(item, op, value, attribute) for item in actual)


def _compare(left: Any, op: Operator, right: Any, attribute: Attribute | None) -> bool:
    if not is_present(left) or right is None:
        return op == "eq" and right is None and not is_present(left)
    if (substring := _SUBSTRING.get(op)) is not None:
        both_text = isinstance(left, str) and isinstance(right, str)
        return both_text and substring(compare_key(left, attribute), compare_key(right, attribute))
    left, right = _typed(left, attribute), _typed(right, attribute)
    if op == "eq":
        return _comparable(left, right) and bool(left == right)
    return _comparable(left, right) and not isinstance(left, bool) and _ORDERED[op](left, right)


def _typed(value: Any, attribute: Attribute | None) -> Any:
    """`value` as it compares; None if the attribute cannot have it.  Entra quotes booleans."""
    kind = attribute.type if attribute is not None else "string"
    if kind == "boolean":
        return _BOOLEANS.get(value.lower()) if isinstance(value, str) else value if isinstance(value, bool) else None
    if kind == "dateTime":
        return _instant(value)
    return compare_key(value, attribute) if isinstance(value, str) else value


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _comparable(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):  # Python would say that True is 1
        return isinstance(left, bool) and isinstance(right, bool)
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return left is not None and (numbers or type(left) is type(right))


def _defined(path: AttrPath, within: AttrPath | None) -> Attribute | None:
    if within is None:
        return find(path.attribute, path.sub, path.schema)
    return find(within.attribute, path.attribute, within.schema) if path.schema is None else None


def _targets(resource: Mapping[str, Any], path: AttrPath) -> list[Any]:
    """The values at `path`, one None where there are none, so that `eq null` and `ne` see something."""
    schema, attribute = located(path, resource)
    holder = _holder(resource, schema)
    found = _read(holder, attribute) if attribute else holder
    heads = [item for item in found if is_present(item)] if isinstance(found, list) else [found]
    if path.sub is not None:
        heads = [_read(head, path.sub) for head in heads]
    return heads or [None]


def _holder(resource: Mapping[str, Any], schema: str | None) -> Any:
    if schema is None:
        return resource
    if schema in CORE_URNS:
        urns = resource.get("schemas")
        listed = {str(urn).lower() for urn in urns} if isinstance(urns, list) else set()
        foreign = listed and schema != CORE_1 and schema.lower() not in listed
        return None if foreign else resource
    return _read(resource, schema)


def _read(holder: Any, name: str) -> Any:
    if not isinstance(holder, dict | Mapping):  # dict first: asking an abstract class is slow
        return None
    key = key_of(holder, name)
    return None if key is None else holder[key]
