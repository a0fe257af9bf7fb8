"""The trail: what was asked, by whom, how it ended, and what to do about a refusal; of an instance, and above all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console import store
from lockstep.center.console.inside import Inside
from lockstep.center.console.lists import PAGE, address, key_in
from lockstep.center.console.nextsteps import next_step
from lockstep.center.console.site import ACTIVITY, path_of
from lockstep.center.console.store import Sought, TrailEvent
from lockstep.center.events import NO_INSTANCE, NO_INSTANCE_DAYS, OF_NO_INSTANCE, Operation
from lockstep.center.instances.records import Instance

_NOT_FOUND = 404
_LONGEST = 256
_RESULTS = {"success": False, "error": True}
Context = dict[str, Any]
_INSTANT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks for: as it was typed, what is wrong with it, and what is looked for."""

    typed: dict[str, str]
    problems: dict[str, str]
    sought: Sought
    before: tuple[int, int] | None


def filters_of(query: Mapping[str, str]) -> Filters:
    """The filters in an address."""
    typed = {
        name: (query.get(name) or "").strip().replace("\0", "")[:_LONGEST]
        for name in ("operation", "result", "actor", "resource", "since", "until")
    }
    since, since_problem = _instant(typed["since"])
    until, until_problem = _instant(typed["until"])
    sought = Sought(
        operation=typed["operation"] or None,
        failed=_RESULTS.get(typed["result"]),
        actor=typed["actor"] or None,
        resource_id=typed["resource"] or None,
        since=since,
        until=until,
    )
    return Filters(typed, {"since": since_problem, "until": until_problem}, sought, _before(query.get("before")))


def choices(operations: Iterable[Operation]) -> list[tuple[str, str]]:
    """The options of the filter by operation."""
    return [("", "Any"), *((value, value) for value in sorted(operation.value for operation in operations))]


class Events(Inside):
    """Events of one instance, or of none: a page of them, and one."""

    async def found(self, request: Request, key: int, base: str, operations: Iterable[Operation]) -> Context:
        """What the list of the events of `key` at the address `base` is made of."""
        wanted = filters_of(request.query_params)
        found = await self.site.runner.read(
            lambda connection: store.events(connection, key, wanted.sought, wanted.before, PAGE + 1)
        )
        last = found[PAGE - 1] if len(found) > PAGE else None
        return {
            "base": base,
            "events": found[:PAGE],
            "filters": wanted.typed,
            "problems": wanted.problems,
            "operations": choices(operations),
            "first": address(base, **wanted.typed) if wanted.before else "",
            "further": "" if last is None else address(base, **wanted.typed, before=_cursor(last)),
            "filtered": any(wanted.typed.values()),
        }

    async def shown(self, request: Request, key: int, base: str, instance: Instance | None) -> Context:
        """What the page of one event of `key` is made of.  Raises HTTPException (404)."""
        number = key_in(request.path_params["key"])
        event = await self.site.runner.read(lambda connection: store.event(connection, key, number))
        if event is None:
            raise HTTPException(_NOT_FOUND, "There is no such event here; the trail forgets old ones.")
        parameters = (
            "" if event.parameters is None else msgspec.json.format(msgspec.json.encode(event.parameters), indent=2).decode()
        )
        return {"base": base, "event": event, "parameters": parameters, "step": next_step(event, instance)}


class Trail(Events):
    """The pages of an instance."""

    async def list(self, request: Request) -> Response:
        """The events, newest first; filters are in the address."""
        asking, instance = await self.opened(request)
        found = await self.found(request, instance.key, path_of(instance, "trail"), Operation)
        return self.page(asking, instance, "trail", "trail.html", **found)

    async def one(self, request: Request) -> Response:
        """One event."""
        asking, instance = await self.opened(request)
        shown = await self.shown(request, instance.key, path_of(instance, "trail"), instance)
        return self.page(asking, instance, "trail", "trail_event.html", **shown)


class Activity(Events):
    """The pages of what administrators did above all instances."""

    async def list(self, request: Request) -> Response:
        """The events, newest first; filters are in the address."""
        asking = await self.site.asking(request)
        found = await self.found(request, NO_INSTANCE, ACTIVITY, OF_NO_INSTANCE)
        return self.site.page(asking, "activity.html", current=ACTIVITY, days=NO_INSTANCE_DAYS, **found)

    async def one(self, request: Request) -> Response:
        """One event."""
        asking = await self.site.asking(request)
        shown = await self.shown(request, NO_INSTANCE, ACTIVITY, None)
        return self.site.page(asking, "activity_event.html", current=ACTIVITY, **shown)


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
