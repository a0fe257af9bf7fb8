"""Applications > Applications, and what every tab of an app has: its heading, its hints, More Actions."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.admins.permissions import Grant, Permission, Privilege
from lockstep.idp.admins.store import holders_of
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.reading import differences
from lockstep.idp.apps.capabilities.words import learnt, lines
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.idp.apps.memory.store import contents
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.hints import Waiting, hints_of, waiting_of
from lockstep.idp.console.words import counted
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning import links as remembered
from lockstep.idp.provisioning.actions import start
from lockstep.idp.provisioning.entitlements.actions import JOB
from lockstep.idp.provisioning.evidence import actions as evidence
from lockstep.idp.provisioning.installation.actions import all_held
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

WRONG = 422
MOST_SHOWN = 50
"""Users, groups and members of a group that Info shows of a target that is kept here."""
_JOBS: dict[str, tuple[str, dict[str, Any], str]] = {
    "sync": ("sync", {"full": True}, "Synchronizing users with {name}"),
    "now": ("sync", {}, "Synchronizing users with {name}"),
    "reapply": ("sync", {}, "Mappings are being reapplied"),
    "refresh": ("sync", {"full": True}, "Entitlements are being refreshed: {name} is read, and differences are put right"),
    "entitlements": (JOB, {}, "The groups of {name} are being read; nothing is changed there"),
    "check": ("drift", {}, "{name} is being read: what differs is reported, and nothing is changed"),
    "compare": ("drift", {}, "{name} is being read and compared; nothing is changed"),
    "evidence": (evidence.JOB, {}, "{name} is being read and compared, and what is found is signed; nothing is changed"),
}
"""What the buttons file, and what the page says then (OneLogin's words)."""


def app_of(c: Connection, number: int) -> App:
    """The app that the address names.  Raises HTTPException (404)."""
    found = store.app_by_id(c, number)
    if found is None:
        raise HTTPException(NOT_FOUND)
    return found


async def applications(desk: Desk) -> Response:
    """Every app."""

    def look(c: Connection) -> list[dict[str, Any]]:
        held = {app.id for app, _ in all_held(c)}
        seen = [app for app in store.all_apps(c) if desk.may(Permission.APPS_VIEW, app=app.id)]
        return [_row(c, app, held=app.id in held) for app in seen]

    text = desk.query("q")
    rows = await desk.read(look)
    shown = [row for row in rows if text.casefold() in row["app"].name.casefold()]
    return desk.page("console/apps.html", rows=shown, text=text, any=bool(rows))


def _row(c: Connection, app: App, *, held: bool = False) -> dict[str, Any]:
    target = remembered.find_target(c, app.id, app.scim_url)
    kind, word = ("error", "Waits to be compared") if held else provisioning_word(app)
    return {
        "app": app,
        "kind": kind,
        "word": word,
        "waiting": waiting_of(c, app),
        "users": remembered.count_users(c, target) if target else 0,
        "groups": remembered.count_groups(c, target) if target else 0,
        "saml": saml.of_app(c, app.id) is not None,
    }


def provisioning_word(app: App) -> tuple[str, str]:
    """(kind of indicator, word) of an app's provisioning."""
    if app.quarantine:
        return "error", "Quarantine"
    if app.stopped:
        return "stopped", "Stopped"
    return ("success", "On") if app.settings.provisioning else ("stopped", "Off")


async def new_app(desk: Desk) -> Response:
    """The empty form."""
    return _form(desk, {"connector": "aws-iam-identity-center"}, {})


async def create_app(desk: Desk) -> Response:
    """A new app, provisioning off."""
    typed = {name: desk.value(name) for name in ("name", "connector", "scim_url", "token")}
    loopback = desk.ticked("loopback")

    def make(c: Connection) -> App:
        return actions.create_app(
            c,
            desk.context.vault,
            desk.now,
            name=typed["name"],
            connector=typed["connector"],
            scim_url=typed["scim_url"],
            token=typed["token"],
            allow_loopback=loopback,
            actor=desk.actor,
        )

    try:
        made = await desk.write(make)
    except ValueProblem as problem:
        what = f"{problem.what}: tick this, or give another URL" if problem.field == "loopback" else problem.what
        return _form(desk, typed, {problem.field: sentence(what)}, loopback=loopback, status=WRONG)
    return desk.go(f"/admin/apps/{made.id}/configuration", f"{made.name} has been added. Press Enable to test its connection.")


def _form(desk: Desk, typed: dict[str, str], errors: dict[str, str], *, loopback: bool = False, status: int = 200) -> Response:
    shown = {**typed, "token": ""}  # it is never shown again
    names = [(name, f"{one.words} ({name})") for name, one in CONNECTORS.items()]
    return desk.page("console/app_new.html", status, typed=shown, errors=errors, loopback=loopback, connectors=names)


async def tab(desk: Desk, template: str, look: Any = None, status: int = 200, **more: Any) -> Response:
    """A tab of an app: `look` reads what it shows besides what every tab has."""
    app_id = number(desk.request)

    def read(c: Connection) -> dict[str, Any]:
        app = app_of(c, app_id)
        waiting: Waiting = waiting_of(c, app)
        config = saml.of_app(c, app.id)
        common = {"app": app, "waiting": waiting, "hints": hints_of(c, app, waiting, desk.now), "config": config}
        return {**common, **({} if look is None else look(c, app))}

    return desk.page(template, status, **{**await desk.read(read), **more})


async def info(desk: Desk) -> Response:
    """The tab Info."""
    return await _info(desk)


async def rename(desk: Desk) -> Response:
    """Another name."""
    app_id, name = number(desk.request), desk.value("name")
    try:
        await desk.write(lambda c: actions.rename(c, app_of(c, app_id), name, desk.now, actor=desk.actor))
    except ValueProblem as problem:
        return await _info(desk, name, sentence(problem.what), WRONG)
    return desk.go(f"/admin/apps/{app_id}", "The app has been saved.")


async def _info(desk: Desk, typed: str | None = None, error: str = "", status: int = 200) -> Response:
    def look(c: Connection, app: App) -> dict[str, Any]:
        found = capabilities.found_of(c, app)
        notes = [*differences(CONNECTORS[app.connector], found), *learnt(found)]
        local = CONNECTORS[app.connector].local
        held = any(one.id == app.id for one, _ in all_held(c))
        there = contents(c, app.id, MOST_SHOWN) if local else None
        can = {"there": there, "lines": lines(capabilities.connector_of(c, app)), "notes": notes, "found": found}
        return {
            "row": _row(c, app, held=held),
            "admins": holders_of(c, Grant(Privilege.APP_ADMIN, app.id)),
            "typed": app.name if typed is None else typed,
            "can": can,
            "connector": CONNECTORS[app.connector],
        }

    return await tab(desk, "console/app_info.html", look, status, error=error)


async def start_again(desk: Desk) -> Response:
    """End a stop or a quarantine."""
    app_id = number(desk.request)

    def act(c: Connection) -> App:
        app = app_of(c, app_id)
        start(c, app, desk.now, actor=desk.actor)
        return app

    app = await desk.write(act)
    return desk.go(f"/admin/apps/{app_id}", f"{app.name} runs again.")


async def stop(desk: Desk) -> Response:
    """The stop switch of one app."""
    app_id = number(desk.request)

    def act(c: Connection) -> App:
        app = app_of(c, app_id)
        actions.stop(c, app, desk.now, actor=desk.actor)
        return app

    app = await desk.write(act)
    return desk.go(f"/admin/apps/{app_id}", f"{app.name} is stopped. What is being sent at this moment is the last.")


async def stop_all(desk: Desk) -> Response:
    """The stop switch of all apps; and back."""
    back = desk.value("do") == "start"

    def act(c: Connection) -> int:
        found = [app for app in store.all_apps(c) if app.stopped is back]
        for app in found:
            (actions.resume if back else actions.stop)(c, app, desk.now, actor=desk.actor)
        return len(found)

    count = await desk.write(act)
    if back:
        return desk.go("/admin/apps", f"{counted(count, 'app')} let go again. Quarantines stay as they are.")
    return desk.go("/admin/apps", f"{counted(count, 'app')} stopped. What is being sent at this moment is the last.")


async def file_job(desk: Desk) -> Response:
    """More Actions, and the buttons that sync: files a job, and shows how it goes."""
    app_id, what = number(desk.request), desk.request.path_params["what"]
    if what not in _JOBS:
        raise HTTPException(NOT_FOUND)
    kind, arguments, words = _JOBS[what]

    def act(c: Connection) -> tuple[App, int]:
        app = app_of(c, app_id)
        if what == "reapply" and desk.value("rules") not in ("", rules.rules_of(c, app).digest):
            return app, 0
        if what == "reapply":
            rules.apply(c, app, desk.now, actor=desk.actor)
        asked = Event(type=EventType.SYNC_ASKED, actor=desk.actor, app_id=app.id, app_name=app.name, notes=what)
        events.append(c, asked, desk.now)
        known = {"actor": desk.actor} if what == JOB else {}
        return app, jobs.add(c, app.id, kind, {**arguments, **known}, desk.now)

    app, filed = await desk.write(act)
    if not filed:
        text = "The rules have changed since this page was made, and nothing was applied. This is what they would change now."
        return desk.go(f"/admin/apps/{app_id}/rules/preview", text, "warning")
    return desk.go(f"/admin/apps/{app_id}/jobs/{filed}", words.format(name=app.name), "info")
