"""Pages that go on by themselves: server-sent events, and who wakes those that wait for something new."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse

from lockstep.kit import log

LOOK_SECONDS = 1.0
"""Between two looks for something new, while anybody waits."""
BEAT_SECONDS = 15.0
"""A stream says at least this often that it is still there: to the page, and to proxies that close what is silent."""
LONGEST_SECONDS = 240.0
"""A stream ends by itself after this long.  Browsers come back with the number of what they had last, so nothing is lost."""
_RETRY_MS = 2_000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx passes each event on at once


class News:
    """Wakes everyone who waits for a number to grow.

    However many wait, one look a second asks for the number (`look`); where nobody waits, nobody asks.  For one event loop.
    """

    def __init__(self, look: Callable[[], Awaitable[int]]) -> None:
        self._look = look
        self._newest = 0
        self._waiting = 0
        self._word = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    async def beyond(self, after: int, seconds: float) -> int:
        """Wait until the number is greater than `after`, `seconds` have passed, or all is over; the newest number known."""
        self._waiting += 1
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._poll())
            async with asyncio.timeout(seconds):
                while self._newest <= after and not self.closed:
                    await self._word.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return self._newest

    def close(self) -> None:
        """The server stops: whoever waits is woken, and nobody waits any more."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._word.set()
        self._word = asyncio.Event()

    async def _poll(self) -> None:
        while self._waiting and not self.closed:
            try:
                newest = await self._look()
            except Exception:  # the database may be back at the next look
                log.exception("nobody knows whether there is something new")
            else:
                if newest != self._newest:
                    self._newest = newest
                    self._wake()
            await asyncio.sleep(LOOK_SECONDS)


def message(event: str, text: str, number: int = 0) -> str:
    """One server-sent event.  Whatever ends a line in `text` begins a new line of data: nothing in it can end the event.

    `number`, where it is not 0, is what the browser comes back with after a break (`Last-Event-ID`).
    """
    lines = [f"event: {event}", *(f"data: {line}" for line in text.splitlines() or [""])]
    if number:
        lines.append(f"id: {number}")
    return "\n".join(lines) + "\n\n"


def stream(messages: AsyncIterator[str]) -> StreamingResponse:
    """The answer that sends `messages` as they come."""

    async def body() -> AsyncIterator[str]:
        yield f"retry: {_RETRY_MS}\n\n"
        async for one in messages:
            yield one

    return StreamingResponse(body(), media_type="text/event-stream", headers=_HEADERS)
