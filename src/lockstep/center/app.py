"""Wires the identity centre together; nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from lockstep.center.housekeeping import keep_house
from lockstep.center.scimapi.app import ScimApi
from lockstep.kit import clock
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.kit.runner import Runner, open_runner

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Center:
    """The ASGI application of the identity centre.  What needs an event loop is made at `lifespan.startup`."""

    def __init__(self, database: Database, *, now: Clock, public_url: str | None) -> None:
        self._database = database
        self._now = now
        self._public_url = public_url
        self._runner: Runner | None = None
        self._scim: ScimApi | None = None
        self._house: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the part it is for."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def start(self) -> None:
        """Open what requests need."""
        self._runner = open_runner(self._database)
        self._scim = ScimApi(self._runner, now=self._now, public_url=self._public_url)
        self._house = asyncio.get_running_loop().create_task(keep_house(self._runner, self._now))

    async def stop(self) -> None:
        """Finish what is under way."""
        if self._house is not None:
            self._house.cancel()
        if self._scim is not None:
            await self._scim.close()
        if self._runner is not None:
            await self._runner.close()

    async def settled(self) -> None:
        """Wait until what is written behind the answers is written, too."""
        if self._scim is not None:
            await self._scim.close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._scim is None:
            await self.start()
        assert self._scim is not None  # noqa: S101 - `start` has just made it
        if "/scim/v2" in scope["path"]:
            await self._scim(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"There is nothing here.\n"})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def build(database: Database, *, now: Clock = clock.now_ms, public_url: str | None = None) -> Center:
    """The identity centre over `database`, which the caller opened (`storage.open_center`) and closes.

    `public_url` is the origin that clients see, where it is not the one that requests name.
    """
    return Center(database, now=now, public_url=public_url)
