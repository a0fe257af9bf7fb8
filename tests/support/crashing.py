"""A database whose process dies at a chosen edge of a transaction: before it, before its commit, after its commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lockstep.kit.db import Connection, SqliteDatabase


class Crash(BaseException):
    """The process is gone.  No handler of errors may go on after it."""


class CrashingDatabase(SqliteDatabase):
    """SQLite with a fuse: it burns by one at each edge of a write, and the edge at which it is burnt down is the last."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.fuse = 0
        """Edges until the crash; 0 for none."""

    def _edge(self) -> None:
        if self.fuse > 0:
            self.fuse -= 1
            if self.fuse == 0:
                raise Crash

    @contextmanager
    def write(self, serial: str | None = None) -> Iterator[Connection]:
        self._edge()
        with super().write(serial) as connection:
            yield connection
            self._edge()
        self._edge()
