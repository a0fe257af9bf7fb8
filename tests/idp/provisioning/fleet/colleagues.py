"""Workers on one PostgreSQL database."""

from dataclasses import dataclass, field

from lockstep.idp import events
from lockstep.idp.provisioning.fleet.records import Fence
from lockstep.idp.provisioning.fleet.shared import Shared
from lockstep.kit.db import PostgresDatabase

APP = 7


@dataclass
class Colleagues:
    """Makes workers; none of them outlives the test."""

    db: PostgresDatabase
    made: list[Shared] = field(default_factory=list)

    def worker(self, name: str, *, joined: bool = True) -> Shared:
        """A worker, at work."""
        worker = Shared(self.db, name)
        self.made.append(worker)
        assert not joined or worker.join()
        return worker

    def claimed(self, worker: Shared, app_id: int = APP) -> Fence | None:
        """What a worker gets that wants an app."""
        with self.db.write(serial=events.SERIAL) as c:
            return worker.claim(c, app_id)

    def silence(self, worker: Shared, *, for_ms: int) -> None:
        """The worker was last heard of so long ago; its heart has stopped, as in a process that is frozen."""
        heart = worker._heart
        assert heart is not None
        heart.stop()
        with self.db.write() as c:
            c.script([f"UPDATE workers SET beat = beat - {for_ms} WHERE name = '{worker.name}'"])

    def end(self) -> None:
        """They all leave."""
        for worker in self.made:
            worker.leave()
