"""The guard at work: judges when a worker starts, and vouches for what is about to be sent.  The caller holds the lease."""

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.idp import events
from lockstep.idp.provisioning.fleet import store as workers
from lockstep.idp.provisioning.installation import actions, store, witness
from lockstep.idp.provisioning.installation.judge import judge
from lockstep.idp.provisioning.installation.places import place_of
from lockstep.idp.provisioning.installation.records import Finding, HeldProblem, Installation, Watch, Written
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database

BEAT_MS = 60_000
"""How often a worker writes down that it is at work."""


@dataclass(slots=True)
class Guard:
    """The guard of one database; `files` are its witnesses."""

    db: Database
    files: Sequence[Path]
    clock: Clock
    worker: str = ""
    """Who vouches."""
    _beat: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def open(self, *, beside_others: bool = False) -> Finding | None:
        """Look whether this is still the installation that it was, and watch every app where that is not sure.

        What is found is written down as the place to know from now on: it is said once, and what waits is in the database.
        Where others are at work on the same database, a witness that is not there yet says nothing about it.
        Raises Problem where a witness cannot be written.
        """
        now, place = self.clock(), place_of(self.db)
        said = [one for one in map(witness.read, self.files) if one.id or not beside_others]
        with self.db.write(serial=events.SERIAL) as c:
            known = store.read(c)
            if known is None:
                known = Installation(secrets.token_hex(16), place, 0, now, now)
                store.add(c, known)
            found = judge(known, place, said, now)
            mark = max(known.mark, *(one.mark for one in said), 0)
            if found is not None and found.sure:
                mark += 1
            store.change(c, place, mark, files=known.files)
            if found is not None:
                kind = Watch.HELD if found.sure else Watch.LOOK
                actions.watch_all(c, kind, found.reason, known.alive_at, now)
            store.set_alive(c, now)
        self._say(known.id, mark)
        self._beat = now
        return found

    def look(self) -> tuple[str, Finding | None]:
        """Where the database is now, and what a worker that starts here would find wrong.  Writes nothing."""
        said = [witness.read(file) for file in self.files]  # before the database, which is never behind them
        place = place_of(self.db)
        with self.db.read() as c:
            known = store.read(c)
        return place.where, None if known is None else judge(known, place, said, self.clock())

    def alive(self) -> None:
        """Write down now and then that a worker is at work: what happens at the target later was not this database's doing."""
        now = self.clock()
        if 0 <= now - self._beat < BEAT_MS:
            return
        with self.db.write(serial=events.SERIAL) as c:
            store.set_alive(c, now)
        self._beat = now

    @contextmanager
    def turn(self) -> Iterator[None]:
        """In which a batch is claimed and vouched for: of the runs in this process one at a time, so marks come in order."""
        with self._turn:
            yield

    @staticmethod
    def raised(c: Connection) -> tuple[str, int]:
        """In the transaction that claims what is sent next: (id, mark) of this moment, which no earlier copy has."""
        return store.raise_mark(c)

    def vouch(self, number: str, mark: int) -> None:
        """After that transaction, before anything is sent: write it down outside of the database as well.

        Raises HeldProblem where a witness knows of more than that: another copy of this installation is at work.
        """
        if not number:
            return
        said = [one for one in map(witness.read, self.files) if one.id and (one.id != number or one.mark >= mark)]
        ahead = [one for one in said if not self._is_of_a_colleague(one, number, mark)]
        if ahead:
            reason = f"{ahead[0].file} says that more was sent than this database knows: there is another copy of it"
            now = self.clock()
            with self.db.write(serial=events.SERIAL) as c:
                actions.watch_all(c, Watch.HELD, reason, now, now)
            raise HeldProblem(f"nothing is sent: {reason}. Look at lockstep idp installation")
        self._say(number, mark)

    def _is_of_a_colleague(self, said: Written, number: str, mark: int) -> bool:
        """Whether a higher mark is of another worker on this very database, with which this one shares a witness."""
        if said.id != number or said.mark == mark or said.worker == self.worker:
            return False
        with self.db.read() as c:
            known = store.read(c)
            return known is not None and known.mark >= said.mark and workers.is_known(c, said.worker)

    def _say(self, number: str, mark: int) -> None:
        """Write a mark into every witness that does not know of a higher one."""
        for file in self.files:
            said = witness.read(file)
            if said.id != number or said.mark <= mark:
                witness.write(file, number, mark, self.worker)
