"""A real identity centre for tests: a process that serves over HTTP, and what only its owner sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.center import events
from lockstep.center.directory import reads
from lockstep.center.events import Call, Operation
from lockstep.center.instances import actions
from lockstep.center.storage import open_center
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database
from lockstep.kit.sql import Statement
from tests.support.processes import Server, served
from tests.support.scim import Scim

Json = dict[str, Any]
_numbers = count(1)
_requests = sa.select(sa.func.count()).where(
    events.trail.c.instance_key == sa.bindparam("instance"), events.trail.c.source == events.SCIM_SOURCE
)
_EVERYTHING = Statement(_requests)
_WRITES = Statement(_requests.where(*(events.trail.c.operation != read for read in sorted(events.READ_ONLY))))


@dataclass(slots=True)
class Tenant:
    """One instance with provisioning on."""

    name: str
    scim: Scim
    database: Database

    @property
    def url(self) -> str:
        """The SCIM endpoint."""
        return self.scim.url

    def users(self) -> list[Json]:
        """Every user, as `lockstep center users --json` shows them."""
        with self.database.read() as c:
            return [msgspec.json.decode(document) for document in reads.every_user(c, actions.named(c, self.name))]

    def groups(self) -> list[Json]:
        """Every group with its members, as `lockstep center groups --json` shows them."""
        with self.database.read() as c:
            return [msgspec.json.decode(document) for document in reads.every_group(c, actions.named(c, self.name))]

    def trail(self) -> list[Json]:
        """Every SCIM request that came, reads included."""
        with self.database.read() as c:
            instance = actions.named(c, self.name)
            records = events.records(c, instance.key, instance.region)
            return [record for record in records if record["eventSource"] == events.SCIM_SOURCE]

    def writes(self) -> list[Json]:
        """The SCIM requests that were to change something."""
        return [record for record in self.trail() if not record["readOnly"]]

    def count(self, *, reads: bool) -> int:
        """How many SCIM requests came, with reads or without them."""
        with self.database.read() as c:
            instance = actions.named(c, self.name)
            return int(c.value(_EVERYTHING if reads else _WRITES, instance=instance.key))


@dataclass(slots=True)
class Center:
    """A served centre."""

    server: Server
    database: Database

    def tenant(self, **settings: Any) -> Tenant:
        """A new instance of its own, whose trail keeps reads, too."""
        name = f"instance-{next(_numbers)}"
        with self.database.write() as c:
            actions.create(c, _call(Operation.CREATE_INSTANCE), name, settings={"trail_reads": True, **settings})
            instance, made = actions.enable_provisioning(c, _call(Operation.ENABLE_PROVISIONING), name)
        return Tenant(name, Scim(self.server.url + instance.scim_path, made.token), self.database)


def _call(operation: Operation) -> Call:
    return actions.admin_call(operation, "test", now_ms())


@contextmanager
def served_center(folder: Path, database_url: str | None = None) -> Iterator[Center]:
    """A centre on SQLite in `folder`, or at a PostgreSQL `database_url`, served by a process of its own."""
    where = ("--data", str(folder / "center"), *(() if database_url is None else ("--database-url", database_url)))
    database = open_center(folder / "center", database_url)
    try:
        with served(folder / "center.log", "center", "serve", *where) as server:
            yield Center(server, database)
    finally:
        database.close()
