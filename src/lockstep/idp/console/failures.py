"""The tab Failures of an app: what failed by cause, one by one, and another try."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.diff import WORDS
from lockstep.idp.console.words import joined_names, short, when_next
from lockstep.idp.directory.store import user_by_employee_id
from lockstep.idp.provisioning import links, retrying, troubles
from lockstep.idp.provisioning.records import Kind, Trouble
from lockstep.idp.provisioning.retries import is_dead
from lockstep.idp.provisioning.troubles import Chosen, Group, cause_of_trouble
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

CAUSES = 50
"""Causes that the page shows."""
EARLIER = "earlier"
"""In addresses: the cause of what failed before causes were kept."""
NOT_ANY_MORE = "That has not failed any more since this page was made. This is how it stands now."


@dataclass(frozen=True, slots=True)
class Row:
    """One failure of the list: what, of whom, where more of it is told, and when it is tried again."""

    trouble: Trouble
    what: str
    link: str
    next: str
    dead: bool


async def failures(desk: Desk) -> Response:
    """What failed and was not mended: by cause, or (`cause`, `given-up`) one by one."""
    cause, given_up = desk.query("cause"), desk.query("given-up") == "1"
    if not (cause or given_up):
        return await tab(desk, "console/app_failures.html", _by_cause)
    chosen = Chosen(cause=_cause(cause), dead=given_up)
    after = (desk.query("object"), desk.query("after"), desk.query("kind"))

    def look(c: Connection, app: App) -> dict[str, Any]:
        target = links.find_target(c, app.id, app.scim_url)
        found, last = troubles.page(c, target, chosen, after=after) if target else ([], None)
        base = f"/admin/apps/{app.id}/failures"
        kept = {**({"cause": cause} if cause else {}), **({"given-up": "1"} if given_up else {})}
        following = {} if last is None else {**kept, "object": last[0], "after": last[1], "kind": last[2]}
        return {
            "rows": [_row(c, app, one) for one in found],
            "cause": cause_of_trouble(found[0]) if cause and found else None,
            "given_up": given_up,
            "fields": kept,
            "dead": troubles.count_dead(c, target) if target else 0,
            "first": f"{base}?{urlencode(kept)}" if any(after) else "",
            "next": f"{base}?{urlencode(following)}" if following else "",
        }

    return await tab(desk, "console/app_failures_list.html", look)


def _by_cause(c: Connection, app: App) -> dict[str, Any]:
    target = links.find_target(c, app.id, app.scim_url)
    groups, more = troubles.by_cause(c, target, CAUSES) if target else ([], 0)
    return {
        "groups": [_card(group) for group in groups],
        "more": more,
        "dead": troubles.count_dead(c, target) if target else 0,
    }


def _card(group: Group) -> dict[str, Any]:
    return {
        "cause": group.cause,
        "id": group.cause.id or EARLIER,
        "group": group,
        "names": joined_names(group.names, group.objects),
        "next": when_next(group.next_at),
    }


def _cause(text: str) -> str | None:
    """The cause that an address or a form names; None for any."""
    return {"": None, EARLIER: ""}.get(text, text)


def _row(c: Connection, app: App, trouble: Trouble) -> Row:
    return Row(trouble, WORDS[Kind(trouble.kind)], _address(c, app, trouble), when_next(trouble.next_at), is_dead(trouble))


def _address(c: Connection, app: App, trouble: Trouble) -> str:
    """Where more of it is told: the page of the login, or the timeline."""
    base = f"/admin/apps/{app.id}"
    user = user_by_employee_id(c, trouble.key) if trouble.object == "user" else None
    if user is not None:
        return f"{base}/users/{user.id}/pending"
    return f"{base}/timeline?{urlencode({trouble.object: trouble.name})}"


async def retry(desk: Desk) -> Response:
    """Try again now: one object, those of a cause, what was given up, or all."""
    app_id = number(desk.request)
    cause, obj, key, name = (desk.value(one).replace("\0", "") for one in ("cause", "object", "key", "name"))
    chosen = Chosen(_cause(cause), obj, key, desk.ticked("given-up"))

    def act(c: Connection) -> tuple[int, int]:
        app = app_of(c, app_id)
        try:
            return retrying.try_again(c, app, chosen, desk.now, actor=desk.actor, about=name)
        except Problem:
            return 0, 0

    count, job = await desk.write(act)
    if not count:
        return desk.go(f"/admin/apps/{app_id}/failures", NOT_ANY_MORE, "warning")
    text = f"Trying again: {short(name)}" if key else f"Trying again what failed ({count:,})"
    return desk.go(f"/admin/apps/{app_id}/jobs/{job}", text, "info")
