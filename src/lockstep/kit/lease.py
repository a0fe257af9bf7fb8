"""A lease that dies with its holder: an OS file lock beside SQLite, a session's advisory lock on PostgreSQL."""

import fcntl
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase

if TYPE_CHECKING:
    import psycopg


class Lease:
    """At most one holder of `name` among all processes on the same data.  `take` never waits."""

    def take(self) -> bool:
        """Whether the lease is ours now (also if it was already)."""
        raise NotImplementedError  # pragma: no cover - an interface

    def release(self) -> None:
        """Give it back; the death of the process does the same."""
        raise NotImplementedError  # pragma: no cover - an interface


class FileLease(Lease):
    """A lock on a file next to the database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            if self._file is not None:
                return True
            file = self._path.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
            return True

    def release(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


class AdvisoryLease(Lease):
    """A lock that a PostgreSQL session holds; it ends with the connection."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._raw: psycopg.Connection[Any] | None = None
        self._held = False
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            if self._raw is not None and not self._alive(self._raw):
                self._forget()  # a connection that broke has lost its lock
            if self._held:
                return True
            if self._raw is None:
                import psycopg  # slow to import, and SQLite needs none of it

                self._raw = psycopg.connect(self._url, autocommit=True)
            row = self._raw.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (self._name,)).fetchone()
            self._held = bool(row and row[0])
            return self._held

    def release(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._raw is not None:
            self._raw.close()
        self._raw, self._held = None, False

    @staticmethod
    def _alive(raw: "psycopg.Connection[Any]") -> bool:
        """Whether the connection still answers."""
        import psycopg

        try:
            raw.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True


def lease_of(database: Database, name: str) -> Lease:
    """The lease `name` on this database."""
    if isinstance(database, SqliteDatabase):
        return FileLease(database.path.with_name(f"{database.path.stem}-{name}.lock"))
    if isinstance(database, PostgresDatabase):
        return AdvisoryLease(database.url, f"lockstep {name}")
    raise TypeError(type(database))
