"""Group commit: shared transactions, single fates."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lockstep.kit import groupcommit
from lockstep.kit.db import Connection, SqliteDatabase
from lockstep.kit.groupcommit import CommitFailed, GroupCommit, savepoint

Write = Callable[[Connection], Any]


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    database = SqliteDatabase(tmp_path / "x.db")
    with database.write() as connection:
        connection.script(
            [
                "CREATE TABLE words (word TEXT PRIMARY KEY)",
                "CREATE TABLE counter (value INTEGER)",
                "INSERT INTO counter VALUES (0)",
                "CREATE TABLE letters (word TEXT REFERENCES words(word) DEFERRABLE INITIALLY DEFERRED)",
            ]
        )
    return database


@pytest.fixture
async def writer(database: SqliteDatabase) -> AsyncIterator[GroupCommit]:
    writer = GroupCommit(database)
    yield writer
    await writer.close()


def words(database: SqliteDatabase) -> list[str]:
    raw = database.open_raw()
    found = [row[0] for row in raw.execute("SELECT word FROM words ORDER BY word")]
    raw.close()
    return found


def add(word: str) -> Write:
    def action(connection: Connection) -> str:
        connection.raw.execute("INSERT INTO words VALUES (?)", (word,))
        return word.upper()

    return action


def fails(connection: Connection) -> None:
    connection.raw.execute("INSERT INTO words VALUES ('half done')")
    raise LookupError("mine alone")


def breaks_the_commit(connection: Connection) -> None:
    """A reference to nothing, which SQLite only looks at when it commits."""
    connection.raw.execute("INSERT INTO letters VALUES ('no such word')")


def loses_the_transaction(connection: Connection) -> None:
    """What SQLite does by itself when a disk is full."""
    connection.raw.execute("ROLLBACK")
    raise sqlite3.OperationalError("database or disk is full")


async def gather(writer: GroupCommit, *actions: Write) -> list[Any]:
    return await asyncio.gather(*(writer.run(action) for action in actions), return_exceptions=True)


async def test_gives_the_result_of_the_action(writer: GroupCommit, database: SqliteDatabase) -> None:
    assert await writer.run(add("a")) == "A"
    assert words(database) == ["a"]


async def test_one_that_raises_does_not_touch_the_others(writer: GroupCommit, database: SqliteDatabase) -> None:
    first, second, third = await gather(writer, add("a"), fails, add("b"))
    assert (first, third) == ("A", "B")
    assert isinstance(second, LookupError)
    assert words(database) == ["a", "b"]


async def test_writes_that_come_together_share_a_commit(
    writer: GroupCommit, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    commit = GroupCommit._commit

    def counted(self: GroupCommit) -> None:
        nonlocal commits
        commits += 1
        commit(self)

    monkeypatch.setattr(GroupCommit, "_commit", counted)
    await gather(writer, *(add(f"w{number}") for number in range(20)))
    assert len(words(database)) == 20
    assert commits <= 3  # one, but on a busy machine a batch ends when its time is over


async def test_a_failed_commit_fails_everyone_in_its_batch(writer: GroupCommit, database: SqliteDatabase) -> None:
    outcomes = await gather(writer, add("a"), breaks_the_commit, add("b"), fails)
    assert [type(outcome) for outcome in outcomes] == [CommitFailed] * 4
    assert isinstance(outcomes[0].__cause__, sqlite3.IntegrityError)
    assert words(database) == []


async def test_the_batch_after_a_failed_one_is_untouched(writer: GroupCommit, database: SqliteDatabase) -> None:
    await gather(writer, breaks_the_commit)
    assert await writer.run(add("a")) == "A"
    assert words(database) == ["a"]


async def test_a_transaction_lost_in_the_middle_fails_everyone_so_far(writer: GroupCommit, database: SqliteDatabase) -> None:
    outcomes = await gather(writer, add("a"), loses_the_transaction, add("b"))
    assert [type(outcome) for outcome in outcomes[:2]] == [CommitFailed] * 2
    assert outcomes[2] == "B"  # it had not been run yet, and went with the next one
    assert words(database) == ["b"]


async def test_nothing_is_acknowledged_before_its_commit(
    writer: GroupCommit, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_commit, commit = threading.Event(), GroupCommit._commit

    def held(self: GroupCommit) -> None:
        assert may_commit.wait(10)
        commit(self)

    monkeypatch.setattr(GroupCommit, "_commit", held)
    early = asyncio.create_task(writer.run(add("early")))
    await asyncio.sleep(0.05)
    late = asyncio.create_task(writer.run(add("late")))
    await asyncio.sleep(0.05)  # the loop is free although a commit is under way
    assert not early.done()
    assert words(database) == []
    may_commit.set()
    assert [await early, await late] == ["EARLY", "LATE"]
    assert words(database) == ["early", "late"]


async def test_thirty_two_writers_lose_nothing(writer: GroupCommit, database: SqliteDatabase) -> None:
    def increment(connection: Connection) -> int:
        value = int(connection.raw.execute("SELECT value FROM counter").fetchone()[0]) + 1
        connection.raw.execute("UPDATE counter SET value = ?", (value,))
        return value

    async def one_writer() -> list[int]:
        return [await writer.run(increment) for _ in range(20)]

    seen = sorted(value for values in await asyncio.gather(*(one_writer() for _ in range(32))) for value in values)
    assert seen == list(range(1, 641))
    assert database.open_raw().execute("SELECT value FROM counter").fetchone()[0] == 640


async def test_a_large_queue_goes_in_several_batches(
    writer: GroupCommit, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groupcommit, "MAX_BATCH", 3)
    await gather(writer, *(add(f"w{number:02}") for number in range(10)))
    assert len(words(database)) == 10


async def test_waits_for_another_process_without_blocking_the_loop(writer: GroupCommit, database: SqliteDatabase) -> None:
    other = database.open_raw()
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(writer.run(add("a")))
    ticks = 0
    while ticks < 5:
        await asyncio.sleep(0.01)
        ticks += 1
    assert not waiting.done()
    other.execute("COMMIT")
    assert await waiting == "A"


async def test_does_not_wait_for_ever(writer: GroupCommit, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupcommit, "BUSY_SECONDS", 0.05)
    other = database.open_raw()
    other.execute("BEGIN IMMEDIATE")
    outcomes = await gather(writer, add("a"), add("b"))
    assert [type(outcome) for outcome in outcomes] == [CommitFailed] * 2
    other.execute("ROLLBACK")
    assert await writer.run(add("c")) == "C"


async def test_who_goes_away_does_not_harm_the_rest(writer: GroupCommit, database: SqliteDatabase) -> None:
    gone, stays = asyncio.create_task(writer.run(add("gone"))), asyncio.create_task(writer.run(add("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    assert await stays == "STAYS"
    assert await writer.run(add("later")) == "LATER"
    assert "stays" in words(database)


async def test_close_finishes_what_waits(database: SqliteDatabase) -> None:
    writer = GroupCommit(database)
    waiting = [asyncio.create_task(writer.run(add(word))) for word in ("a", "b")]
    await asyncio.sleep(0)
    await writer.close()
    assert [await task for task in waiting] == ["A", "B"]
    assert words(database) == ["a", "b"]


def test_savepoints_nest(database: SqliteDatabase) -> None:
    with database.write() as connection, savepoint(connection):
        add("outer")(connection)
        with suppress(LookupError), savepoint(connection):
            fails(connection)
        add("after")(connection)
    assert words(database) == ["after", "outer"]


async def test_slow_writes_do_not_keep_the_loop_for_long(
    writer: GroupCommit, database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groupcommit, "BATCH_SECONDS", 0.0)
    commits = 0
    commit = GroupCommit._commit

    def counted(self: GroupCommit) -> None:
        nonlocal commits
        commits += 1
        commit(self)

    monkeypatch.setattr(GroupCommit, "_commit", counted)
    assert await gather(writer, add("a"), add("b"), add("c")) == ["A", "B", "C"]
    assert commits == 3
