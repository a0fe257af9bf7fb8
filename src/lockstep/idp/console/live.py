"""What pages that go on by themselves are sent: new events, and how a job goes."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.admins import actions as admins
from lockstep.idp.console import many
from lockstep.idp.console.activity import PAGE, about, asked, kind_of, spelt
from lockstep.idp.console.context import LARGEST, PAGES, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.job import state_of
from lockstep.idp.console.words import when
from lockstep.idp.events import Event, Wanted
from lockstep.kit.db import Connection
from lockstep.kit.web import live

JOB_SECONDS = 2.0
"""Between two looks at a job: what it does is not all in the events."""
_DIGITS = len(str(LARGEST))


async def event_stream(desk: Desk) -> Response:
    """The rows of new events that pass the filters of the address, after the number that the browser has seen last."""
    last = desk.request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) <= _DIGITS else desk.query_number("after")
    return live.stream(_Feed(desk, asked(desk)[1], after).messages())


@dataclass
class _Feed:
    """The events that one page follows, and up to where it has them."""

    desk: Desk
    wanted: Wanted
    after: int

    async def messages(self) -> AsyncIterator[str]:
        """Rows, oldest first, and after each look the time."""
        async for _ in _rounds(self.desk, lambda: self.after, live.BEAT_SECONDS):
            found, more, self.after = await self.desk.read(self._look)
            if more:
                yield live.message("gap", "more")
            for event in reversed(found):
                yield live.message("row", _row(event), event.seq)
            yield live.message("beat", when(self.desk.context.clock()), self.after)
        if await _ended(self.desk):
            yield live.message("ended", "session")

    def _look(self, c: Connection) -> tuple[list[Event], bool, int]:
        found, more = events.news(c, spelt(c, self.wanted), after=self.after, limit=PAGE)
        return found, more, events.latest(c)


async def job_stream(desk: Desk) -> Response:
    """The part of a job's page that changes, whenever it has, until the job is over."""
    app_id, filed = number(desk.request), number(desk.request, "job")
    return await _following(desk, "console/job_state.html", lambda c: state_of(c, app_id, filed))


async def batch_stream(desk: Desk) -> Response:
    """The same of the page of an action on many users."""
    batch_id = number(desk.request)
    return await _following(desk, "console/users_batch_state.html", lambda c: many.state_of(c, batch_id))


async def _following(desk: Desk, template: str, look: Callable[[Connection], dict[str, Any]]) -> Response:
    await desk.read(look)  # 404 before anything is sent
    return live.stream(_until_over(desk, template, look))


async def _until_over(desk: Desk, template: str, look: Callable[[Connection], dict[str, Any]]) -> AsyncIterator[str]:
    sent = ""
    async for _ in _rounds(desk, lambda: LARGEST, JOB_SECONDS):
        shown = await desk.read(look)
        text = _part(template, **shown)
        if text != sent:
            sent = text
            yield live.message("whole", text)
        yield live.message("beat", when(desk.context.clock()))
        if shown["over"]:
            yield live.message("ended", "over")
            return
    if await _ended(desk):
        yield live.message("ended", "session")


async def _rounds(desk: Desk, after: Callable[[], int], seconds: float) -> AsyncIterator[None]:
    """One round at once, one for each news, and one after `seconds` without any.

    Until the server stops, the session has ended, or the stream has lasted for long enough.
    """
    news, ends = desk.context.news, time.monotonic() + live.LONGEST_SECONDS
    while not news.closed and time.monotonic() < ends and not await _ended(desk):
        yield
        await news.beyond(after(), seconds)


async def _ended(desk: Desk) -> bool:
    """Whether the administrator has signed out, or was idle for too long."""
    return await desk.read(lambda c: admins.find(c, desk.secret, desk.context.clock())) is None


def _row(event: Event) -> str:
    return _part("console/event_row.html", event=event, kind_of=kind_of, about=about, fresh=True)


def _part(template: str, **shown: Any) -> str:
    return PAGES.environment.get_template(template).render(**shown)
