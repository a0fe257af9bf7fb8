"""Which kind of fleet a database has."""

from lockstep.idp.provisioning.fleet.alone import Alone
from lockstep.idp.provisioning.fleet.records import Fleet
from lockstep.idp.provisioning.fleet.shared import Shared
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.lease import lease_of


def fleet_of(db: Database, name: str) -> Fleet:
    """The workers on `db`, seen by one called `name`: one at a time on SQLite, any number on PostgreSQL."""
    if isinstance(db, PostgresDatabase):
        return Shared(db, name)
    if isinstance(db, SqliteDatabase):
        return Alone(db, lease_of(db, "worker"), name)
    raise TypeError(type(db))
