"""Wires the identity centre together; nothing else."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.types import ASGIApp

from lockstep.center.console.app import build_console, is_console
from lockstep.center.housekeeping import keep_house
from lockstep.center.instances import origin
from lockstep.center.scimapi.app import ScimApi
from lockstep.center.signin.app import build_signin
from lockstep.kit import clock
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.kit.runner import Runner, open_runner
from lockstep.kit.vault import KEY_BYTES, Vault
from lockstep.kit.web.hashing import Hasher
from lockstep.kit.web.origins import checked_public_url

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Center:
    """The ASGI application of the identity centre.  What needs an event loop is made at `lifespan.startup`."""

    def __init__(self, database: Database, *, now: Clock, public_url: str | None, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._public_url = public_url
        self._runner: Runner | None = None
        self._scim: ScimApi | None = None
        self._signin: ASGIApp | None = None
        self._console: ASGIApp | None = None
        self._hasher: Hasher | None = None
        self._house: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the part it is for."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def start(self) -> ScimApi:
        """Open what requests need; the SCIM endpoint, which is always there."""
        self._runner = open_runner(self._database)
        self._scim = scim = ScimApi(self._runner, now=self._now, public_url=self._public_url)
        known = self._public_url or await self._runner.read(origin.known)
        if known is not None:
            url, vault, self._hasher = checked_public_url(known), self._vault, Hasher()
            self._signin = build_signin(self._runner, now=self._now, origin=url, vault=vault)
            self._console = build_console(self._runner, now=self._now, origin=url, vault=vault, hasher=self._hasher)
        self._house = asyncio.get_running_loop().create_task(keep_house(self._runner, self._now))
        return scim

    async def stop(self) -> None:
        """Finish what is under way."""
        if self._house is not None:
            self._house.cancel()
        if self._scim is not None:
            await self._scim.close()
        if self._hasher is not None:
            await self._hasher.close()
        if self._runner is not None:
            await self._runner.close()

    async def settled(self) -> None:
        """Wait until what is written behind the answers is written, too."""
        if self._scim is not None:
            await self._scim.close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        scim = self._scim or await self.start()
        if self._console is not None and is_console(scope["path"]):
            await self._console(scope, receive, send)
            return
        if "/scim/v2" in scope["path"]:
            await scim(scope, receive, send)
            return
        if self._signin is not None:
            await self._signin(scope, receive, send)
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


def build(
    database: Database, *, now: Clock = clock.now_ms, public_url: str | None = None, vault: Vault | None = None
) -> Center:
    """The identity centre over `database`, which the caller opened (`storage.open_center`) and closes.

    `public_url` is the origin that clients see, where it is not the one that requests name; sign-in uses the one that was
    written down (`instances.origin`) where none is given, and is not there without either.  `vault` seals what browsers carry;
    without one a restart, or another process, does not know it again.
    """
    return Center(database, now=now, public_url=public_url, vault=vault or Vault(secrets.token_bytes(KEY_BYTES)))
