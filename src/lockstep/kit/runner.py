"""Runs synchronous actions for an asynchronous edge.

On SQLite reads run inline (an indexed look-up is faster than a thread switch) and writes share commits; on PostgreSQL both
run in threads, because every statement waits for the network, and several processes may work on the same data.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Protocol, TypeVar, cast

import psycopg

from lockstep.kit.db import Connection, Database, Following, PostgresDatabase, SqliteDatabase
from lockstep.kit.groupcommit import GroupCommit

Result = TypeVar("Result")
POSTGRES_THREADS = 10
_TRIES = 3
_ANOTHER_FILE = 2**32
"""Between the versions of two files: SQLite's have 32 bits."""


class Runner(Protocol):
    """What an edge uses of a database."""

    async def read(self, action: Callable[[Connection], Result]) -> Result:
        """The result of `action` over one consistent state."""
        ...

    async def write(self, action: Callable[[Connection], Result]) -> Result:
        """The result of `action`, once it is committed; what it raises, with nothing of it written.

        It may run more than once (after a deadlock), so all that it does has to be in the database.
        """
        ...

    def version(self) -> int:
        """A number that differs from the last one if anything may have been committed since, by this or any process."""
        ...

    async def close(self) -> None:
        """Finish what is under way.  The database itself stays open."""
        ...


class SqliteRunner:
    """Reads inline on this thread's connection, writes by group commit."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._writer = GroupCommit(database)
        self._watch = Following(database)  # never writes, so that every commit is another connection's

    async def read(self, action: Callable[[Connection], Result]) -> Result:
        """As in `Runner`."""
        with self._database.read() as connection:
            return action(connection)

    async def write(self, action: Callable[[Connection], Result]) -> Result:
        """As in `Runner`."""
        return cast(Result, await self._writer.run(action))

    def version(self) -> int:
        """As in `Runner`."""
        version = cast(int, self._watch.raw().execute("PRAGMA data_version").fetchone()[0])
        return version + self._watch.opened * _ANOTHER_FILE

    async def close(self) -> None:
        """As in `Runner`."""
        await self._writer.close()
        self._watch.close()


class PostgresRunner:
    """Both in a pool of threads."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(POSTGRES_THREADS, thread_name_prefix="lockstep-db")
        self._versions = count()

    async def read(self, action: Callable[[Connection], Result]) -> Result:
        """As in `Runner`."""

        def run() -> Result:
            with self._database.read() as connection:
                return action(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def write(self, action: Callable[[Connection], Result]) -> Result:
        """As in `Runner`."""

        def run() -> Result:
            for _ in range(_TRIES - 1):
                try:
                    return self._write(action)
                except psycopg.errors.DeadlockDetected:
                    continue  # the other side of the deadlock went on, and this one has left nothing behind
            return self._write(action)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _write(self, action: Callable[[Connection], Result]) -> Result:
        with self._database.write() as connection:
            return action(connection)

    def version(self) -> int:
        """As in `Runner`."""
        return next(self._versions)  # always new: nothing is kept, every look-up asks the database

    async def close(self) -> None:
        """As in `Runner`."""
        self._threads.shutdown()


def open_runner(database: Database) -> Runner:
    """The runner for `database`; make it inside the event loop that uses it."""
    if isinstance(database, SqliteDatabase):
        return SqliteRunner(database)
    if isinstance(database, PostgresDatabase):
        return PostgresRunner(database)
    raise TypeError(type(database))  # pragma: no cover - there are two
