"""The form of one mapping: rows of conditions, and what it gives and sets."""

from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.rules.typed import role_names
from lockstep.idp.apps.rules.words import choices_of
from lockstep.idp.console.context import NOT_FOUND
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.rule_typed import CUSTOM, Row, condition_of_row, line_of, read_rows, rearranged, row_of, whole
from lockstep.idp.console.words import FIELD_NAMES, RULE_SOURCES
from lockstep.idp.directory.conditions.attributes import CUSTOM as CUSTOM_LEAD
from lockstep.idp.directory.conditions.records import OPERATORS, ROLE, STATE, STATUS
from lockstep.idp.directory.fields.store import everything
from lockstep.idp.directory.groups.store import all_groups
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.mappings import actions
from lockstep.idp.directory.mappings.checks import MOST_ACTIONS
from lockstep.idp.directory.mappings.records import (
    ADD_ROLE,
    MAPPED_STATUSES,
    SET,
    SET_GROUP,
    SET_STATUS,
    SETTABLE,
    Action,
    Mapping,
)
from lockstep.idp.directory.mappings.words import value_words
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

HOME = "/admin/mappings"
WRONG = 422
LISTED = 500
"""Names of roles that a browser offers while somebody types."""


@dataclass
class ActionRow:
    """An action as it is typed: roles by name, with `|` between them, a status by its word, a group by its name, or a text."""

    action: str = ""
    value: str = ""


@dataclass
class Typed:
    """A mapping as it is typed."""

    id: int = 0
    name: str = ""
    match: str = "all"
    enabled: bool = True
    rows: list[Row] = field(default_factory=list)
    actions: list[ActionRow] = field(default_factory=list)


async def edit(desk: Desk) -> Response:
    """The form of a mapping, or of a new one (without a number in the address)."""
    number = desk.query_number("mapping")

    def typed(c: Connection) -> Typed:
        if not number:
            return Typed(actions=[ActionRow(ADD_ROLE)])
        try:
            return typed_of(c, actions.mapping_of(c, number))
        except Problem:
            raise HTTPException(NOT_FOUND) from None

    return await _form(desk, await desk.read(typed), {})


async def save(desk: Desk) -> Response:
    """Keep the mapping; or show the form with one row more or less."""
    typed, errors = _read(desk), dict[str, str]()
    if rearranged(typed.rows, typed.actions, ActionRow, desk.value("do")):
        return await _form(desk, typed, {})

    def act(c: Connection) -> Mapping | None:
        mapping = _mapping_of(c, typed, errors)
        if errors:
            return None
        try:
            return actions.save(c, mapping, desk.now, actor=desk.actor)
        except actions.MappingRefused as refused:
            for problem in refused.problems:
                errors.setdefault(problem.field, problem.text)
            return None

    saved = await desk.write(act)
    if saved is None:
        return await _form(desk, typed, errors, WRONG)
    return desk.go(f"{HOME}/preview", f"“{saved.name}” has been saved, and is not in force yet.")


def typed_of(c: Connection, mapping: Mapping) -> Typed:
    """A mapping as a person would type it."""
    roles, groups = role_names(c), {str(one.id): one.name for one in all_groups(c)}
    typed = Typed(mapping.id, mapping.name, mapping.match, mapping.enabled, [row_of(one, roles) for one in mapping.conditions])
    for one in mapping.actions:
        if one.action == ADD_ROLE:
            value = "|".join(roles.get(number, "") for number in one.values)
        else:
            value = value_words(_field(one.action), one.values[0], groups)
        typed.actions.append(ActionRow(one.action, value))
    return typed


def _field(action: str) -> str:
    return {SET_STATUS: STATUS, SET_GROUP: "group_id"}.get(action, action)


def _read(desk: Desk) -> Typed:
    rows = [
        ActionRow(line_of(desk, f"action-{n}"), line_of(desk, f"set-{n}"))
        for n in range(min(whole(desk.value("actions")), MOST_ACTIONS + 1))
    ]
    match = "any" if line_of(desk, "match") == "any" else "all"
    number = whole(desk.value("mapping"))
    return Typed(number, line_of(desk, "name"), match, desk.ticked("enabled"), read_rows(desk), rows)


def _mapping_of(c: Connection, typed: Typed, errors: dict[str, str]) -> Mapping:
    """The mapping that is meant; what cannot be meant goes to `errors`.  Rows without a choice are none, and go."""
    typed.rows = [row for row in typed.rows if row.source]
    typed.actions = [row for row in typed.actions if row.action]
    conditions = tuple(condition_of_row(c, place, row, errors) for place, row in enumerate(typed.rows))
    found = tuple(_action(c, place, row, errors) for place, row in enumerate(typed.actions))
    return Mapping(typed.name, found, "any" if typed.match == "any" else "all", conditions, typed.enabled, typed.id)


def _action(c: Connection, place: int, row: ActionRow, errors: dict[str, str]) -> Action:
    try:
        return Action(row.action, _values(c, row))
    except Problem as problem:
        errors[f"values-{place}"] = sentence(str(problem)[:300])
        return Action(row.action, ())


def _values(c: Connection, row: ActionRow) -> tuple[str, ...]:
    """What is written of a typed value.  Raises Problem."""
    typed = row.value.strip()
    if row.action == ADD_ROLE:
        parts = [part.strip() for part in typed.split("|") if part.strip()]
        return tuple(dict.fromkeys(str(find_role(c, part).id) for part in parts))
    if row.action == SET_STATUS:
        known = {one.name.casefold(): str(int(one)) for one in MAPPED_STATUSES}
        return (known.get(typed.casefold(), typed),)
    if row.action == SET_GROUP:
        named = {one.name.casefold(): str(one.id) for one in all_groups(c)}
        return (named.get(typed.casefold(), typed),)
    return (row.value,)


async def _form(desk: Desk, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    def look(c: Connection) -> dict[str, Any]:
        custom = [(SET + CUSTOM_LEAD + one.shortname, f"Set {one.name}") for one in everything(c)]
        return {
            "known": {ROLE: list(role_names(c).values())[:LISTED], STATUS: choices_of(STATUS), STATE: choices_of(STATE)},
            "groups": [one.name for one in all_groups(c)][:LISTED],
            "what": [
                ("", "– no action –"),
                (ADD_ROLE, "Set Role"),
                (SET_STATUS, "Set Status"),
                (SET_GROUP, "Set Group"),
                *((SET + name, f"Set {FIELD_NAMES[name]}") for name in SETTABLE),
                *custom,
            ],
        }

    typed.rows = typed.rows or [Row()]
    typed.actions = typed.actions or [ActionRow()]
    choices = {
        "sources": [("", "– no condition –"), *RULE_SOURCES, (CUSTOM, "Custom attribute …")],
        "operators": [(one, one) for one in OPERATORS],
        "matches": [("all", "All conditions hold"), ("any", "Any condition holds")],
        "statuses": [one.name.capitalize() for one in MAPPED_STATUSES],
    }
    return desk.page("console/mapping.html", status, typed=typed, errors=errors, **choices, **await desk.read(look))
