"""What a policy may say, and whether a password keeps to one.  Pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from lockstep.idp.directory.groups.records import Policy, SecondFactor
from lockstep.kit.passwords import LONGEST, SHORTEST
from lockstep.kit.problems import ValueProblem

_MONTH_MINUTES = 30 * 24 * 60
BOUNDS: dict[str, tuple[int, int]] = {
    "min_length": (SHORTEST, 128),
    "max_age_days": (0, 3_650),
    "history": (0, 24),
    "classes": (0, 4),
    "lock_after": (0, 100),
    "lock_minutes": (0, _MONTH_MINUTES),
    "session_minutes": (1, _MONTH_MINUTES),
    "idle_minutes": (1, _MONTH_MINUTES),
}
"""The numbers of a policy, each with its smallest and its largest value."""
FEWEST_ATTEMPTS = 3
"""Fewer would lock people out who mistype."""
_KINDS = (
    ("an upper-case letter", str.isupper),
    ("a lower-case letter", str.islower),
    ("a digit", str.isdigit),
    ("another character", lambda one: not one.isalnum()),
)


def changed(policy: Policy, given: Mapping[str, str]) -> Policy:
    """The policy with some fields from texts, named as in `Policy`.  Raises ValueProblem, which names the field."""
    values: dict[str, int | SecondFactor] = {}
    for name, text in given.items():
        values[name] = _factor(text) if name == "second_factor" else _number(name, text)
    return replace(policy, **values)


def check_password(password: str, policy: Policy) -> None:
    """Raise ValueProblem for a password that a policy does not take."""
    least = max(policy.min_length, SHORTEST)
    if not least <= len(password) <= LONGEST:
        what = f"a password has {least} to {LONGEST} characters"
        raise ValueProblem("password", what, what)
    missing = [words for words, there in _KINDS if not any(map(there, password))]
    if len(_KINDS) - len(missing) < policy.classes:
        what = f"a password needs {policy.classes} of the 4 kinds of characters; this one lacks {', '.join(missing)}"
        raise ValueProblem("password", what, what)


def _factor(text: str) -> SecondFactor:
    try:
        return SecondFactor(text)
    except ValueError:
        raise ValueProblem("second_factor", f"use {', '.join(SecondFactor)}") from None


def _number(name: str, text: str) -> int:
    if name not in BOUNDS:
        known = ", ".join(one.replace("_", "-") for one in Policy.__struct_fields__)
        raise ValueProblem(name, f"a policy has no such field; there are {known}")
    low, high = BOUNDS[name]
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not digits or not low <= int(text) <= high:
        raise ValueProblem(name, f"use a whole number from {low} to {high}")
    if name == "lock_after" and 0 < int(text) < FEWEST_ATTEMPTS:
        raise ValueProblem(name, f"use 0 for never, or at least {FEWEST_ATTEMPTS}: fewer lock people out who mistype")
    return int(text)
