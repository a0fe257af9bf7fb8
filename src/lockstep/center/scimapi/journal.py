"""What goes into the trail beside the request that caused it: failures of reads, requests without a valid token, last uses.

Changes write their own event, in their own transaction.  These are written behind the answer, together with whatever else is
being committed: losing the last of them in a crash loses no fact about the directory.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from lockstep.center import events
from lockstep.center.directory.problems import Refusal
from lockstep.center.events import Call
from lockstep.center.instances import store as instance_store
from lockstep.center.instances.records import Instance, Token
from lockstep.kit.db import Connection
from lockstep.kit.runner import Runner
from lockstep.kit.throttle import Throttle

log = logging.getLogger(__name__)
_MOST_PENDING = 1000
_USE_EVERY_MS = 3_600_000
_UNAUTHORIZED_A_SECOND = 10.0


class Journal:
    """Writes behind the answer."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._pending: set[asyncio.Task[None]] = set()
        self._unauthorized = Throttle()
        self._noted: dict[str, int] = {}

    def read(self, instance: Instance, call: Call, status: int) -> None:
        """A read that succeeded."""
        if instance.profile.trail_reads:
            self._later(lambda connection: events.append(connection, instance.key, call, status))

    def failed(self, instance: Instance, call: Call, refusal: Refusal, resource_id: str) -> None:
        """A request that was refused outside a transaction."""
        self._later(lambda connection: append_refusal(connection, instance, call, refusal, resource_id))

    def unauthorized(self, tenant_id: str, call: Call, refusal: Refusal) -> None:
        """A request without a valid token; recorded where the tenant exists, and so rarely that nobody fills the disk."""
        if self._unauthorized.takes(0, _UNAUTHORIZED_A_SECOND):
            self._later(lambda connection: _append_unauthorized(connection, tenant_id, call, refusal))

    def used(self, token: Token, now: int) -> None:
        """A token was used; noted once an hour."""
        last = self._noted.get(token.token_id, token.last_used_at or 0)
        if now - last >= _USE_EVERY_MS:
            self._noted[token.token_id] = now
            self._later(lambda connection: instance_store.note_use(connection, token.token_id, now))

    async def close(self) -> None:
        """Write what is pending."""
        while self._pending:
            await asyncio.wait(self._pending)
            await asyncio.sleep(0)  # lets each finished one take itself out

    def _later(self, action: Callable[[Connection], Any]) -> None:
        if len(self._pending) >= _MOST_PENDING:
            log.warning("the trail cannot keep up; an event of a refused request is lost")
            return
        task = asyncio.get_running_loop().create_task(self._write(action))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _write(self, action: Callable[[Connection], Any]) -> None:
        try:
            await self._runner.write(action)
        except Exception:
            log.exception("an event of a request could not be written")


def append_refusal(connection: Connection, instance: Instance, call: Call, refusal: Refusal, resource_id: str) -> None:
    """The event of a refused request."""
    error = (refusal.code.value, refusal.cause)
    events.append(connection, instance.key, call, refusal.status, resource_id=resource_id or None, error=error)


def _append_unauthorized(connection: Connection, tenant_id: str, call: Call, refusal: Refusal) -> None:
    key = instance_store.key_of_tenant(connection, tenant_id)
    if key is not None:
        events.append(connection, key, call, refusal.status, error=(refusal.code.value, refusal.cause))
