"""A lease that dies with its holder: an OS file lock beside a SQLite database."""

import fcntl
import threading
from pathlib import Path
from typing import IO

from lockstep.kit.db import SqliteDatabase


class FileLease:
    """A lock on a file next to the database: at most one holder among all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether the lease is ours now (also if it was already).  Never waits."""
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
        """Give it back; the death of the process does the same."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def lease_of(database: SqliteDatabase, name: str) -> FileLease:
    """The lease `name` on this database."""
    return FileLease(database.path.with_name(f"{database.path.stem}-{name}.lock"))
