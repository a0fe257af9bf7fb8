"""Runs as durable workflows, by DBOS: what a step gave is written down, and a run goes on after the step it died in.

`Plain` runs the same steps without writing anything down; it is for runs inside one process that need not outlive it.
DBOS is one to a process, so only a process that is at work as a worker launches it (`engine`).
"""

from collections.abc import Callable
from typing import Protocol

from lockstep.idp.provisioning.run import Orders, Run, Values, flow
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase

Make = Callable[[int], tuple[Run, Orders]]
"""The run for a job, and its orders."""

VERSION = "1"
"""Raised when a change of the flow breaks runs that are under way; old workers drain theirs first."""
SCHEMA = "lockstep_engine"


def engine_url(database: Database) -> str:
    """Where DBOS keeps its own tables: a file beside SQLite's, or a schema (`SCHEMA`) in the same PostgreSQL database."""
    if isinstance(database, SqliteDatabase):
        return f"sqlite:///{database.path.with_name('idp-engine.db')}"
    if isinstance(database, PostgresDatabase):
        return database.url.replace("postgres://", "postgresql://", 1)
    raise TypeError(type(database))


class Durable(Protocol):
    """What carries a run."""

    def launch(self, make: Make, worker: str) -> None:
        """Begin to carry runs, as this worker; `make` gives the run for a job."""

    async def run(self, job: int) -> Values:
        """Do the run of a job.  Raises what the run raises."""

    async def resume(self, job: int) -> Values | None:
        """Have a run that another worker began go on here, and wait for it; None if nothing is known of it.

        The caller has claimed its app, so that nobody else carries it.
        """

    async def close(self) -> None:
        """Carry nothing any more."""


class Plain:
    """Runs that do not outlive the process."""

    def __init__(self) -> None:
        self._make: Make | None = None

    def launch(self, make: Make, worker: str) -> None:
        """See `Durable`."""
        self._make = make

    async def run(self, job: int) -> Values:
        """See `Durable`."""
        if self._make is None:
            raise RuntimeError("launch comes first")
        run, orders = self._make(job)
        try:
            return await flow(run, orders)
        finally:
            await run.close()

    async def resume(self, job: int) -> Values | None:
        """See `Durable`."""
        return None

    async def close(self) -> None:
        """See `Durable`."""
        self._make = None


class Dbos:
    """Runs by DBOS, whose own tables lie at `url` (SQLite: a file of their own; PostgreSQL: a schema of their own)."""

    def __init__(self, url: str) -> None:
        self._url = url

    def launch(self, make: Make, worker: str) -> None:
        """See `Durable`."""
        from lockstep.idp.provisioning import workflows

        workflows.launch(self._url, make, worker)

    async def run(self, job: int) -> Values:
        """See `Durable`."""
        from lockstep.idp.provisioning import workflows

        return await workflows.start(job)

    async def resume(self, job: int) -> Values | None:
        """See `Durable`."""
        from lockstep.idp.provisioning import workflows

        return await workflows.resume(job)

    async def close(self) -> None:
        """See `Durable`."""
        from lockstep.idp.provisioning import workflows

        await workflows.close()
