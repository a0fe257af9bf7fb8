"""Databases of this side that cost a test next to nothing: a file that is copied, and one PostgreSQL database that is emptied.

A conftest imports the fixtures that it offers.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockstep.idp.schema import metadata
from lockstep.idp.storage import open_idp, prepare
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from tests.support.postgres import PostgresServer


class QuickDatabase(SqliteDatabase):
    """SQLite that does not wait for the disk: what is lost with the machine is a test."""

    def open_raw(self) -> sqlite3.Connection:
        raw = super().open_raw()
        raw.execute("PRAGMA synchronous=OFF")
        return raw


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables of this side, to be copied: faster than making them for each test."""
    folder = tmp_path_factory.mktemp("tables")
    open_idp(folder, None).close()
    return folder / "idp.db"


@pytest.fixture
def sqlite(empty_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of this side on SQLite."""
    shutil.copy(empty_file, tmp_path / "idp.db")
    database = QuickDatabase(tmp_path / "idp.db")
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_postgres(postgres: PostgresServer) -> Iterator[PostgresDatabase]:
    """A database of this side on PostgreSQL, for all tests of one process."""
    with postgres.database() as url:
        database = PostgresDatabase(url)
        prepare(database)
        yield database
        database.close()


@pytest.fixture
def postgresql(shared_postgres: PostgresDatabase) -> PostgresDatabase:
    """The same, emptied."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with shared_postgres.write() as c:
        c.script(["ALTER TABLE events DISABLE TRIGGER USER"])  # which let nobody empty it
        c.script([f"TRUNCATE {names} RESTART IDENTITY CASCADE", "ALTER TABLE events ENABLE TRIGGER USER"])
    return shared_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def each(request: pytest.FixtureRequest) -> Database:
    """A fresh database of this side, once of each kind."""
    database: Database = request.getfixturevalue(request.param)
    return database
