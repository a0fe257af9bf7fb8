"""The tab Rules: their order, what is saved and not applied, a test with one person, what would change for all."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.connectors import SEPARATOR
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.evaluate import Verdict, group_rules
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.apps.rules.typed import role_names
from lockstep.idp.apps.rules.words import actions_words, condition_words, conditions_words, parameter_words
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import LARGEST, NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import RULE_SOURCES
from lockstep.idp.directory.checks import AmbiguousProblem, NotThereProblem
from lockstep.idp.provisioning.preview import Tested, of_person, preview
from lockstep.idp.provisioning.reach import touched_by
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

LABELS = dict(RULE_SOURCES)


def row_of(rule: Rule, app: App, roles: dict[str, str]) -> dict[str, Any]:
    """A rule as the table shows it."""
    return {
        "rule": rule,
        "who": conditions_words(rule, LABELS, roles),
        "what": actions_words(rule, app.name, LABELS),
    }


async def rules(desk: Desk) -> Response:
    """The list, and (`?user=`) what the rules say of one person."""
    who = desk.query("user")

    def look(c: Connection, app: App) -> dict[str, Any]:
        found, roles = actions.rules_of(c, app), role_names(c)
        rows = [row_of(rule, app, roles) for rule in found.edited]
        shown: dict[str, Any] = {
            "rows": rows,
            "rules": found,
            "tested": None,
            "problem": "",
            "grouped": group_rules(found.edited),
        }
        if who:
            try:
                shown["tested"] = _tested(of_person(c, app, found.edited, who), roles)
            except (NotThereProblem, AmbiguousProblem) as problem:
                shown["problem"] = sentence(str(problem)[:300])
        return shown

    return await tab(desk, "console/app_rules.html", look, who=who)


def _tested(found: Tested, roles: dict[str, str]) -> dict[str, Any]:
    return {
        "user": found.user,
        "has_app": found.has_app,
        "lines": [_line(one, found.deciders, roles) for one in found.verdicts],
        "groups": sorted({fed.name for fed in found.groups}, key=str.casefold),
        "own": [(key, SEPARATOR.join(values)) for key, values in sorted(found.own.items())],
        "values": [(key, SEPARATOR.join(values), found.deciders[key]) for key, values in sorted(found.values.items())],
    }


def _line(one: Verdict, deciders: Mapping[str, Rule], roles: dict[str, str]) -> dict[str, Any]:
    """What a rule says of the person: its conditions, what it sets, and for which of that a later rule wins."""
    sets = {GROUPS: ", ".join(sorted({fed.name for fed in one.groups}))} if one.groups else {}
    sets.update((key, SEPARATOR.join(values)) for key, values in one.values.items())
    beaten = [key for key in sets if deciders[key].id != one.rule.id]
    return {
        "rule": one.rule,
        "applies": one.applies,
        "conditions": [
            (condition_words(condition, LABELS, roles), so)
            for condition, so in zip(one.rule.conditions, one.holds, strict=True)
        ],
        "sets": [text if key == GROUPS else f"{key}: {text}" for key, text in sets.items()],
        "wins": len(beaten) < len(sets),
        "beaten": [parameter_words(key) for key in beaten],
    }


async def preview_page(desk: Desk) -> Response:
    """What would change for everyone if the rules were applied now."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        found = actions.rules_of(c, app)
        shown = preview(c, app, found.applied.rules, found.edited) if found.pending else None
        return {"rules": found, "preview": shown}

    return await tab(desk, "console/app_rules_preview.html", look)


async def discard(desk: Desk) -> Response:
    """Throw away what was saved and not applied."""
    app_id = number(desk.request)
    await desk.write(lambda c: actions.discard(c, app_of(c, app_id), desk.now, actor=desk.actor))
    return desk.go(f"/admin/apps/{app_id}/rules", "The changes have been thrown away. These are the rules in force.")


async def people(desk: Desk) -> Response:
    """Whom a rule touches, a page at a time."""
    rule_id, after = number(desk.request, "rule"), desk.query("after")

    def look(c: Connection, app: App) -> dict[str, Any]:
        found = actions.rules_of(c, app).edited
        rule = next((one for one in found if one.id == rule_id), None)
        if rule is None:
            raise HTTPException(NOT_FOUND)
        shown = touched_by(c, app, found, rule, after)
        rows = [
            (one.user, [(parameter_words(key), value, key in one.beaten) for key, value in one.sets]) for one in shown.people
        ]
        return {"row": row_of(rule, app, role_names(c)), "people": rows, "reach": shown, "after": after}

    return await tab(desk, "console/app_rule_people.html", look)


async def sort(desk: Desk) -> Response:
    """Another order, as they were dragged; `order` has the numbers of all rules."""
    app_id = number(desk.request)
    parts = desk.value("order").split()
    ids = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < len(str(LARGEST))]

    def act(c: Connection) -> str:
        try:
            actions.sort(c, app_of(c, app_id), ids, desk.now, actor=desk.actor)
        except Problem:
            return "The rules have changed since this page was made. This is their order now."
        return "The rules have another order. A later rule wins."

    return desk.go(f"/admin/apps/{app_id}/rules", await desk.write(act))


async def move(desk: Desk) -> Response:
    """One place up or down."""
    app_id, rule_id, up = number(desk.request), number(desk.request, "rule"), desk.value("to") == "up"

    def act(c: Connection) -> Rule:
        app = app_of(c, app_id)
        ids = [rule.id for rule in actions.rules_of(c, app).edited]
        if rule_id not in ids:
            raise HTTPException(NOT_FOUND)
        position = ids.index(rule_id) + 1 + (-1 if up else 1)
        return actions.move(c, app, rule_id, position, desk.now, actor=desk.actor)

    moved = await desk.write(act)
    return desk.go(f"/admin/apps/{app_id}/rules", f"“{moved.name}” has been moved {'up' if up else 'down'}. A later rule wins.")


async def enable(desk: Desk) -> Response:
    """Switch a rule on or off."""
    app_id, rule_id, on = number(desk.request), number(desk.request, "rule"), desk.value("to") == "on"

    def act(c: Connection) -> Rule:
        return actions.enable(c, app_of(c, app_id), rule_id, on, desk.now, actor=desk.actor)

    rule = await _known(desk, act)
    return desk.go(f"/admin/apps/{app_id}/rules", f"“{rule.name}” is {'enabled' if on else 'disabled'}, and not applied yet.")


async def _known(desk: Desk, act: Any) -> Any:
    """The result of an action on a rule that the address names.  Raises HTTPException (404) where it is gone."""
    try:
        return await desk.write(act)
    except Problem:
        raise HTTPException(NOT_FOUND) from None


async def delete_page(desk: Desk) -> Response:
    """Asks first."""
    rule_id = number(desk.request, "rule")

    def look(c: Connection, app: App) -> dict[str, Any]:
        found = actions.rules_of(c, app).edited
        rule = next((one for one in found if one.id == rule_id), None)
        if rule is None:
            raise HTTPException(NOT_FOUND)
        return {"row": row_of(rule, app, role_names(c)), "last": group_rules(found) == (rule,)}

    return await tab(desk, "console/app_rule_delete.html", look)


async def delete(desk: Desk) -> Response:
    """Delete a rule."""
    app_id, rule_id = number(desk.request), number(desk.request, "rule")
    rule = await _known(desk, lambda c: actions.remove(c, app_of(c, app_id), rule_id, desk.now, actor=desk.actor))
    return desk.go(f"/admin/apps/{app_id}/rules/preview", f"“{rule.name}” has been deleted, which is not applied yet.")
