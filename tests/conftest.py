"""Fixtures for every test."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from tests.support.postgres import PostgresMissing, PostgresServer, postgres_server

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("explore", settings.get_profile("any machine"), derandomize=False)
settings.load_profile("explore" if os.environ.get("LOCKSTEP_EXPLORE") else "any machine")
"""A busy machine is no reason for a property to fail, and a run is the same each time; LOCKSTEP_EXPLORE=1 looks further."""


os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
"""The tests start hundreds of `lockstep` processes, which find the package compiled, as they do where it is installed."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests come first, so that of two workers none is left with one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server without fsync, one for each test process; a test that needs it fails where there is none."""
    yield from _served(durable=False)


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that syncs as in production."""
    yield from _served(durable=True)


def _served(*, durable: bool) -> Iterator[PostgresServer]:
    try:
        with postgres_server(durable=durable) as server:
            yield server
    except PostgresMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def durable_postgres_url(durable_postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database on a server that syncs."""
    with durable_postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh, empty database, once of each kind."""
    database: Database
    if request.param == "sqlite":
        database = SqliteDatabase(tmp_path / "fresh.db")
    else:
        database = PostgresDatabase(request.getfixturevalue("postgres_url"))
    yield database
    database.close()
