"""The SCIM client of the connector `memory`: the real one, with the service provider where the network would be."""

from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import msgspec

from lockstep.idp.apps.connectors.declared import CONNECTORS
from lockstep.idp.apps.memory.provider import Provider
from lockstep.idp.apps.records import App
from lockstep.kit.clock import Clock
from lockstep.kit.db import Database
from lockstep.scim.client import Answer, ScimClient

URL = "memory:"
"""What stands where other apps have the URL of their target."""
UNASKED = "none-is-needed"
"""What stands where others have their token; nobody asks for it."""


def memory_client(db: Database, app: App, clock: Clock) -> ScimClient | None:
    """The client for an app whose target is kept here; None for any other."""
    return MemoryClient(db, app.id, clock, rate=app.settings.rate) if CONNECTORS[app.connector].local else None


class MemoryClient(ScimClient):
    """Each request is a transaction of its own, and is answered once it is durable."""

    def __init__(self, db: Database, app: int, clock: Clock, *, rate: float) -> None:
        super().__init__(URL, UNASKED, rate=rate)
        self._db = db
        self._app = app
        self._clock = clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def _send(self, method: str, url: str, data: bytes | None, version: str = "") -> tuple[Answer, float | None]:
        await self.budget.take()
        self.meter.sent += 1
        parts = urlsplit(url.removeprefix(URL))
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        sent = None if data is None else msgspec.json.decode(data)
        with self._db.write(serial=f"memory|{self._app}") as c:
            status, body = Provider(c, self._app, self._clock()).answer(method, parts.path, query, sent)
        text = "" if body is None else msgspec.json.encode(body).decode()
        return Answer(status, body, "application/scim+json", text[:2000]), None
