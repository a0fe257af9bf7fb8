"""The smallest PATCH from one resource to another, in the paths that AWS documents; the inverse of `patch.apply`."""

import json
from collections.abc import Mapping
from typing import Any, Final

from lockstep.scim.schemas import KNOWN_URNS
from lockstep.scim.tokens import version_index
from lockstep.scim.values import compact

Operations = list[dict[str, Any]]
_NOT_OURS: Final = frozenset({"schemas", "id", "meta", "groups"})
"""Derived or read-only: a PATCH cannot or need not say them."""


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> Operations:
    """The operations, ready for JSON, that turn `before` into `after`; none if they are the same resource.

    Single-valued: `replace`, `remove`.  Complex (`name`, an extension): one `replace` with the sub-attributes that are new or
    changed, and a `remove` for each that went away.  Multi-valued: `replace` with the whole list, `remove` if it went away;
    but `members`: `remove` and `add` with lists of those who leave and join, because AWS refuses to replace members.  Removals
    come first.  Null, empty and absent are one, the order of values has no meaning (RFC 7643 2.4, 2.5), and `schemas`, `id`,
    `meta` and `groups` are ignored.  Names have to be spelt alike on both sides.
    """
    old, new = compact(dict(before)), compact(dict(after))
    removals: Operations = [_remove(key) for key in old if key not in new and key not in _NOT_OURS and key != "members"]
    writes: Operations = []
    for key, value in new.items():
        if key not in _NOT_OURS and key != "members" and not _same(old.get(key), value):
            gone, written = _change(key, old.get(key), value)
            removals += gone
            writes += written
    leaving, joining = _members(old.get("members", []), new.get("members", []))
    return removals + leaving + writes + joining


def _remove(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


def _change(key: str, old: Any, new: Any) -> tuple[Operations, Operations]:
    if isinstance(old, dict) and isinstance(new, dict):
        gone, changed = _narrow(key, ":" if _is_urn(key) else ".", old, new)
        return gone, [{"op": "replace", "path": key, "value": changed}] if changed else []
    if old is None and _reads_as_attribute(key):
        return [], [{"op": "add", "value": {key: new}}]
    return [], [{"op": "replace", "path": key, "value": new}]


def _is_urn(key: str) -> bool:
    return key[:4].lower() == "urn:"


def _reads_as_attribute(key: str) -> bool:
    """Whether `key` is an extension that a path can name only once it is there (see `tokens.split_urn`)."""
    return _is_urn(key) and key.lower() not in KNOWN_URNS and version_index(key.split(":")) is None


def _narrow(path: str, separator: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Operations, dict[str, Any]]:
    """Removals of what went away under `path`, and an object of what is new or changed there."""
    gone = [_remove(f"{path}{separator}{name}") for name in old if name not in new]
    changed: dict[str, Any] = {}
    for name, value in new.items():
        was = old.get(name)
        if not (isinstance(was, dict) and isinstance(value, dict)):
            changed |= {} if _same(was, value) else {name: value}
        elif separator == ":":  # a path reaches one level further down: `urn:…:manager.value`
            inner, parts = _narrow(f"{path}:{name}", ".", was, value)
            gone += inner
            changed |= {name: parts} if parts else {}
        elif not _same(was, value):
            gone.append(_remove(f"{path}{separator}{name}"))
            changed[name] = value
    return gone, changed


def _members(old: list[Any], new: list[Any]) -> tuple[Operations, Operations]:
    were, are = _by_value(old), _by_value(new)
    if were is None or are is None:
        return [], [] if _same(old, new) else [{"op": "replace", "path": "members", "value": new}]
    leaving = [{"value": value} for value, member in were.items() if not _same(member, are.get(value))]
    joining = [member for value, member in are.items() if not _same(were.get(value), member)]
    remove: Operations = [{"op": "remove", "path": "members", "value": leaving}] if leaving else []
    add: Operations = [{"op": "add", "path": "members", "value": joining}] if joining else []
    return remove, add


def _by_value(members: list[Any]) -> dict[str, Any] | None:
    """Members by id; None if one has none, or two have the same."""
    found = {member["value"]: member for member in members if isinstance(member, dict) and isinstance(member.get("value"), str)}
    return found if len(found) == len(members) else None


def _same(left: Any, right: Any) -> bool:
    if left == right:
        return True
    return isinstance(left, list | dict) and isinstance(right, list | dict) and _canonical(left) == _canonical(right)


def _canonical(value: Any) -> str:
    """JSON text that is equal for equal values, whatever the order of names and of the values of a list."""
    return json.dumps(_sorted(value), sort_keys=True)


def _sorted(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return value
