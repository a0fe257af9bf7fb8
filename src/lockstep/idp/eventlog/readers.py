"""Who follows the stream of events, and up to where each one has come.

Retention removes nothing that one of them has yet to read.  A follower registers at import, and keeps in the database how far
it is: what is only in memory is gone with the process.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lockstep.kit.db import Connection

Unread = Callable[[Connection], tuple[int, str] | None]
Told = Callable[[Connection, int], None]


def _nothing(_c: Connection, _first_seq: int) -> None:
    """Nothing has to be done when events are removed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A follower of the stream.

    `unread` gives (the number of the first event that has yet to be read, by whom, in words: "the app aws"), None where none of
    those that are there is needed.
    `told` is called in the transaction that decides that events before a number are removed, which are never those.
    """

    name: str
    unread: Unread
    told: Told = _nothing


_READERS: dict[str, Reader] = {}


def register(reader: Reader) -> None:
    """Have retention ask this reader; one of the same name is replaced."""
    _READERS[reader.name] = reader


def first_unread(c: Connection) -> tuple[int, str] | None:
    """(the number of the first event that somebody has yet to read, who that is); None where nobody waits for any."""
    waiting = [found for reader in _READERS.values() if (found := reader.unread(c)) is not None]
    return min(waiting, default=None)


def tell(c: Connection, first_seq: int) -> None:
    """Events before a number are going to be removed."""
    for reader in _READERS.values():
        reader.told(c, first_seq)
