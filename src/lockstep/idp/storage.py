"""Opens the identity provider's database, made and migrated."""

import importlib
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Database, open_database
from lockstep.kit.problems import Problem
from lockstep.kit.sql import Statement

NAME = "idp"
_MODULES_WITH_TABLES = (
    "lockstep.idp.events",
    "lockstep.idp.directory.store",
    "lockstep.idp.apps.store",
    "lockstep.idp.provisioning.store",
    "lockstep.idp.provisioning.tables",
)
_TABLES = {
    "sqlite": Statement(sa.select(sa.column("name")).select_from(sa.table("sqlite_master"))),
    "postgresql": Statement(
        sa.select(sa.column("tablename"))
        .select_from(sa.table("pg_tables"))
        .where(sa.column("schemaname") == sa.func.current_schema())
    ),
}
_DIALECTS = {name: sa.make_url(f"{name}://").get_dialect()() for name in ("sqlite", "postgresql+psycopg")}


def open_idp(data: Path, url: str | None) -> Database:
    """The database of the identity provider in folder `data`, or at the PostgreSQL `url`, ready to use.

    Raises Problem for a URL that is not a PostgreSQL one.
    """
    try:
        database = open_database(data, url, NAME)
    except ValueError as error:
        raise Problem(str(error)) from None
    prepare(database)
    return database


def load_tables() -> sa.MetaData:
    """The metadata with every table of this side, whichever features are there."""
    for module in _MODULES_WITH_TABLES:
        parent = module.rpartition(".")[0]
        if find_spec(parent) is not None and find_spec(module) is not None:
            importlib.import_module(module)
    return metadata


def prepare(database: Database) -> None:
    """Make the tables that are not there yet.  Safe when several processes start together."""
    tables = load_tables()
    with database.read() as connection:
        complete = not _missing(connection, tables)
    if not complete:
        with database.write(serial="idp schema") as connection:
            connection.script(_definitions(connection, tables))


def _missing(connection: Connection, tables: sa.MetaData) -> bool:
    there = {row[0] for row in connection.all(_TABLES[connection.dialect])}
    return not there.issuperset(tables.tables)


def _definitions(connection: Connection, tables: sa.MetaData) -> list[str]:
    dialect = _DIALECTS["sqlite" if connection.dialect == "sqlite" else "postgresql+psycopg"]
    texts = []
    for table in tables.sorted_tables:
        texts.append(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
        texts += [str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)) for index in table.indexes]
    return texts
