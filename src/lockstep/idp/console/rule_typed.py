"""A rule as it is typed into its form: rows of conditions and of actions, read from the form and shown in it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lockstep.idp.apps.rules.checks import MOST_ACTIONS, MOST_CONDITIONS
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule
from lockstep.idp.apps.rules.typed import condition_of
from lockstep.idp.apps.rules.words import GONE, value_words
from lockstep.idp.console.context import LARGEST
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory.conditions.attributes import CUSTOM as CUSTOM_LEAD
from lockstep.idp.directory.conditions.records import OPERATORS, ROLE, Condition
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

EXISTING, MAP, MACRO = "existing", "map", "macro"
MODES = (MAP, EXISTING, MACRO)
CUSTOM = "custom"


@dataclass
class Row:
    """A condition as it is typed.  `custom` names the custom attribute, where the source is one."""

    source: str = ""
    operator: str = OPERATORS[0]
    value: str = ""
    custom: str = ""


@dataclass
class ActionRow:
    """An action as it is typed; only the fields of its mode matter."""

    parameter: str = ""
    mode: str = MAP
    names: str = ""
    for_each: str = ROLE
    for_custom: str = ""
    pattern: str = ".*"
    macro: str = ""


@dataclass
class Typed:
    """A rule as it is typed."""

    id: int = 0
    name: str = ""
    match: str = "all"
    enabled: bool = True
    rows: list[Row] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)


def new() -> Typed:
    """An empty form, whose action sets Groups."""
    return Typed(actions=[ActionRow(GROUPS)])


def typed_of(rule: Rule, roles: dict[str, str]) -> Typed:
    """A rule as a person would type it."""
    typed = Typed(rule.id, rule.name, rule.match, rule.enabled)
    typed.rows = [row_of(one, roles) for one in rule.conditions]
    typed.actions = [_action_row(one) for one in rule.actions]
    return typed


def row_of(one: Condition, roles: dict[str, str]) -> Row:
    """A condition as a person would type it."""
    source, custom = _parted(one.source)
    value = value_words(one, roles)
    return Row(source, one.operator, "" if value == GONE else value, custom)


def _action_row(action: Action) -> ActionRow:
    if isinstance(action, Existing):
        return ActionRow(action.parameter, EXISTING, names="\n".join(action.names))
    if isinstance(action, Macro):
        return ActionRow(action.parameter, MACRO, macro=action.text)
    source, custom = _parted(action.source)
    return ActionRow(action.parameter, MAP, for_each=source, for_custom=custom, pattern=action.pattern)


def _parted(source: str) -> tuple[str, str]:
    """(choice of the list, name of the custom attribute)."""
    return (CUSTOM, source.removeprefix(CUSTOM_LEAD)) if source.startswith(CUSTOM_LEAD) else (source, "")


def _source(choice: str, custom: str) -> str:
    return f"{CUSTOM_LEAD}{custom}" if choice == CUSTOM else choice


def line_of(desk: Desk, name: str) -> str:
    """A field of one line."""
    return " ".join(desk.value(name).splitlines())


def read_rows(desk: Desk) -> list[Row]:
    """The rows of conditions that a form holds."""
    line = partial(line_of, desk)
    return [
        Row(line(f"source-{n}"), line(f"operator-{n}"), line(f"value-{n}"), line(f"custom-{n}"))
        for n in range(min(whole(desk.value("rows")), MOST_CONDITIONS + 1))
    ]


def read(desk: Desk) -> Typed:
    """What the form holds."""
    line, rows = partial(line_of, desk), read_rows(desk)
    actions = [
        ActionRow(
            line(f"parameter-{n}"),
            line(f"mode-{n}") if line(f"mode-{n}") in MODES else MAP,
            desk.value(f"names-{n}"),
            line(f"for-each-{n}"),
            line(f"for-custom-{n}"),
            line(f"pattern-{n}"),
            line(f"macro-{n}"),
        )
        for n in range(min(whole(desk.value("actions")), MOST_ACTIONS + 1))
    ]
    match = "any" if line("match") == "any" else "all"
    return Typed(whole(desk.value("rule")), line("name"), match, desk.ticked("enabled"), rows, actions)


def whole(text: str) -> int:
    """A number in a form; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST)) else 0


def rearranged(rows: list[Row], actions: list[Any], new_action: Callable[[], Any], do: str) -> bool:
    """Do what a button of the form asks of its rows: one more, one less.  False for a button that is none of these."""
    what, _, number = do.rpartition("-")
    place = whole(number)
    if do == "more":
        rows.append(Row())
    elif do == "more-actions":
        actions.append(new_action())
    elif what == "drop-condition":
        del rows[place : place + 1]
    elif what == "drop-action":
        del actions[place : place + 1]
    else:
        return False
    return True


def rule_of(c: Connection, typed: Typed, errors: dict[str, str]) -> Rule:
    """The rule that is meant; what cannot be meant goes to `errors`.  Rows without a choice are none, and go."""
    typed.rows = [row for row in typed.rows if row.source]
    typed.actions = [row for row in typed.actions if row.parameter]
    conditions = tuple(condition_of_row(c, place, row, errors) for place, row in enumerate(typed.rows))
    actions = tuple(_action(place, row, errors) for place, row in enumerate(typed.actions))
    return Rule(typed.name, actions, "any" if typed.match == "any" else "all", conditions, typed.enabled, typed.id)


def condition_of_row(c: Connection, place: int, row: Row, errors: dict[str, str]) -> Condition:
    """The condition that a row means; what cannot be meant goes to `errors`."""
    operator = next((one for one in OPERATORS if one == row.operator), None)
    if operator is None:
        errors[f"operator-{place}"] = "Choose one of the list."
    if row.source == CUSTOM and not row.custom:
        errors[f"custom-{place}"] = "Name the custom attribute."
    written = Condition(_source(row.source, row.custom), operator or OPERATORS[0], row.value)
    try:
        return condition_of(c, written)
    except Problem as problem:
        errors[f"value-{place}"] = sentence(str(problem))
        return written


def _action(place: int, row: ActionRow, errors: dict[str, str]) -> Action:
    if row.mode == EXISTING:
        names = dict.fromkeys(part.strip() for part in row.names.splitlines() if part.strip())
        return Existing(tuple(names), row.parameter)
    if row.mode == MACRO:
        return Macro(row.macro, row.parameter)
    if row.for_each == CUSTOM and not row.for_custom:
        errors[f"for-custom-{place}"] = "Name the custom attribute."
    return Mapped(_source(row.for_each, row.for_custom), row.pattern, row.parameter)
