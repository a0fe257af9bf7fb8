"""Whether a mapping can be kept.  Pure."""

from collections.abc import Iterable, Iterator
from typing import get_args

from lockstep.idp.directory.checks import FieldProblem, check_text
from lockstep.idp.directory.conditions.attributes import check_source, macro_names
from lockstep.idp.directory.conditions.checks import condition_problems
from lockstep.idp.directory.conditions.records import Condition, Match
from lockstep.idp.directory.mappings.records import (
    ADD_ROLE,
    GROUP,
    MAPPED_STATUSES,
    SET,
    STATUS,
    Action,
    Mapping,
    MappingProblem,
    field_of,
    is_settable,
)
from lockstep.kit.problems import ValueProblem, sentence

LONGEST_NAME = 256
MOST_CONDITIONS = 50
MOST_ACTIONS = 20
MOST_ROLES = 500
LONGEST_ID = 18
"""Digits of a number that both databases take."""
Found = Iterator[tuple[str, str]]


def problems_of(mapping: Mapping) -> list[MappingProblem]:
    """Everything that is wrong with `mapping`; nothing where it can be kept."""
    found = (*_name(mapping.name), *_match(mapping.match), *_conditions(mapping.conditions), *_actions(mapping.actions))
    return [MappingProblem(field, text) for field, text in found]


def _name(name: str) -> Found:
    if not name.strip():
        yield "name", "Give the mapping a name."
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield "name", f"A name has at most {LONGEST_NAME} characters, none of them a control character."


def _match(match: str) -> Found:
    if match not in get_args(Match):
        yield "match", "Choose all or any."


def _conditions(conditions: Iterable[Condition]) -> Found:
    for number, one in enumerate(conditions):
        if number >= MOST_CONDITIONS:
            yield f"source-{number}", f"A mapping has at most {MOST_CONDITIONS} conditions."
            return
        for field, text in condition_problems(one):
            yield f"{field}-{number}", text


def _actions(actions: tuple[Action, ...]) -> Found:
    if not actions:
        yield "actions", "Say what the mapping does."
    for number, one in enumerate(actions):
        if number >= MOST_ACTIONS:
            yield f"action-{number}", f"A mapping does at most {MOST_ACTIONS} things."
            return
        for field, text in _action(one):
            yield f"{field}-{number}", text


def _action(one: Action) -> Found:
    if one.action == ADD_ROLE:
        yield from _roles(one.values)
        return
    name = field_of(one)
    if not one.action.startswith(SET) or not is_settable(name):
        yield "action", "Choose one of the list."
    elif len(one.values) != 1:
        yield "values", "Give one value."
    elif name == STATUS and one.values[0] not in {str(int(status)) for status in MAPPED_STATUSES}:
        yield "values", "Choose Unactivated, Active or Suspended: what else a person can be is not for a mapping to say."
    elif name == GROUP and not _is_id(one.values[0]):
        yield "values", "Choose a group."
    elif name not in (STATUS, GROUP):
        yield from _text(one.values[0])


def _roles(values: tuple[str, ...]) -> Found:
    if not values:
        yield "values", "Choose at least one role."
    elif len(values) > MOST_ROLES:
        yield "values", f"A mapping gives at most {MOST_ROLES} roles."
    elif not all(map(_is_id, values)):
        yield "values", "Write the name of a role, or its group_id."


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _text(value: str) -> Found:
    try:
        check_text("value", value)
        for name in macro_names(value):
            check_source(name)
    except FieldProblem as problem:
        yield "values", sentence(f"The value {problem.what}")
    except ValueProblem as problem:
        yield "values", sentence(problem.what)
