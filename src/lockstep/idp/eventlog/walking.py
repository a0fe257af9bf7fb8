"""Follows the chain of events from one place in it to the end, and says where it breaks first."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from lockstep.idp.eventchain.encoding import NEWEST, UnknownVersionError, Value, fits
from lockstep.idp.eventlog import store
from lockstep.idp.eventlog.records import Breach, Broken, Head
from lockstep.kit.db import Connection

_SEQ, _TYPE, _OBJECT_NAME = (NEWEST.index(name) for name in ("seq", "type", "object_name"))
Row = tuple[tuple[Value, ...], bytes | None]
_PIECE = 5_000


class HaltedError(Exception):
    """Whoever walks was asked to stop."""


def never() -> bool:
    """Nobody asks for a stop."""
    return False


@dataclass(slots=True)
class Kept:
    """A head that is known from elsewhere, and where from ("the seal", "--head")."""

    head: Head
    where: str


@dataclass(slots=True)
class Walk:
    """A walk over the events after `before`, whose digest is the one that the first of them follows.

    It has to end at `head`, which is what the database says the newest event is.  `kept` are heads from elsewhere that it has
    to go through.  `told` collects what events of the type `tells` name.
    """

    c: Connection
    before: Head
    head: Head | None
    kept: list[Kept] = field(default_factory=list)
    tells: str = ""
    stopped: Callable[[], bool] = never
    count: int = 0
    first: int = 0
    told: set[str] = field(default_factory=set)
    met: list[str] = field(default_factory=list)
    """Where those heads from elsewhere are from that agree."""

    def run(self) -> Broken | None:
        """Walk to the end; the first thing that is wrong.  `before` is then the last place that was right.

        Raises HaltedError.
        """
        own = [] if self.head is None else [Kept(self.head, "the record of the newest event")]
        waiting = sorted((*self.kept, *own), key=lambda one: one.head.seq)
        with closing(store.walk(self.c, self.before.seq)) as rows:
            broken = self._meet(waiting, self.before) or self._follow(rows, waiting)
        return broken or self._at_the_end(waiting)

    def _follow(self, rows: Iterator[Row], waiting: list[Kept]) -> Broken | None:
        for found in rows:
            if self.count % _PIECE == 0 and self.stopped():
                raise HaltedError
            broken = self._step(found, rows) or self._meet(waiting, self.before)
            if broken is not None:
                return broken
        return None

    def _at_the_end(self, waiting: list[Kept]) -> Broken | None:
        last = self.before.seq
        if waiting:
            words = f"{waiting[-1].where} knows of event {waiting[-1].head.seq}, and the last one there is {last}"
            return Broken(Breach.CUT_OFF, last + 1, words)
        if self.head is None and self.count:
            return Broken(Breach.CUT_OFF, last + 1, f"the record of the newest event is gone, and the last one there is {last}")
        if self.head is not None and self.head != self.before:
            words = f"event {self.head.seq + 1} was put after {self.head.seq}, which is on record as the newest"
            return Broken(Breach.ADDED, self.head.seq + 1, words)
        return None

    def _step(self, found: Row, rows: Iterator[Row]) -> Broken | None:
        row, digest = found
        wrong = _wrong(self.before.digest, row, digest)
        seq = _number(row)
        if wrong or digest is None:
            return self._why(seq, wrong, next(rows, None))
        self.before = Head(seq, digest)
        self.count += 1
        self.first = self.first or seq
        if row[_TYPE] == self.tells:
            self.told.add(str(row[_OBJECT_NAME]))
        return None

    def _why(self, seq: int, wrong: str, following: Row | None) -> Broken:
        """What is wrong at this row, judged by the numbers and by the row that follows."""
        last = self.before.seq
        if following is not None and not _wrong(self.before.digest, *following):
            return Broken(Breach.ADDED, seq, f"event {seq} was put between {last} and {_number(following[0])}")
        if wrong == _UNCHAINED:
            return Broken(Breach.ADDED, seq, f"event {seq} was put there by hand: it is not chained")
        if seq > last + 1:
            gone = f"event {seq - 1} is" if seq == last + 2 else f"events {last + 1} to {seq - 1} are"
            return Broken(Breach.REMOVED, last + 1, f"{gone} gone")
        return Broken(Breach.CHANGED, seq, f"event {seq} {wrong}")

    def _meet(self, waiting: list[Kept], here: Head) -> Broken | None:
        """Compare with what is known from elsewhere of this place, and of those that should have come before it."""
        while waiting and waiting[0].head.seq <= here.seq:
            one = waiting.pop(0)
            if one.head != here:
                words = f"event {one.head.seq} is not the one that {one.where} knows"
                return Broken(Breach.REWRITTEN, one.head.seq, words)
            if one.head is not self.head:
                self.met.append(one.where)
        return None


_UNCHAINED = "is not chained"


def _wrong(before: bytes, row: tuple[Value, ...], digest: bytes | None) -> str:
    """What is wrong with a row that should follow `before`; "" where nothing is."""
    if digest is None:
        return _UNCHAINED
    try:
        return "" if fits(digest, before, row) else "was changed"
    except UnknownVersionError:
        return "carries a digest that is none, or that a newer Lockstep has made"


def _number(row: tuple[Value, ...]) -> int:
    seq = row[_SEQ]
    return seq if isinstance(seq, int) else 0
