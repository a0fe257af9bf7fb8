"""A centre for every test: once over SQLite, once over PostgreSQL, each test with an instance of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count

import pytest

from lockstep.center.app import Center, build
from lockstep.center.storage import prepare
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from tests.center.client import Client, Stage

_numbers = count(1)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The centre's database with its tables, shared by tests: instances keep them apart."""
    if request.param == "sqlite":
        database: Database = SqliteDatabase(tmp_path_factory.mktemp("center") / "center.db")
        prepare(database)
        yield database
        database.close()
        return
    with request.getfixturevalue("postgres").database() as url:
        database = PostgresDatabase(url)
        prepare(database)
        yield database
        database.close()


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    """A SQLite database of the test's own, for what only SQLite does."""
    database = SqliteDatabase(tmp_path_factory.mktemp("center") / "center.db")
    prepare(database)
    yield database
    database.close()


@pytest.fixture
def each_center(each_database: Database) -> Database:
    """A centre's database of the test's own, once of each kind, for what belongs to the centre as a whole."""
    prepare(each_database)
    return each_database


@pytest.fixture
async def center(database: Database) -> AsyncIterator[Center]:
    """The application, started."""
    center = build(database)
    await center.start()
    yield center
    await center.stop()


@pytest.fixture
def stage(database: Database) -> Stage:
    """Makes instances with tokens."""
    return Stage(database, f"instance-{next(_numbers)}")


@pytest.fixture
def scim(center: Center, stage: Stage) -> Client:
    """A client of a new instance with profile `aws`."""
    return stage.client(center)


Make = Callable[..., Client]


@pytest.fixture
def scim_with(center: Center, stage: Stage) -> Make:
    """`scim_with(put_user_status=200)`: a client of a new instance with such settings (see `Stage.client`)."""
    return lambda **settings: stage.client(center, **settings)
