"""Whether conditions are so of a user.  Pure: it is handed a user, roles, and how many days ago they logged in last."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from lockstep.idp.directory.conditions.attributes import attribute_of
from lockstep.idp.directory.conditions.records import (
    GROUP,
    LAST_LOGIN,
    NEGATIVE,
    ROLE,
    STATE,
    STATUS,
    Condition,
    Match,
    Operator,
)
from lockstep.idp.directory.records import Role, User, folded

MOST_DIGITS = 40
"""Of a text that is taken for a number."""


def _number(text: str) -> Decimal | None:
    """The number that a text is, if it is one: `90`, `-1.5`."""
    if not 0 < len(text) <= MOST_DIGITS:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_number(text: str) -> bool:
    """Whether a text can be compared as a number."""
    return _number(text.strip()) is not None


def _compared(value: str, wanted: str) -> int | None:
    """1 where the first is the greater number, -1 where the second is, 0 where neither; None where one is no number."""
    one, other = _number(value.strip()), _number(wanted)
    return None if one is None or other is None else (one > other) - (one < other)


_TESTS: dict[Operator, Callable[[str, str], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "does not equal": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "does not contain": lambda value, wanted: wanted not in value,
    "begins with": lambda value, wanted: value.startswith(wanted),
    "ends with": lambda value, wanted: value.endswith(wanted),
    "is greater than": lambda value, wanted: _compared(value, wanted) == 1,
    "is less than": lambda value, wanted: _compared(value, wanted) == -1,
}


_NUMBERS: dict[str, Callable[[User], str]] = {
    STATUS: lambda user: str(int(user.status)),
    STATE: lambda user: str(int(user.state)),
    GROUP: lambda user: "" if user.group_id is None else str(user.group_id),
}


def holds(condition: Condition, user: User, roles: Sequence[Role], days: int | None = None) -> bool:
    """Whether a condition is so.  Text is compared without case, as names are everywhere in the directory, numbers as numbers.

    Of the alternatives of a value one is enough; for what must not be so, none may be.  `days` have passed since the last
    login, None where there was none: that is neither more nor less than any number, and equals nothing written ("").
    """
    negative = condition.operator in NEGATIVE
    every = all if negative else any
    wanted = _wanted(condition.value)
    if condition.source == ROLE:
        ids = {str(role.id) for role in roles}
        return every((one in ids) is not negative for one in wanted)
    own = _NUMBERS.get(condition.source)
    if condition.source == LAST_LOGIN:
        value = "" if days is None else str(days)
    else:
        value = folded(attribute_of(user, condition.source)) if own is None else own(user)
    test = _TESTS[condition.operator]
    return every(test(value, one) for one in wanted)


def is_met(holding: Sequence[bool], match: Match) -> bool:
    """Whether conditions are met together, by what each is: all of them, or (`any`) one; without conditions: yes."""
    return not holding or (all(holding) if match == "all" else any(holding))


def all_hold(conditions: Iterable[Condition], match: Match, user: User, roles: Sequence[Role], days: int | None = None) -> bool:
    """Whether some conditions together are so of a user (see `holds`)."""
    return is_met([holds(one, user, roles, days) for one in conditions], match)


@lru_cache(maxsize=1_024)
def _wanted(value: str) -> tuple[str, ...]:
    return tuple(folded(part.strip()) for part in value.split("|"))
