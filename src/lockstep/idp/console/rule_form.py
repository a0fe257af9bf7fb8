"""The form of one rule: conditions in rows, and in rows what it sets."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.rules.typed import role_names
from lockstep.idp.apps.rules.words import choices_of, parameter_words
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.rule_typed import CUSTOM, ActionRow, Row, Typed, new, read, rearranged, rule_of, typed_of
from lockstep.idp.console.words import MAP_SOURCES, RULE_SOURCES
from lockstep.idp.directory.conditions.records import OPERATORS, ROLE, STATE, STATUS
from lockstep.idp.provisioning.entitlements.actions import names_to_choose
from lockstep.kit.db import Connection

LISTED = 500
"""Names of roles and of groups that a browser offers while somebody types."""


async def edit(desk: Desk) -> Response:
    """The form of a rule, or of a new one (without a number in the address)."""
    rule_id = desk.query_number("rule")

    def typed(c: Connection, app: App) -> Typed:
        if not rule_id:
            return new()
        rule = next((one for one in actions.rules_of(c, app).edited if one.id == rule_id), None)
        if rule is None:
            raise HTTPException(NOT_FOUND)
        return typed_of(rule, role_names(c))

    return await _form(desk, typed, {})


async def save(desk: Desk) -> Response:
    """Keep the rule; or show the form with one row more or less."""
    app_id, typed = number(desk.request), read(desk)
    if rearranged(typed.rows, typed.actions, ActionRow, desk.value("do")):
        return await _form(desk, lambda _c, _app: typed, {})
    errors: dict[str, str] = {}

    def act(c: Connection) -> Rule | None:
        app = app_of(c, app_id)
        rule = rule_of(c, typed, errors)
        if errors:
            return None
        try:
            return actions.save(c, app, rule, desk.now, actor=desk.actor)
        except actions.RuleRefused as refused:
            for problem in refused.problems:
                errors.setdefault(problem.field, problem.text)
            return None

    saved = await desk.write(act)
    if saved is None:
        return await _form(desk, lambda _c, _app: typed, errors, status=WRONG)
    return desk.go(f"/admin/apps/{app_id}/rules/preview", f"“{saved.name}” has been saved, and is not applied yet.")


async def _form(
    desk: Desk, typed: Callable[[Connection, App], Typed], errors: dict[str, str], *, status: int = 200
) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        filled = typed(c, app)
        if not filled.rows:
            filled.rows.append(Row())
        if not filled.actions:
            filled.actions.append(ActionRow())
        keys = dict.fromkeys((*actions.settable_in(c, app), *(row.parameter for row in filled.actions if row.parameter)))
        return {
            "typed": filled,
            "known": {ROLE: list(role_names(c).values())[:LISTED], STATUS: choices_of(STATUS), STATE: choices_of(STATE)},
            "groups": _known_groups(c, app),
            "parameters": [("", "– no action –"), *((key, f"Set {parameter_words(key)} in {app.name}") for key in keys)],
        }

    choices = {
        "sources": [("", "– no condition –"), *RULE_SOURCES, (CUSTOM, "Custom attribute …")],
        "map_sources": [*MAP_SOURCES, (CUSTOM, "Custom attribute …")],
        "operators": [(one, one) for one in OPERATORS],
        "matches": [("all", "All conditions hold"), ("any", "Any condition holds")],
    }
    return await tab(desk, "console/app_rule.html", look, status, errors=errors, **choices)


def _known_groups(c: Connection, app: App) -> list[str]:
    return names_to_choose(c, app, LISTED)
