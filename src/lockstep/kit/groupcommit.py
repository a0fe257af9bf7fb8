"""Group commit: concurrent small writes to one SQLite file share a transaction, and each still succeeds or fails alone.

Under `synchronous=FULL` a commit costs an fsync, so what limits writes is the number of commits.  Requests that arrive
while a commit is under way wait for the next one and go together: a savepoint each, one COMMIT in a thread (the event loop
goes on serving reads), and nobody is told "done" before that COMMIT has come back.  A COMMIT that fails undoes the work of
everyone in its batch, so it fails everyone in its batch.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from lockstep.kit.db import BUSY_SECONDS, Connection, Following, SqliteDatabase

MAX_BATCH = 256
BATCH_SECONDS = 0.02
"""No more writes join a transaction after this many, or this long: the event loop has to get its turn."""

_BUSY_PAUSE = 0.005


class CommitFailed(Exception):
    """The transaction that held this write was not committed; nothing of it is in the database."""


@dataclass(slots=True)
class _Waiting:
    action: Callable[[Connection], Any]
    done: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.done.done():  # whoever waited has gone away; the work is committed all the same
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did, and no more than that, if it raises.  Nests."""
    raw = connection.raw
    raw.execute("SAVEPOINT lockstep")
    try:
        yield
    except BaseException:
        if connection.dialect != "sqlite" or raw.in_transaction:  # a full disk makes SQLite undo the whole transaction itself
            raw.execute("ROLLBACK TO SAVEPOINT lockstep")
            raw.execute("RELEASE SAVEPOINT lockstep")
        raise
    raw.execute("RELEASE SAVEPOINT lockstep")


class GroupCommit:
    """The one writer of an event loop to one SQLite file.  Use it from that loop only."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._following = Following(database, "busy_timeout=0")  # waiting for another process is done without blocking the loop
        self._raw = self._following.raw()
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lockstep-commit")
        self._worker: asyncio.Task[None] | None = None

    async def run(self, action: Callable[[Connection], Any]) -> Any:
        """The result of `action`, once what it wrote is committed.

        Raises what `action` raises (its own writes are undone, those of others stay) and CommitFailed.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(action, loop.create_future())
        self._waiting.append(waiting)
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        return await waiting.done

    async def close(self) -> None:
        """Finish what waits, then stop."""
        if self._worker is not None:
            await self._worker
        self._thread.shutdown()
        self._following.close()

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._one_batch()
        finally:
            self._worker = None

    async def _one_batch(self) -> None:
        batch: list[_Waiting] = []
        try:
            self._raw = self._following.raw()
            await self._begin()
            self._run_into(batch)
            await asyncio.get_running_loop().run_in_executor(self._thread, self._commit)
        except BaseException as error:
            self._fail(batch or self._take_all(), error)
            if not isinstance(error, Exception):
                raise
        for waiting in batch:
            waiting.settle()

    def _take_all(self) -> list[_Waiting]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    async def _begin(self) -> None:
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
            await asyncio.sleep(_BUSY_PAUSE)

    def _run_into(self, batch: list[_Waiting]) -> None:
        """Run what waits, one after the other, and put it into `batch`; the rest waits for the next one."""
        until, connection = time.monotonic() + BATCH_SECONDS, Connection(self._raw, "sqlite")
        while self._waiting and len(batch) < MAX_BATCH and (not batch or time.monotonic() < until):
            waiting = self._waiting.popleft()
            batch.append(waiting)
            try:
                with savepoint(connection):
                    waiting.result = waiting.action(connection)
            except Exception as error:
                waiting.error = error
                if not self._raw.in_transaction:  # the database gave up the whole transaction, not only this write
                    raise

    def _commit(self) -> None:
        self._raw.execute("COMMIT")

    def _fail(self, batch: list[_Waiting], cause: BaseException) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        for waiting in batch:
            failed = CommitFailed("the database did not commit this change")
            failed.__cause__ = cause
            waiting.error = failed
            waiting.settle()
