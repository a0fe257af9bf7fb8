"""The tab Provisioning: whether anything is sent, what a person approves, what happens to leavers, limits, and a pilot."""

from typing import Any

from starlette.responses import Response

from lockstep.idp.apps import actions
from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import Settings, changed
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.provisioning.entitlements import actions as entitlements
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

SWITCHES = ("provisioning", "approve-create", "approve-delete", "approve-update", "creates-only")
VALUES = (
    "leavers",
    "grace-days",
    "suspended",
    "adopt",
    "rate",
    "limit-deletions",
    "limit-deletions-share",
    "schedule",
    "evidence",
    "protect",
    "drift",
    "drift-users",
    "drift-groups",
    "drift-members",
    "pilot-role",
    "pilot-people",
)
LEAVERS = [("delete", "Delete"), ("suspend", "Suspend"), ("nothing", "Do Nothing")]
SUSPENDED = [("suspend", "Suspend"), ("nothing", "Do Nothing")]
ADOPT = [
    ("report", "Report it, and leave it alone"),
    ("adopt", "Take it over, and bring it in line"),
    ("ignore", "Leave it alone without a word"),
]
DRIFT = [("put-back", "Put it back"), ("report", "Report it, and leave it to me")]
OWN_DRIFT = [("default", "As above"), *DRIFT]
EVIDENCE = [("off", "Never by itself"), ("weekly", "Every week"), ("daily", "Every day")]


async def provisioning(desk: Desk) -> Response:
    """The form."""
    return await _page(desk, {}, {})


async def save(desk: Desk) -> Response:
    """Save what has changed."""
    app_id, typed = number(desk.request), _typed(desk)

    def act(c: Connection) -> tuple[App, App, dict[str, str]]:
        app = app_of(c, app_id)
        now = values_of(app.settings)
        moved = {key: value for key, value in typed.items() if value != now[key]}
        errors = {key: problem for key, value in moved.items() if (problem := _problem(c, app.settings, key, value))}
        if errors:
            return app, app, errors
        given = [f"{key}={value}" for key, value in moved.items()]
        return app, actions.change_settings(c, app, given, desk.now, actor=desk.actor), {}

    before, after, errors = await desk.write(act)
    if errors:
        return await _page(desk, typed, errors, WRONG)
    text = "The settings have been saved."
    if before.settings.provisioning and not after.settings.provisioning:
        text += " Provisioning is off: what is at the target stays as it is."
    return desk.go(f"/admin/apps/{app_id}/provisioning", text)


def values_of(settings: Settings) -> dict[str, str]:
    """The settings of the form, as `KEY=VALUE` would write them."""
    found: dict[str, str] = {}
    for key in (*SWITCHES, *VALUES):
        value = getattr(settings, key.replace("-", "_"))
        found[key] = ("on" if value else "off") if isinstance(value, bool) else _text(value)
    return found


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _typed(desk: Desk) -> dict[str, str]:
    return {
        **{key: "on" if desk.ticked(key) else "off" for key in SWITCHES},
        **{key: desk.value(key) for key in VALUES if any(name == key for name, _ in desk.form)},
    }


def _problem(c: Connection, settings: Settings, key: str, value: str) -> str:
    try:
        changed(settings, [f"{key}={value}"])
        if key == "pilot-role" and value:
            actions.check_pilot_role(c, value)
    except ValueProblem as problem:
        return sentence(problem.what)
    return ""


async def _page(desk: Desk, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        return {"typed": {**values_of(app.settings), **typed}, "entitlements": entitlements.summary(c, app)[0]}

    choices = {"leavers_options": LEAVERS, "suspended_options": SUSPENDED, "adopt_options": ADOPT}
    choices |= {"drift_options": DRIFT, "own_drift_options": OWN_DRIFT}
    choices["evidence_options"] = EVIDENCE
    return await tab(desk, "console/app_provisioning.html", look, status, errors=errors, **choices)
