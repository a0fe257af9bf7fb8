"""Activity > Events."""

from dataclasses import replace
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
from lockstep.idp.eventlog import types
from lockstep.idp.events import Event, EventType, Wanted
from lockstep.kit.db import Connection

PAGE = 50
_DAY_MS = 86_400_000
TYPES = sorted(one.value for one in EventType)
STATUSES = ("error", "warning")
FILTERS = {"type": "Event", "status": "Status", "user": "User", "app": "Application", "since": "From", "until": "To"}
"""The parameters of the address that filter, as the page calls them."""


async def list_events(desk: Desk) -> Response:
    """The newest first."""
    given, wanted, errors = asked(desk)
    before = desk.query_number("before")

    def look(c: Connection) -> dict[str, Any]:
        found, further = events.page(c, spelt(c, wanted), before=before, limit=PAGE)
        return {"events": found, "further": further, "apps": apps.all_apps(c), "newest": events.latest(c)}

    shown = await desk.read(look)
    further = shown["further"]
    return desk.page(
        "console/events.html",
        given=given,
        errors=errors,
        types=TYPES,
        chips=_chips(given, {str(app.id): app.name for app in shown["apps"]}),
        kind_of=kind_of,
        about=about,
        here=_address(given),
        live="" if before or wanted.until else _address({**given, "after": str(shown["newest"])}, "/admin/events/stream"),
        now=desk.now,
        first=_address(given) if before else "",
        next=_address({**given, "before": str(further)}) if further else "",
        full=len(shown["events"]) == PAGE,
        **shown,
    )


def asked(desk: Desk) -> tuple[dict[str, str], Wanted, dict[str, str]]:
    """The filters in the address: as they were given, as they are understood, and what is wrong with some."""
    given = {name: value for name in FILTERS if (value := desk.query(name))}
    since, until = _instant(given.get("since", "")), _instant(given.get("until", ""))
    errors = {name: "Write a day as YYYY-MM-DD." for name, at in (("since", since), ("until", until)) if at is None}
    wanted = Wanted(
        type=given.get("type", "") if given.get("type") in TYPES else "",
        status=given.get("status", "") if given.get("status") in STATUSES else "",
        user_name=given.get("user", ""),
        app_id=desk.query_number("app"),
        since=since or 0,
        until=(until + _DAY_MS) if until else 0,
    )
    return given, wanted, errors


async def event(desk: Desk) -> Response:
    """One event."""
    seq = number(desk.request)

    def look(c: Connection) -> Event:
        found = events.by_number(c, seq)
        if found is None:
            raise HTTPException(NOT_FOUND)
        return found

    found = await desk.read(look)
    return desk.page("console/event.html", event=found, kind=types.kind_of(found.type))


def kind_of(event: Event) -> str:
    """The kind of indicator that an event has."""
    if event.error_description or event.type in events.ERRORS:
        return "error"
    return "warning" if event.type in events.WARNINGS else "info"


def about(event: Event) -> str:
    """Whom or what an event is about."""
    return event.user_name or event.role_name or event.object_name


def spelt(c: Connection, wanted: Wanted) -> Wanted:
    """With the user name as the directory spells it, whatever case was typed."""
    if not wanted.user_name:
        return wanted
    known = directory.user_by_user_name(c, wanted.user_name)
    name = wanted.user_name if known is None else known.user_name
    return replace(wanted, user_name=name)


def _address(query: dict[str, str], path: str = "/admin/events") -> str:
    return path + (f"?{urlencode(query)}" if query else "")


def _chips(given: dict[str, str], apps: dict[str, str]) -> list[tuple[str, str, str]]:
    """(name, value, address without it) of each filter that is set."""
    words = {"app": apps, "status": {"error": "Errors", "warning": "Warnings"}}
    return [(FILTERS[name], words.get(name, {}).get(value, value), _without(given, name)) for name, value in given.items()]


def _without(given: dict[str, str], name: str) -> str:
    return _address({key: value for key, value in given.items() if key != name})


def _instant(day: str) -> int | None:
    """The beginning of a day (UTC, ms); 0 for none, None for what is no day."""
    if not day:
        return 0
    try:
        return max(0, int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000))
    except ValueError:
        return None
