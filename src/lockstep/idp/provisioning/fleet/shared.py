"""Workers side by side on one PostgreSQL database, on any number of machines.

Each is a row that it has to keep alive; an app belongs to at most one of them, by a row with a number that rises each time it
changes hands.  Whoever was not heard of for `PATIENCE_SECONDS` is declared dead, by any of the others, and what it worked on
goes on elsewhere.  One that was only frozen finds out by its own clock before it sends anything, and every write of its runs
shows the number first.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lockstep.idp import events
from lockstep.idp.provisioning.fleet import store
from lockstep.idp.provisioning.fleet.records import Fence, Fenced
from lockstep.kit import log
from lockstep.kit.db import Connection, Database, PostgresDatabase

PATIENCE_SECONDS = 15.0
"""After so long without a sign a worker is declared dead.  A transaction that stands still ends before (`kit.db`)."""
BEAT_SECONDS = 3.0
_CONNECT_SECONDS = 5
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _now() -> float:
    """Seconds; they go on while the machine sleeps, where there is such a clock."""
    return time.clock_gettime(_CLOCK)


class Heart:
    """Says every now and then, in a thread of its own, that a worker is at work."""

    def __init__(self, url: str, name: str, began: float) -> None:
        self._url = url
        self._name = name
        self._until = began + PATIENCE_SECONDS
        self._lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lockstep heartbeat", daemon=True)
        self._thread.start()

    def beats(self) -> bool:
        """Whether nobody can have declared the worker dead."""
        return not self._lost and _now() < self._until

    def stop(self) -> None:
        """End it."""
        self._stop.set()
        self._thread.join(BEAT_SECONDS + _CONNECT_SECONDS)

    def _run(self) -> None:
        raw: Any = None
        while not self._stop.wait(BEAT_SECONDS) and not self._lost:
            try:
                raw = raw or self._connected()
                at = _now()  # before it is asked: what the database writes down is later
                if store.beat(Connection(raw, "postgresql"), self._name):
                    self._until = at + PATIENCE_SECONDS
                else:
                    self._lost = True
            except Exception:  # the database is away: the time runs on, and the next try is soon
                log.exception("the worker cannot be heard of", worker=self._name)
                raw = self._closed(raw)
        self._closed(raw)

    def _connected(self) -> Any:
        import psycopg  # slow to import, and SQLite needs none of it

        return psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS)

    @staticmethod
    def _closed(raw: Any) -> None:
        if raw is not None:
            raw.close()


class Fencing(Database):
    """A database each of whose write transactions first makes sure that its writer may write."""

    def __init__(self, db: Database, check: Callable[[Connection], None]) -> None:
        self._db = db
        self._check = check
        self.dialect = db.dialect

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._db.read() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        with self._db.snapshot() as connection:
            yield connection

    @contextmanager
    def write(self, serial: str | None = None) -> Iterator[Connection]:
        """Raises whatever `check` raises, before anything is written."""
        with self._db.write(serial=serial) as connection:
            self._check(connection)
            yield connection

    def close(self) -> None:
        """Nothing: whoever opened the database closes it."""


class Shared:
    """See `Fleet`."""

    side_by_side = True

    def __init__(self, db: PostgresDatabase, name: str) -> None:
        self.name = name
        self._db = db
        self._first_name = name
        self._times = 0
        self._heart: Heart | None = None

    def join(self, *, only: bool = False) -> bool:
        """See `Fleet`.  Each time under another name: what was declared dead stays so."""
        if only and self.busy():  # a look is cheap, and a command that waits asks again and again
            return False
        self.bury()
        name = f"{self._first_name}.{self._times}" if self._times else self._first_name
        began = _now()
        with self._db.write(serial=events.SERIAL) as c:
            if only and store.any_other(c, ""):
                return False
            store.join(c, name, *_process())
        self.name, self._times = name, self._times + 1
        self._heart = Heart(self._db.url, name, began)
        return True

    def alive(self) -> bool:
        """See `Fleet`."""
        return self._heart is not None and self._heart.beats()

    def leave(self) -> None:
        """See `Fleet`.  Where the database is away, the others will see that nothing is heard any more."""
        if self._heart is None:
            return
        self._heart.stop()
        self._heart = None
        try:
            with self._db.write(serial=events.SERIAL) as c:
                store.end(c, self.name)
        except Exception:
            log.exception("a worker could not say that it leaves", worker=self.name)

    def busy(self) -> bool:
        """See `Fleet`."""
        self.bury()
        with self._db.read() as c:
            return store.any_other(c, self.name if self._heart is not None else "")

    def bury(self) -> None:
        """See `Fleet`."""
        patience = int(PATIENCE_SECONDS * 1000)
        with self._db.read() as c:
            stale = store.any_stale(c, patience)
        if stale:
            with self._db.write(serial=events.SERIAL) as c:
                dead = store.bury(c, patience)
            if dead:
                log.warning("workers were not heard of any more: others go on with what they had", workers=dead)

    def free(self, c: Connection, app_id: int) -> bool:
        """See `Fleet`."""
        return self.alive() and store.is_free(c, app_id, self.name)

    def claim(self, c: Connection, app_id: int) -> Fence | None:
        """See `Fleet`."""
        number = store.claim(c, app_id, self.name) if self.alive() else None
        return None if number is None else Fence(app_id, number)

    def release(self, fence: Fence) -> None:
        """See `Fleet`."""
        with self._db.write(serial=events.SERIAL) as c:
            store.release(c, fence.app_id, self.name, fence.number)

    def behind(self, fence: Fence) -> Database:
        """See `Fleet`."""
        name = self.name

        def check(c: Connection) -> None:
            if not store.holds(c, fence.app_id, name, fence.number):
                raise Fenced(fence.app_id)

        return Fencing(self._db, check)


def _process() -> tuple[str, int]:
    """The machine's name and the number of this process, for people who look for a worker."""
    return socket.gethostname(), os.getpid()
