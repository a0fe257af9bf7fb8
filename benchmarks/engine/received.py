"""What a centre has received, read from its own trail: to the millisecond, and while it is served."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROWS = """
SELECT trail.key, trail.at, trail.status FROM trail JOIN instances ON instances.key = trail.instance_key
WHERE instances.name = ? AND trail.key > ? AND trail.source LIKE '%-scim.%' ORDER BY trail.key
"""
_COUNT = "SELECT count(*) FROM users JOIN instances ON instances.key = users.instance_key WHERE instances.name = ?"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request: its number in the trail, when it came (ms), and the status it was answered with."""

    number: int
    at: int
    status: int

    @property
    def taken(self) -> bool:
        """Whether it was not refused."""
        return self.status < 300


class Trail:
    """The requests to one instance, without those that only read."""

    def __init__(self, raw: sqlite3.Connection, instance: str) -> None:
        self._raw = raw
        self._instance = instance

    def since(self, number: int = 0) -> list[Arrived]:
        """Those after one, in the order in which they were written down."""
        return [Arrived(*row) for row in self._raw.execute(_ROWS, (self._instance, number))]

    def users(self) -> int:
        """How many users the instance has."""
        return int(self._raw.execute(_COUNT, (self._instance,)).fetchone()[0])


@contextmanager
def trail_of(data: Path, instance: str) -> Iterator[Trail]:
    """The trail of an instance of the centre in folder `data`."""
    with closing(sqlite3.connect(f"file:{data / 'center.db'}?mode=ro", uri=True, isolation_level=None)) as raw:
        yield Trail(raw, instance)
