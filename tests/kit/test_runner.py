"""The runner: actions of an asynchronous edge, on each database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from lockstep.kit.db import Connection, Database, SqliteDatabase
from lockstep.kit.groupcommit import savepoint
from lockstep.kit.runner import Runner, open_runner


@pytest.fixture
async def runner(each_database: Database) -> AsyncIterator[Runner]:
    with each_database.write() as connection:
        connection.script(["CREATE TABLE words (word VARCHAR(20) PRIMARY KEY)"])
    runner = open_runner(each_database)
    yield runner
    await runner.close()


def add(connection: Connection, word: str) -> str:
    connection.script([f"INSERT INTO words VALUES ('{word}')"])
    return word.upper()


def words(connection: Connection) -> list[str]:
    return [row[0] for row in connection.raw.execute("SELECT word FROM words ORDER BY word").fetchall()]


async def test_writes_and_reads(runner: Runner) -> None:
    assert await runner.write(lambda connection: add(connection, "a")) == "A"
    assert await runner.read(words) == ["a"]


async def test_what_raises_leaves_nothing(runner: Runner) -> None:
    def half(connection: Connection) -> None:
        add(connection, "a")
        raise LookupError

    with pytest.raises(LookupError):
        await runner.write(half)
    assert await runner.read(words) == []


async def test_many_at_once(runner: Runner) -> None:
    async def one(number: int) -> str:
        return await runner.write(lambda connection: add(connection, f"w{number:02}"))

    assert await asyncio.gather(*(one(number) for number in range(32))) == [f"W{number:02}" for number in range(32)]
    assert len(await runner.read(words)) == 32


async def test_a_savepoint_keeps_what_was_before_it(runner: Runner) -> None:
    def action(connection: Connection) -> list[str]:
        add(connection, "a")
        with pytest.raises(LookupError), savepoint(connection):
            add(connection, "b")
            raise LookupError
        return words(connection)

    assert await runner.write(action) == ["a"]


async def test_version_differs_after_a_commit_by_anyone(runner: Runner, each_database: Database) -> None:
    versions = [runner.version()]
    await runner.write(lambda connection: add(connection, "mine"))
    versions.append(runner.version())
    with each_database.write() as connection:
        add(connection, "from elsewhere")
    versions.append(runner.version())
    assert len(set(versions)) == 3


async def test_version_stays_while_nothing_is_committed(runner: Runner, each_database: Database) -> None:
    same = runner.version() == runner.version()
    assert same == isinstance(each_database, SqliteDatabase)  # on PostgreSQL nothing is remembered at all


async def test_a_deadlock_is_tried_again(runner: Runner, each_database: Database) -> None:
    tries = 0

    def action(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        add(connection, "a")
        if tries < 3:
            raise psycopg.errors.DeadlockDetected
        return "done"

    if isinstance(each_database, SqliteDatabase):
        with pytest.raises(psycopg.errors.DeadlockDetected):  # one writer at a time: there are none
            await runner.write(action)
        assert await runner.read(words) == []
    else:
        assert await runner.write(action) == "done"
        assert await runner.read(words) == ["a"]


async def test_another_file_in_the_place_of_sqlites_is_followed(tmp_path: Path) -> None:
    files = [tmp_path / "x.db", tmp_path / "other.db"]
    for file in files:
        database = SqliteDatabase(file)
        with database.write() as connection:
            connection.script(["CREATE TABLE words (word VARCHAR(20) PRIMARY KEY)"])
        database.close()
    database = SqliteDatabase(files[0])
    runner = open_runner(database)
    await runner.write(lambda connection: add(connection, "a"))
    before = runner.version()
    for suffix in ("-wal", "-shm", ""):
        (tmp_path / f"x.db{suffix}").rename(tmp_path / f"aside.db{suffix}")
    files[1].rename(files[0])
    assert runner.version() != before
    await runner.write(lambda connection: add(connection, "b"))
    assert await runner.read(words) == ["b"]
    await runner.close()
    database.close()
