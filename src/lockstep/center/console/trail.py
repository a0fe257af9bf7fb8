"""The trail: what was asked of an instance, by whom, how it ended, and what to do about a refusal."""

from datetime import UTC, datetime

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console import store
from lockstep.center.console.inside import Inside
from lockstep.center.console.lists import PAGE, address, key_in
from lockstep.center.console.nextsteps import next_step
from lockstep.center.console.site import path_of
from lockstep.center.console.store import Sought, TrailEvent
from lockstep.center.events import Operation

_NOT_FOUND = 404
_LONGEST = 256
_RESULTS = {"success": False, "error": True}
_OPERATIONS = [("", "Any"), *((value, value) for value in sorted(operation.value for operation in Operation))]
_INSTANT = "%Y-%m-%dT%H:%M"


class Trail(Inside):
    """These pages."""

    async def list(self, request: Request) -> Response:
        """The events, newest first; filters are in the address."""
        asking, instance = await self.opened(request)
        query = request.query_params
        filters = {
            name: (query.get(name) or "").strip().replace("\0", "")[:_LONGEST]
            for name in ("operation", "result", "actor", "resource", "since", "until")
        }
        since, since_problem = _instant(filters["since"])
        until, until_problem = _instant(filters["until"])
        sought = Sought(
            operation=filters["operation"] or None,
            failed=_RESULTS.get(filters["result"]),
            actor=filters["actor"] or None,
            resource_id=filters["resource"] or None,
            since=since,
            until=until,
        )
        before = _before(query.get("before"))
        found = await self.site.runner.read(lambda connection: store.events(connection, instance.key, sought, before, PAGE + 1))
        events, last = found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None
        here = path_of(instance, "trail")
        return self.page(
            asking,
            instance,
            "trail",
            "trail.html",
            events=events,
            filters=filters,
            problems={"since": since_problem, "until": until_problem},
            operations=_OPERATIONS,
            first=address(here, **filters) if before else "",
            further="" if last is None else address(here, **filters, before=_cursor(last)),
            filtered=any(filters.values()),
        )

    async def one(self, request: Request) -> Response:
        """One event."""
        asking, instance = await self.opened(request)
        key = key_in(request.path_params["key"])
        event = await self.site.runner.read(lambda connection: store.event(connection, instance.key, key))
        if event is None:
            raise HTTPException(_NOT_FOUND, "There is no such event in this instance; the trail forgets old ones.")
        shown = (
            "" if event.parameters is None else msgspec.json.format(msgspec.json.encode(event.parameters), indent=2).decode()
        )
        return self.page(
            asking,
            instance,
            "trail",
            "trail_event.html",
            event=event,
            parameters=shown,
            step=next_step(event, instance),
        )


def _instant(text: str) -> tuple[int | None, str]:
    """The instant (UTC) that was typed, or what is wrong with it."""
    if not text:
        return None, ""
    for form in (_INSTANT, "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()) * 1000, ""
        except ValueError:
            continue
    return None, "Write a date, or a date and a time: 2026-11-24 13:05. It is not used as a filter."


def _cursor(event: TrailEvent) -> str:
    return f"{event.at}-{event.key}"


def _before(text: str | None) -> tuple[int, int] | None:
    at, _, key = (text or "").partition("-")
    return (key_in(at), key_in(key)) if key_in(at) and key_in(key) else None
