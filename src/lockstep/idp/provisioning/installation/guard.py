"""The guard at work: judges when a worker starts, and vouches for what is about to be sent.  The caller holds the lease."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.idp import events
from lockstep.idp.provisioning.installation import actions, store, witness
from lockstep.idp.provisioning.installation.judge import judge
from lockstep.idp.provisioning.installation.places import place_of
from lockstep.idp.provisioning.installation.records import Finding, HeldProblem, Installation, Watch
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
    _beat: int = 0

    def open(self) -> Finding | None:
        """Look whether this is still the installation that it was, and watch every app where that is not sure.

        What is found is written down as the place to know from now on: it is said once, and what waits is in the database.
        Raises Problem where a witness cannot be written.
        """
        now, place = self.clock(), place_of(self.db)
        said = [witness.read(file) for file in self.files]
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
        for file in self.files:
            witness.write(file, known.id, mark)
        self._beat = now
        return found

    def alive(self) -> None:
        """Write down now and then that a worker is at work: what happens at the target later was not this database's doing."""
        now = self.clock()
        if 0 <= now - self._beat < BEAT_MS:
            return
        with self.db.write(serial=events.SERIAL) as c:
            store.set_alive(c, now)
        self._beat = now

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
        ahead = [one for one in map(witness.read, self.files) if one.id and (one.id != number or one.mark >= mark)]
        if ahead:
            reason = f"{ahead[0].file} says that more was sent than this database knows: there is another copy of it"
            now = self.clock()
            with self.db.write(serial=events.SERIAL) as c:
                actions.watch_all(c, Watch.HELD, reason, now, now)
            raise HeldProblem(f"nothing is sent: {reason}. Look at lockstep idp installation")
        for file in self.files:
            witness.write(file, number, mark)
