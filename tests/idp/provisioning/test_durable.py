"""What carries a run: where DBOS keeps its tables, and runs without it."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from lockstep.idp.provisioning.durable import Dbos, Plain, engine_url
from lockstep.kit.db import Connection, Database, PostgresDatabase, SqliteDatabase


def test_sqlite_has_a_file_of_its_own_for_it(tmp_path: Path) -> None:
    assert engine_url(SqliteDatabase(tmp_path / "idp.db")) == f"sqlite:///{tmp_path}/idp-engine.db"


def test_postgresql_has_a_schema_of_its_own_in_the_same_database(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    assert engine_url(database) == postgres_url
    database.url = "postgres://host/name"  # the short form, which SQLAlchemy does not read
    assert engine_url(database) == "postgresql://host/name"
    database.close()


class Another(Database):
    """A database that is neither."""

    def read(self) -> AbstractContextManager[Connection]:
        raise AssertionError("nobody reads")

    snapshot = read

    def write(self, serial: str | None = None) -> AbstractContextManager[Connection]:
        raise AssertionError(f"nobody writes, {serial}")

    def close(self) -> None:
        """There is nothing to close."""


def test_another_database_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        engine_url(Another())


async def test_without_dbos_nothing_outlives_the_process() -> None:
    plain = Plain()
    with pytest.raises(RuntimeError, match="launch"):
        await plain.run(1)
    assert await plain.resume(1) is None
    await plain.close()


def test_dbos_is_imported_only_when_it_is_launched() -> None:
    assert Dbos("sqlite:///nowhere.db").__class__.__module__ == "lockstep.idp.provisioning.durable"
