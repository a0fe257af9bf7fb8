"""Activity > Events."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType, Wanted
from lockstep.kit.db import Connection

PAGE = 50
_DAY_MS = 86_400_000
TYPES = sorted(one.value for one in EventType)


async def list_events(desk: Desk) -> Response:
    """The newest first."""
    names = ("type", "user", "app", "since", "until")
    given = {name: value for name in names if (value := desk.query(name))}
    before, errors = desk.query_number("before"), {}
    since, until = _instant(given.get("since", "")), _instant(given.get("until", ""))
    for name, found in (("since", since), ("until", until)):
        if found is None:
            errors[name] = "Write a day as YYYY-MM-DD."
    wanted = Wanted(
        type=given.get("type", "") if given.get("type") in TYPES else "",
        user_name=given.get("user", ""),
        app_id=desk.query_number("app"),
        since=since or 0,
        until=(until + _DAY_MS) if until else 0,
    )

    def look(c: Connection) -> dict[str, Any]:
        found, further = events.page(c, _spelt(c, wanted), before=before, limit=PAGE)
        return {"events": found, "further": further, "apps": apps.all_apps(c)}

    shown = await desk.read(look)
    further = shown["further"]
    return desk.page(
        "console/events.html",
        given=given,
        errors=errors,
        types=TYPES,
        kind_of=kind_of,
        about=about,
        first=_address(given) if before else "",
        next=_address({**given, "before": str(further)}) if further else "",
        full=len(shown["events"]) == PAGE,
        **shown,
    )


async def event(desk: Desk) -> Response:
    """One event."""
    seq = number(desk.request)

    def look(c: Connection) -> Event:
        found = events.by_number(c, seq)
        if found is None:
            raise HTTPException(NOT_FOUND)
        return found

    found = await desk.read(look)
    return desk.page("console/event.html", event=found, kind_of=kind_of)


def kind_of(event: Event) -> str:
    """The kind of indicator that an event has."""
    if event.error_description or "failed" in event.type.value or event.type is EventType.APP_QUARANTINED:
        return "error"
    if event.type in (EventType.PLAN_HELD, EventType.APPROVAL_ASKED, EventType.CERTIFICATE_EXPIRES, EventType.DRIFT_FOUND):
        return "warning"
    return "info"


def about(event: Event) -> str:
    """Whom or what an event is about."""
    return event.user_name or event.role_name or event.object_name


def _spelt(c: Connection, wanted: Wanted) -> Wanted:
    """With the user name as the directory spells it, whatever case was typed."""
    if not wanted.user_name:
        return wanted
    known = directory.user_by_user_name(c, wanted.user_name)
    name = wanted.user_name if known is None else known.user_name
    return Wanted(type=wanted.type, user_name=name, app_id=wanted.app_id, since=wanted.since, until=wanted.until)


def _address(query: dict[str, str]) -> str:
    return "/admin/events" + (f"?{urlencode(query)}" if query else "")


def _instant(day: str) -> int | None:
    """The beginning of a day (UTC, ms); 0 for none, None for what is no day."""
    if not day:
        return 0
    try:
        return max(0, int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000))
    except ValueError:
        return None
