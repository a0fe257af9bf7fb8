"""The take-over report of an app: who of the target is who, and the button that takes over what matches."""

from typing import Any

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.takeover_report import needs_a_person
from lockstep.kit.db import Connection

ROWS = 100
"""Of each list on the page; the report itself has more."""
_OPEN = (jobs.QUEUED, jobs.RUNNING)
_KINDS = ("conflict", "other_external_id", "case", "adopt", "create", "unmatched", "protected")


async def takeover(desk: Desk) -> Response:
    """The last report, or what a new one is for."""

    def look(c: Connection, app: App) -> dict[str, Any]:
        last = jobs.newest(c, app.id, "takeover")
        done = jobs.newest(c, app.id, "takeover", jobs.DONE)
        found = None if done is None else done.result
        return {
            "last": last,
            "under_way": last is not None and last.state in _OPEN,
            "found": found,
            "lists": {} if found is None else _lists(found),
            "needs_a_person": found is not None and needs_a_person(found),
        }

    return await tab(desk, "console/app_takeover.html", look, rows=ROWS)


def _lists(found: dict[str, Any]) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Kind → (user or group, entry), the first of each."""
    listed = found["listed"]
    return {
        kind: [(thing, one) for thing in ("user", "group") for one in listed[f"{thing}s"].get(kind, [])][:ROWS]
        for kind in _KINDS
    }


async def ask(desk: Desk) -> Response:
    """File the job: a new report, or taking over what the report on the page says, and nothing else."""
    app_id, link = number(desk.request), desk.value("do") == "link"
    orders: dict[str, Any] = {"actor": desk.actor}
    if link:
        chosen = {"as_made": desk.ticked("as-made"), "other_ids": desk.ticked("other-ids")}
        orders |= {"link": True, "digest": desk.value("digest") or "none", **chosen}

    def act(c: Connection) -> int:
        app = app_of(c, app_id)
        notes = "take over" if link else "report"
        asked = Event(type=EventType.TAKEOVER_ASKED, actor=desk.actor, app_id=app.id, app_name=app.name, notes=notes)
        events.append(c, asked, desk.now)
        return jobs.add(c, app.id, "takeover", orders, desk.now)

    filed = await desk.write(act)
    text = "Taking over what matches. Nothing is written at the target." if link else "Reading the target."
    return desk.go(f"/admin/apps/{app_id}/jobs/{filed}", text, "info")
