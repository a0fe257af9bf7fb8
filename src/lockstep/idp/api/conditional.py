"""What rules and mappings have in common: which of them a list shows, and the lists of what they can be made of."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lockstep.idp.api.call import Call, whole
from lockstep.idp.api.problems import BAD, ApiProblem
from lockstep.idp.directory.conditions.attributes import CUSTOM
from lockstep.idp.directory.conditions.wire import Option

_TYPES = ("", "builtin", "custom", "none")


def shown(call: Call, written: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that the parameters want (facts 50): enabled ones, unless enabled=false asks for the others.

    `has_condition` and `has_action` are `SOURCE:VALUE`, either of which may be or hold `*`.
    """
    enabled = call.truth("enabled") is not False
    found = [one for one in written if one["enabled"] == enabled]
    for name, key, values in (("condition", "source", "value"), ("action", "action", "value")):
        wanted, kind = call.text(f"has_{name}"), call.text(f"has_{name}_type")
        if kind not in _TYPES:
            raise ApiProblem(BAD, f"The parameter has_{name}_type is builtin, custom or none.")
        if wanted:
            first, _, second = wanted.partition(":")
            found = [one for one in found if _has(one[f"{name}s"], key, values, first, second or "*")]
        if kind:
            found = [one for one in found if _is_of(one[f"{name}s"], key, kind)]
    return found


def _has(parts: Iterable[Mapping[str, Any]], key: str, values: str, first: str, second: str) -> bool:
    return any(_alike(part[key], first) and any(_alike(value, second) for value in _listed(part[values])) for part in parts)


def _listed(value: Any) -> list[str]:
    found = value if isinstance(value, list) else [value]
    return [str(one) for one in found] or [""]


def _alike(text: str, wanted: str) -> bool:
    """Equal, where `*` stands for any text; the other signs of such patterns mean themselves."""
    pattern = wanted.replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(text, pattern)


def _is_of(parts: list[Mapping[str, Any]], key: str, kind: str) -> bool:
    if kind == "none":
        return not parts
    return any((CUSTOM in part[key]) == (kind == "custom") for part in parts)


def options(found: Iterable[Option], *, numbers: bool = False) -> list[dict[str, Any]]:
    """A list of what can be chosen; with `numbers`, ids are numbers, as OneLogin's client takes them."""
    return [{"name": one.name, "value": _number(one.value) if numbers else one.value} for one in found]


def _number(text: str) -> int | str:
    found = whole(text)
    return text if found is None else found
