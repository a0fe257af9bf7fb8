"""Whether a condition can be kept.  Pure."""

from collections.abc import Iterator

from lockstep.idp.directory.conditions.attributes import check_source
from lockstep.idp.directory.conditions.evaluate import is_number
from lockstep.idp.directory.conditions.records import (
    CHOICE_OPERATORS,
    CHOICES,
    DAY_OPERATORS,
    GROUP,
    LAST_LOGIN,
    NUMERIC,
    OPERATORS,
    ROLE,
    STATE,
    STATUS,
    Condition,
)
from lockstep.idp.directory.records import State, Status
from lockstep.kit.problems import ValueProblem, sentence

LONGEST_VALUE = 1_024


def condition_problems(one: Condition) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with a condition: (`source`, `operator` or `value`, what to do about it)."""
    if one.operator not in OPERATORS:
        yield "operator", "Choose one of the list."
    if one.source in CHOICES:
        yield from _choice(one)
    elif one.source == LAST_LOGIN:
        yield from _days(one)
    else:
        try:
            check_source(one.source)
        except ValueProblem as problem:
            yield "source", sentence(problem.what)
        yield from _text(one)
    if len(one.value) > LONGEST_VALUE:
        yield "value", f"A value has at most {LONGEST_VALUE} characters."


def _text(one: Condition) -> Iterator[tuple[str, str]]:
    if one.operator in NUMERIC:
        if not all(is_number(part) for part in one.value.split("|")):
            yield "value", "Write a number to compare with."
    elif not one.value.strip() and one.operator not in CHOICE_OPERATORS:
        yield "value", "Write a text to compare with."


def _days(one: Condition) -> Iterator[tuple[str, str]]:
    if one.operator not in DAY_OPERATORS:
        yield "operator", "A number of days is greater or less than another one, equals it, or does not."
    never = one.operator in CHOICE_OPERATORS and not one.value.strip()
    if not never and not all(part.strip().isascii() and part.strip().isdigit() for part in one.value.split("|")):
        yield "value", "Write a number of days, such as 90."


def _choice(one: Condition) -> Iterator[tuple[str, str]]:
    if one.operator not in CHOICE_OPERATORS:
        yield "operator", "A role, a group, a status or a state equals another one, or does not."
    parts = [part.strip() for part in one.value.split("|")]
    if not all(_is_choice(one.source, part) for part in parts):
        yield "value", _WHAT[one.source]


_WHAT = {
    ROLE: "Write the name of a role, or its group_id.",
    GROUP: "Write the number of a group, or nothing for whoever is in none.",
    STATUS: "Write a status, such as Active or Suspended.",
    STATE: "Write a state: Approved, Unapproved, Rejected or Unlicensed.",
}
_KNOWN = {STATUS: {str(int(one)) for one in Status}, STATE: {str(int(one)) for one in State}}


def _is_choice(source: str, part: str) -> bool:
    if source in _KNOWN:
        return part in _KNOWN[source]
    return (part.isascii() and part.isdigit()) or (source == GROUP and not part)
