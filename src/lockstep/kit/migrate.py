"""Schema migrations by Alembic, one folder of versions for each side.

Every command makes and migrates its data folder.  Alembic is only imported when the database is not at the newest
version, so that a command on an up-to-date database starts fast.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.sql import Statement

_VERSION_OF = Statement(sa.select(sa.column("version_num")).select_from(sa.table("alembic_version")))


def migrate(database: Database, migrations: Path, head: str) -> None:
    """Bring `database` to version `head` of the folder `migrations`.  Safe when several processes start together."""
    if _version(database) == head:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    with _one_at_a_time(database), _engine(database) as engine, engine.connect() as connection:
        if isinstance(database, PostgresDatabase):
            connection.execute(sa.text("SELECT pg_advisory_lock(hashtextextended('lockstep migrations', 0))"))
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, head)


def _version(database: Database) -> str | None:
    try:
        with database.read() as connection:
            found = connection.value(_VERSION_OF)
    except Exception:  # no such table, in either driver's words: a new database
        return None
    return None if found is None else str(found)


@contextmanager
def _one_at_a_time(database: Database) -> Iterator[None]:
    if not isinstance(database, SqliteDatabase):
        yield
        return
    with database.path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _engine(database: Database) -> Iterator[sa.Engine]:
    if isinstance(database, SqliteDatabase):
        url = sa.URL.create("sqlite", database=str(database.path))
    elif isinstance(database, PostgresDatabase):
        url = sa.make_url(database.url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
    else:  # pragma: no cover - there are two
        raise TypeError(type(database))
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
