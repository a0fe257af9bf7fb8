"""Schema migrations by Alembic, one folder of versions for each side.

Every command makes and migrates its data folder.  Alembic is only imported when the database is not at the newest
version, so that a command on an up-to-date database starts fast.  All versions that are missing run in one transaction:
a process that is killed half-way leaves the database as it was.
"""

import sqlite3
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lockstep.kit.db import BUSY_SECONDS, Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.problems import Problem
from lockstep.kit.sql import Statement

if TYPE_CHECKING:
    from alembic.config import Config

MODULES_WITH_TABLES = ("events", "schema", "store", "tables")
"""Only modules of these names define tables."""


def version_table(migrations: Path) -> str:
    """The table that holds the version, such as `idp_version`: neither side takes the other's for its own."""
    return f"{migrations.parent.name}_version"


def migrate(database: Database, migrations: Path, head: str) -> None:
    """Bring `database` to version `head` of the folder `migrations`.  Safe when several processes start together.

    Raises Problem for a database that a newer Lockstep has made.
    """
    if database_version(database, migrations) == head:
        return
    from alembic import command
    from alembic.util import CommandError

    engine = engine_of(database)
    try:
        with engine.begin() as connection:
            alone(connection, migrations)
            command.upgrade(alembic_config(migrations, connection), head)
            check_references(connection)
    except CommandError as error:
        found = database_version(database, migrations)
        raise Problem(
            f"the database is at version {found}, and this Lockstep knows versions up to {head}: "
            f"use a Lockstep at least as new as the one that used this database last ({error})"
        ) from error
    finally:
        engine.dispose()


def database_version(database: Database, migrations: Path) -> str | None:
    """The version of the folder `migrations` that `database` is at; None for a new one."""
    version = Statement(sa.select(sa.column("version_num")).select_from(sa.table(version_table(migrations))))
    try:
        with database.read() as connection:
            found = connection.value(version)
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None
    except Exception as error:
        if type(error).__name__ != "UndefinedTable":  # psycopg's, which SQLite never imports
            raise
        return None
    return None if found is None else str(found)


def engine_of(database: Database) -> sa.Engine:
    """SQLAlchemy's engine for `database`, whose transactions hold one writer at a time on SQLite."""
    if isinstance(database, PostgresDatabase):
        url = sa.make_url(database.url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
        return sa.create_engine(url, poolclass=sa.NullPool)
    if not isinstance(database, SqliteDatabase):  # pragma: no cover - there are two
        raise TypeError(type(database))
    path = database.path

    def connect() -> sqlite3.Connection:
        # Without the reference checks of a usual connection: with them, replacing a table empties those that refer to it.
        return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def alone(connection: sa.Connection, migrations: Path) -> None:
    """Wait until no other process migrates this database.  On SQLite the transaction sees to it."""
    if connection.dialect.name == "postgresql":
        name = f"lockstep migrations {migrations.parent.name}"
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def check_references(connection: sa.Connection) -> None:
    """Raise where a migration on SQLite has left a row that refers to nothing (PostgreSQL checks by itself)."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration would leave rows that refer to nothing: {broken[:5]}")


def alembic_config(migrations: Path, connection: sa.Connection | None = None) -> "Config":
    """Alembic's configuration for one folder of versions, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def run_migrations(metadata: sa.MetaData) -> None:
    """What each side's `env.py` does."""
    from alembic import context

    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=version_table(Path(context.script.dir)),
        render_as_batch=context.config.attributes.get("render_as_batch", False),
    )
    with context.begin_transaction():
        context.run_migrations()


def load_tables(package: str) -> None:
    """Import every module of `package` that may define tables, so that its metadata is complete."""
    spec = find_spec(package)
    for module in walk_packages(spec.submodule_search_locations if spec else None, f"{package}."):
        if module.name.rpartition(".")[2] in MODULES_WITH_TABLES:
            import_module(module.name)
