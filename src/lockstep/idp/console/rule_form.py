"""The form of one rule: conditions in rows, and what Groups are set to."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.checks import MOST_CONDITIONS
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Mapped, Rule
from lockstep.idp.apps.rules.typed import condition_of, role_names
from lockstep.idp.apps.rules.words import GONE, value_words
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import LARGEST, NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import MAP_SOURCES, RULE_SOURCES
from lockstep.idp.directory.conditions.records import OPERATORS, ROLE, Condition
from lockstep.idp.provisioning import links
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

EXISTING, MAP = "existing", "map"
CUSTOM = "custom"
LISTED = 500
"""Names of roles and of groups that a browser offers while somebody types."""


@dataclass
class Row:
    """A condition as it is typed.  `custom` names the custom attribute, where the source is one."""

    source: str = ""
    operator: str = OPERATORS[0]
    value: str = ""
    custom: str = ""


@dataclass
class Typed:
    """A rule as it is typed."""

    id: int = 0
    name: str = ""
    match: str = "all"
    mode: str = MAP
    names: str = ""
    for_each: str = ROLE
    for_custom: str = ""
    pattern: str = ""
    enabled: bool = True
    rows: list[Row] = field(default_factory=list)


async def edit(desk: Desk) -> Response:
    """The form of a rule, or of a new one (without a number in the address)."""
    rule_id = desk.query_number("rule")

    def typed(c: Connection, app: App) -> Typed:
        if not rule_id:
            return Typed(pattern=".*")
        rule = next((one for one in actions.rules_of(c, app).edited if one.id == rule_id), None)
        if rule is None:
            raise HTTPException(NOT_FOUND)
        return typed_of(rule, role_names(c))

    return await _form(desk, typed, {})


async def save(desk: Desk) -> Response:
    """Keep the rule; or show the form with one more condition."""
    app_id, typed = number(desk.request), _read(desk)
    if desk.value("do") == "more":
        typed.rows.append(Row())
        return await _form(desk, lambda _c, _app: typed, {})
    errors: dict[str, str] = {}

    def act(c: Connection) -> Rule | None:
        app = app_of(c, app_id)
        rule = _rule(c, typed, errors)
        if errors:
            return None
        before = next((one for one in actions.rules_of(c, app).edited if one.id == rule.id), None)
        others = () if before is None else tuple(one for one in before.actions if not _is_typed(one))
        rule = replace(rule, actions=(*rule.actions, *others))
        try:
            return actions.save(c, app, rule, desk.now, actor=desk.actor)
        except actions.RuleRefused as refused:
            for problem in refused.problems:
                errors.setdefault(problem.field, problem.text)
                errors.setdefault(problem.field.removesuffix("-0"), problem.text)
            return None

    saved = await desk.write(act)
    if saved is None:
        return await _form(desk, lambda _c, _app: typed, errors, status=WRONG)
    return desk.go(f"/admin/apps/{app_id}/rules/preview", f"“{saved.name}” has been saved, and is not applied yet.")


def typed_of(rule: Rule, roles: dict[str, str]) -> Typed:
    """A rule as a person would type it."""
    typed = Typed(rule.id, rule.name, rule.match, enabled=rule.enabled)
    action = next((one for one in rule.actions if _is_typed(one)), None)
    if isinstance(action, Existing):
        typed.mode, typed.names = EXISTING, "\n".join(action.names)
    elif isinstance(action, Mapped):
        typed.for_each, typed.for_custom = _parted(action.source)
        typed.pattern = action.pattern
    for one in rule.conditions:
        source, custom = _parted(one.source)
        value = value_words(one, roles)
        typed.rows.append(Row(source, one.operator, "" if value == GONE else value, custom))
    return typed


def _is_typed(action: Action) -> bool:
    return action.parameter == GROUPS and isinstance(action, Existing | Mapped)


def _parted(source: str) -> tuple[str, str]:
    """(choice of the list, name of the custom attribute)."""
    lead = "custom_attribute_"
    return (CUSTOM, source.removeprefix(lead)) if source.startswith(lead) else (source, "")


def _source(choice: str, custom: str) -> str:
    return f"custom_attribute_{custom}" if choice == CUSTOM else choice


def _read(desk: Desk) -> Typed:
    def line(name: str) -> str:
        return " ".join(desk.value(name).splitlines())

    rows = [
        Row(line(f"source-{n}"), line(f"operator-{n}"), line(f"value-{n}"), line(f"custom-{n}"))
        for n in range(min(_whole(desk.value("rows")), MOST_CONDITIONS + 1))
    ]
    return Typed(
        _whole(desk.value("rule")),
        line("name"),
        "any" if line("match") == "any" else "all",
        EXISTING if line("mode") == EXISTING else MAP,
        desk.value("names"),
        line("for-each"),
        line("for-custom"),
        line("pattern"),
        desk.ticked("enabled"),
        rows,
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST)) else 0


def _rule(c: Connection, typed: Typed, errors: dict[str, str]) -> Rule:
    """The rule that is meant; what cannot be meant goes to `errors`."""
    conditions: list[Condition] = []
    for place, row in enumerate(typed.rows):
        if not row.source:
            continue
        operator = next((one for one in OPERATORS if one == row.operator), None)
        if operator is None:
            errors[f"operator-{place}"] = "Choose one of the list."
        written = Condition(_source(row.source, row.custom), operator or OPERATORS[0], row.value)
        try:
            conditions.append(condition_of(c, written))
        except Problem as problem:
            errors[f"value-{place}"] = sentence(str(problem))
            conditions.append(written)
        if row.source == CUSTOM and not row.custom:
            errors[f"custom-{place}"] = "Name the custom attribute."
    typed.rows = [row for row in typed.rows if row.source] if not errors else typed.rows
    names = tuple(dict.fromkeys(part.strip() for part in typed.names.splitlines() if part.strip()))
    mapped = Mapped(_source(typed.for_each, typed.for_custom), typed.pattern)
    if typed.mode == MAP and typed.for_each == CUSTOM and not typed.for_custom:
        errors["for-custom"] = "Name the custom attribute."
    action = Existing(names) if typed.mode == EXISTING else mapped
    return Rule(typed.name, (action,), "any" if typed.match == "any" else "all", tuple(conditions), typed.enabled, typed.id)


async def _form(desk: Desk, typed: Any, errors: dict[str, str], *, status: int = 200) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        filled = typed(c, app)
        if not filled.rows:
            filled.rows.append(Row())
        return {"typed": filled, "roles": list(role_names(c).values())[:LISTED], "groups": _known_groups(c, app)}

    choices = {
        "sources": [("", "– no condition –"), *RULE_SOURCES, (CUSTOM, "Custom attribute …")],
        "map_sources": [*MAP_SOURCES, (CUSTOM, "Custom attribute …")],
        "operators": [(one, one) for one in OPERATORS],
        "matches": [("all", "All conditions hold"), ("any", "Any condition holds")],
    }
    return await tab(desk, "console/app_rule.html", look, status, errors=errors, **choices)


def _known_groups(c: Connection, app: App) -> list[str]:
    target = links.find_target(c, app.id, app.scim_url)
    return [link.name for link in links.groups(c, target)][:LISTED] if target else []
