"""Whether a rule can be kept.  Pure."""

from collections.abc import Iterable, Iterator

from lockstep.idp.apps.connectors import check_source
from lockstep.idp.apps.rules.patterns import PatternError, pattern
from lockstep.idp.apps.rules.records import (
    OPERATORS,
    ROLE,
    ROLE_OPERATORS,
    STATUS,
    Condition,
    Existing,
    Mapped,
    Rule,
    RuleProblem,
)
from lockstep.idp.directory.records import Status
from lockstep.kit.problems import ValueProblem, sentence

LONGEST_NAME = 256
LONGEST_GROUP = 1_024
"""AWS's limit of a displayName."""
MOST_CONDITIONS = 50
MOST_NAMES = 500


def problems_of(rule: Rule) -> list[RuleProblem]:
    """Everything that is wrong with `rule`; nothing where it can be kept."""
    return [
        RuleProblem(field, text) for field, text in (*_name(rule.name), *_action(rule.action), *_conditions(rule.conditions))
    ]


Found = Iterator[tuple[str, str]]


def _name(name: str) -> Found:
    if not name.strip():
        yield "name", "Give the rule a name."
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield "name", f"A name has at most {LONGEST_NAME} characters, none of them a control character."


def _action(action: Existing | Mapped) -> Found:
    if isinstance(action, Existing):
        yield from _names(action.names)
        return
    if action.source != ROLE:
        yield from _source("for-each", action.source)
    if not action.pattern:
        yield "pattern", "Write a pattern; .* stands for every value."
        return
    try:
        pattern(action.pattern)
    except PatternError as error:
        yield "pattern", f"This pattern cannot be used: {error}."


def _names(names: tuple[str, ...]) -> Found:
    if not names:
        yield "names", "Name at least one group."
    if len(names) > MOST_NAMES:
        yield "names", f"A rule names at most {MOST_NAMES} groups."
    for name in names:
        if not name.strip() or len(name) > LONGEST_GROUP or not name.isprintable():
            yield "names", f"A group's name has 1 to {LONGEST_GROUP} characters, none of them a control character."
            return


def _conditions(conditions: Iterable[Condition]) -> Found:
    for number, one in enumerate(conditions):
        if number >= MOST_CONDITIONS:
            yield f"source-{number}", f"A rule has at most {MOST_CONDITIONS} conditions."
            return
        yield from _condition(number, one)


def _condition(number: int, one: Condition) -> Found:
    if one.operator not in OPERATORS:
        yield f"operator-{number}", "Choose one of the list."
    if one.source in (ROLE, STATUS):
        yield from _choice(number, one)
    else:
        yield from _source(f"source-{number}", one.source)
        if not one.value.strip() and one.operator not in ("equals", "does not equal"):
            yield f"value-{number}", "Write a text to compare with."
    if len(one.value) > LONGEST_GROUP:
        yield f"value-{number}", f"A value has at most {LONGEST_GROUP} characters."


def _choice(number: int, one: Condition) -> Found:
    if one.operator not in ROLE_OPERATORS:
        yield f"operator-{number}", "A role or a status equals another one, or does not."
    known = {str(int(status)) for status in Status}
    parts = [part.strip() for part in one.value.split("|")]
    if one.source == STATUS and not all(part in known for part in parts):
        yield f"value-{number}", "Write a status, such as Active or Suspended."
    if one.source == ROLE and not all(part.isascii() and part.isdigit() for part in parts):
        yield f"value-{number}", "Write the name of a role, or its group_id."


def _source(field: str, source: str) -> Found:
    try:
        check_source(source)
    except ValueProblem as problem:
        yield field, sentence(problem.what)
