"""The timeline of one login or one group in an app."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import tab
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.states import LoginState, login_state
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import links, troubles
from lockstep.idp.provisioning.records import Trouble, name_key
from lockstep.idp.provisioning.standing import standings
from lockstep.idp.provisioning.timeline import Entry, entry_of, without_repeats
from lockstep.idp.provisioning.troubles import cause_of_trouble
from lockstep.kit.db import Connection

PAGE = 50
_NOBODY: dict[str, Any] = {"user": None, "state": None, "link": None}
FEW = 10
"""Entries that the page of a login shows."""


async def timeline(desk: Desk) -> Response:
    """What happened to somebody (`user`, a user name) or to a group (`group`, a name), the newest first."""
    user, group, before = desk.query("user"), desk.query("group"), desk.query_number("before")

    def look(c: Connection, app: App) -> dict[str, Any]:
        if user:
            shown = _user(c, app, user, before)
        elif group:
            shown = _group(c, app, group, before)
        else:
            shown = {"name": "", "entries": [], "further": 0, "failed": []}
        base = f"/admin/apps/{app.id}/timeline?"
        kept = {"user": user} if user else {"group": group}
        further = shown.pop("further")
        return {
            "first": base + urlencode(kept) if before else "",
            "next": base + urlencode({**kept, "before": str(further)}) if further else "",
            **_NOBODY,
            **shown,
        }

    return await tab(desk, "console/app_timeline.html", look, given={"user": user, "group": "" if user else group})


def entries_of(c: Connection, app: App, user: User, *, before: int = 0, limit: int = FEW) -> tuple[list[Entry], int]:
    """What happened to a user in an app, and where the next page begins (0 at the end)."""
    found, further = events.of_user_in_app(c, app.id, user_id=user.id, user_name=user.user_name, before=before, limit=limit)
    return without_repeats(map(entry_of, found)), further


def _user(c: Connection, app: App, name: str, before: int) -> dict[str, Any]:
    known = directory.user_by_user_name(c, name) or directory.user_by_employee_id(c, name)
    target = links.find_target(c, app.id, app.scim_url)
    if known is None:  # somebody who has left is found by the name they had
        found, further = events.of_user_in_app(c, app.id, user_name=name, before=before, limit=PAGE)
        return {"name": name, "entries": without_repeats(map(entry_of, found)), "further": further, "failed": []}
    entries, further = entries_of(c, app, known, before=before, limit=PAGE)
    failed = troubles.of_keys(c, target, "user", [known.employee_id]).get(known.employee_id, []) if target else []
    state: LoginState = login_state(standings(c, app, [known.employee_id])[known.employee_id])
    return {
        "name": known.user_name,
        "user": known,
        "state": state,
        "entries": entries,
        "further": further,
        "failed": _told(failed),
    }


def _group(c: Connection, app: App, name: str, before: int) -> dict[str, Any]:
    target = links.find_target(c, app.id, app.scim_url)
    link = links.group_by_key(c, target, name_key(name)) if target else None
    spelt = name if link is None else link.name
    found, further = events.of_object_in_app(c, app.id, "group", spelt, before=before, limit=PAGE)
    failed = troubles.of_keys(c, target, "group", [name_key(name)]).get(name_key(name), []) if target else []
    return {
        "name": spelt,
        "link": link,
        "entries": without_repeats(map(entry_of, found)),
        "further": further,
        "failed": _told(failed),
    }


def _told(failed: list[Trouble]) -> list[tuple[Trouble, str]]:
    """(failure, what to do) of each."""
    return [(one, cause_of_trouble(one).advice) for one in failed]
