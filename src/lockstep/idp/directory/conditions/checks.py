"""Whether a condition can be kept.  Pure."""

from collections.abc import Iterator

from lockstep.idp.directory.conditions.attributes import check_source
from lockstep.idp.directory.conditions.evaluate import is_number
from lockstep.idp.directory.conditions.records import CHOICE_OPERATORS, NUMERIC, OPERATORS, ROLE, STATUS, Condition
from lockstep.idp.directory.records import Status
from lockstep.kit.problems import ValueProblem, sentence

LONGEST_VALUE = 1_024


def condition_problems(one: Condition) -> Iterator[tuple[str, str]]:
    """Everything that is wrong with a condition: (`source`, `operator` or `value`, what to do about it)."""
    if one.operator not in OPERATORS:
        yield "operator", "Choose one of the list."
    if one.source in (ROLE, STATUS):
        yield from _choice(one)
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


def _choice(one: Condition) -> Iterator[tuple[str, str]]:
    if one.operator not in CHOICE_OPERATORS:
        yield "operator", "A role or a status equals another one, or does not."
    known = {str(int(status)) for status in Status}
    parts = [part.strip() for part in one.value.split("|")]
    if one.source == STATUS and not all(part in known for part in parts):
        yield "value", "Write a status, such as Active or Suspended."
    if one.source == ROLE and not all(part.isascii() and part.isdigit() for part in parts):
        yield "value", "Write the name of a role, or its group_id."
