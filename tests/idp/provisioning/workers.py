"""Several engines on one world's data, as processes and machines would have them."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from tests.idp.provisioning.databases import QuickDatabase
from tests.idp.provisioning.world import World

PATIENCE = 30.0


def again(database: Database) -> Database:
    """The same data, opened by somebody else."""
    if isinstance(database, SqliteDatabase):
        return QuickDatabase(database.path)
    assert isinstance(database, PostgresDatabase)
    return PostgresDatabase(database.url)


@dataclass
class Workers:
    """Makes engines on one world's data; what they serve ends with the test."""

    world: World
    opened: list[Database] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)

    def engine(self, **options: Any) -> Engine:
        self.opened.append(again(self.world.db))
        made = Engine(self.opened[-1], self.world.vault, self.world.clock, **options)
        self.engines.append(made)
        return made

    def end(self) -> None:
        for engine in self.engines:
            engine.fleet.leave()
        for database in self.opened:
            database.close()


@contextmanager
def serving(engine: Engine) -> Iterator[threading.Thread]:
    """`engine` is a worker, in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(engine.serve(stop.is_set)))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def is_taken(engine: Engine) -> bool:
    """Whether somebody else is at work."""
    return engine.fleet.busy()


def all_done(world: World) -> bool:
    with world.db.read() as c:
        return not jobs.running(c) and not jobs.queued(c)
