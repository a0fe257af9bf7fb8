"""One login: what waits for approval, or what failed, with all that would be sent; and what a person says about it."""

from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.diff import Row, row_of
from lockstep.idp.console.plans import MOVED, decide_one
from lockstep.idp.console.states import LoginState, login_state
from lockstep.idp.console.timeline import entries_of
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import user_by_id
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.provisioning import jobs, ledger
from lockstep.idp.provisioning.records import State, Trouble
from lockstep.idp.provisioning.standing import standings
from lockstep.idp.provisioning.timeline import Entry
from lockstep.idp.provisioning.troubles import cause_of_trouble
from lockstep.kit.db import Connection

TITLES = {
    "create": "Create User in Application",
    "update": "Update User in Application",
    "delete": "Delete User in Application",
}


@dataclass
class Login:
    """One person in one app, with what the last plan has for them."""

    user: User
    state: LoginState
    title: str = ""
    """"" where nothing is asked and nothing has failed."""
    waiting: list[Row] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    trouble: Trouble | None = None
    advice: str = ""
    entries: list[Entry] = field(default_factory=list)
    """The newest of what happened."""


def login_of(c: Connection, app: App, user_id: int) -> Login:
    """How it stands with the person.  Raises HTTPException (404) where there is none."""
    user = user_by_id(c, user_id)
    if user is None:
        raise HTTPException(NOT_FOUND)
    standing = standings(c, app, [user.employee_id])[user.employee_id]
    found = Login(user, login_state(standing), trouble=standing.trouble, entries=entries_of(c, app, user)[0])
    plan = ledger.newest_about(c, app.id, user.employee_id)
    changes = [] if plan is None else [placed.change for placed in ledger.of_key(c, plan.id, "user", user.employee_id)]
    asked = [change for change in changes if change.state is State.WAITING]
    if asked:
        found.title = TITLES[asked[0].action]
        found.waiting = [row_of(change) for change in asked]
        found.trouble = None
        return found
    if found.trouble is not None:
        tried = [change for change in changes if change.kind.value == found.trouble.kind]
        found.title = TITLES[tried[0].action if tried else _ACTION[found.trouble.kind]]
        found.failed = [row_of(change) for change in tried]
        found.advice = cause_of_trouble(found.trouble).advice
    return found


_ACTION = {"create": "create", "update": "update", "switch-off": "delete", "delete": "delete"}


async def pending(desk: Desk) -> Response:
    """What waits for approval, or what failed.  It shows the last plan, as the tab Users does, and makes none."""
    user_id = number(desk.request, "user")

    def look(c: Connection, app: App) -> dict[str, Any]:
        return {"login": login_of(c, app, user_id)}

    return await tab(desk, "console/app_login.html", look)


async def decide(desk: Desk) -> Response:
    """Approve or reject one change of one person; if it has moved, nothing is decided, and the page shows what is now."""
    app_id, user_id = number(desk.request), number(desk.request, "user")
    text = await decide_one(desk)
    base = f"/admin/apps/{app_id}/users"
    return desk.go(f"{base}/{user_id}/pending", MOVED, "warning") if text is None else desk.go(base, text)


async def retry(desk: Desk) -> Response:
    """Try again what failed: files a sync by hand of this person alone, which waits for no pause."""
    app_id, user_id = number(desk.request), number(desk.request, "user")

    def act(c: Connection) -> tuple[str, int]:
        app, user = app_of(c, app_id), user_by_id(c, user_id)
        if user is None:
            raise HTTPException(NOT_FOUND)
        event = Event(
            type=EventType.SYNC_ASKED,
            actor=desk.actor,
            user_id=user.id,
            user_name=user.user_name,
            app_id=app.id,
            app_name=app.name,
            notes="try again",
        )
        append(c, event, desk.now)
        return user.user_name, jobs.add(c, app.id, "sync", {"only": user.employee_id}, desk.now)

    name, filed = await desk.write(act)
    return desk.go(f"/admin/apps/{app_id}/jobs/{filed}", f"Trying again: {name}", "info")
