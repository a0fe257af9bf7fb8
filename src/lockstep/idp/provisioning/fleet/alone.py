"""The only worker on a data folder: SQLite has one writer, and the lock on a file dies with its holder."""

from lockstep.idp.provisioning.fleet.records import Fence
from lockstep.kit.db import Connection, Database
from lockstep.kit.lease import FileLease


class Alone:
    """See `Fleet`.  A process that is frozen holds its lock, so nobody can have taken its place: there is nothing to fence."""

    side_by_side = False

    def __init__(self, db: Database, lease: FileLease, name: str) -> None:
        self.name = name
        self._db = db
        self._lease = lease
        self._joined = False

    def join(self, *, only: bool = False) -> bool:
        """See `Fleet`."""
        self._joined = self._lease.take()
        return self._joined

    def alive(self) -> bool:
        """See `Fleet`."""
        return self._joined and self._lease.take()

    def leave(self) -> None:
        """See `Fleet`."""
        self._joined = False
        self._lease.release()

    def busy(self) -> bool:
        """See `Fleet`."""
        if self._joined:
            return False
        free = self._lease.take()
        self._lease.release()
        return not free

    def bury(self) -> None:
        """See `Fleet`."""

    def free(self, c: Connection, app_id: int) -> bool:
        """See `Fleet`."""
        return self._joined

    def claim(self, c: Connection, app_id: int) -> Fence | None:
        """See `Fleet`."""
        return Fence(app_id, 0) if self._joined else None

    def release(self, fence: Fence) -> None:
        """See `Fleet`."""

    def behind(self, fence: Fence) -> Database:
        """See `Fleet`."""
        return self._db
