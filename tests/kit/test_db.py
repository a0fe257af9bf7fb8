"""Transactions, reads and errors, the same on both databases."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from lockstep.kit import db
from lockstep.kit.db import (
    BUSY_SECONDS,
    Database,
    PostgresDatabase,
    SqliteDatabase,
    _wal_mode,
    open_database,
    unique_violations,
)
from lockstep.kit.problems import Problem
from lockstep.kit.sql import Statement

metadata = sa.MetaData()
parents = sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
children = sa.Table("children", metadata, sa.Column("parent", sa.Integer))
TABLES = [
    "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
    "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
]
ADD = Statement(sa.insert(parents), columns=["id"])
ADD_CHILD = Statement(sa.insert(children), columns=["parent"])
COUNT = Statement(sa.select(sa.func.count()).select_from(parents))
ALL = Statement(sa.select(parents.c.id).order_by(parents.c.id))
ONE = Statement(sa.select(parents.c.id).where(parents.c.id == sa.bindparam("id")))
MANY = 10_000
SECONDS = 60


@pytest.fixture
def database(each_database: Database) -> Database:
    with each_database.write() as connection:
        connection.script(TABLES)
    return each_database


def add(database: Database, *ids: int) -> None:
    with database.write() as connection:
        connection.many(ADD, [{"id": number} for number in ids])


def ids(database: Database) -> list[int]:
    with database.read() as connection:
        return [row[0] for row in connection.all(ALL)]


def test_rows_and_values(database: Database) -> None:
    with database.write() as connection:
        assert connection.run(ADD, id=2) == 1
        connection.many(ADD, ({"id": number} for number in (1, 3)))
        connection.many(ADD, [])
    with database.read() as connection:
        assert connection.all(ALL) == [(1,), (2,), (3,)]
        assert connection.one(ONE, id=2) == (2,)
        assert connection.one(ONE, id=9) is None
        assert (connection.value(COUNT), connection.value(ONE, id=9)) == (3, None)
        assert connection.run(Statement(sa.select(parents))) in (-1, 3)  # a select changes nothing


def test_a_write_is_seen_after_its_end_only(database: Database) -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        with database.write() as connection:
            connection.run(ADD, id=1)
            assert connection.value(COUNT) == 1
            assert elsewhere.submit(ids, database).result(SECONDS) == []
        assert elsewhere.submit(ids, database).result(SECONDS) == [1]


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt, SystemExit])
def test_a_write_that_raises_leaves_nothing(database: Database, error: type[BaseException]) -> None:
    def half() -> None:
        with database.write() as connection:
            connection.run(ADD, id=1)
            raise error

    with pytest.raises(error):
        half()
    assert ids(database) == []
    add(database, 2)
    assert ids(database) == [2]


def test_many_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(unique_violations()):
        add(database, 1, 2, 1)
    assert ids(database) == []


def test_a_commit_that_fails_raises_and_leaves_nothing(database: Database) -> None:
    """A deferred reference is looked at when the transaction ends."""
    arrived = []

    def orphan() -> None:
        with database.write() as connection:
            connection.run(ADD, id=1)
            connection.run(ADD_CHILD, parent=7)
            arrived.append("the end of the block")

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        orphan()
    assert arrived == ["the end of the block"]
    assert ids(database) == []
    add(database, 7)
    with database.write() as connection:
        connection.run(ADD_CHILD, parent=7)


def test_a_read_is_one_state(database: Database) -> None:
    add(database, 1)
    with ThreadPoolExecutor(1) as elsewhere, database.read() as connection:
        before = connection.all(ALL)
        elsewhere.submit(add, database, 2).result(SECONDS)
        assert connection.all(ALL) == before == [(1,)]
    assert ids(database) == [1, 2]


def test_a_read_cannot_write(database: Database) -> None:
    def writes() -> None:
        with database.read() as connection:
            connection.run(ADD, id=1)

    with pytest.raises(Exception, match=r"(?i)read.?only"):
        writes()
    assert ids(database) == []
    add(database, 2)
    assert ids(database) == [2]


def test_a_read_that_raises_can_be_followed_by_anything(database: Database) -> None:
    with pytest.raises(LookupError), database.read() as connection:
        connection.value(COUNT)
        raise LookupError
    add(database, 1)
    assert ids(database) == [1]


def test_rows_stream_in_order_inside_one_state(database: Database) -> None:
    add(database, *range(MANY))
    with ThreadPoolExecutor(1) as elsewhere, database.read() as connection:
        rows = connection.stream(ALL)
        first = next(rows)
        elsewhere.submit(add, database, MANY).result(SECONDS)
        assert [first, *rows] == [(number,) for number in range(MANY)]


def test_streams_do_not_disturb_each_other_or_the_connection(database: Database) -> None:
    add(database, *range(5_000))
    with database.read() as connection:
        pairs = zip(connection.stream(ALL), connection.stream(ALL), strict=True)
        for one, other in pairs:
            assert one == other == connection.one(ONE, id=one[0])


def test_a_stream_takes_parameters(database: Database) -> None:
    add(database, 1, 2)
    with database.read() as connection:
        assert list(connection.stream(ONE, id=2)) == [(2,)]
        assert list(connection.stream(ONE, id=3)) == []


def test_a_stream_may_be_left_early(database: Database) -> None:
    add(database, *range(5_000))
    with database.read() as connection:
        rows = connection.stream(ALL)
        assert next(rows) == (0,)
        del rows
        assert connection.value(COUNT) == 5_000
    add(database, 5_000)
    assert len(ids(database)) == 5_001


def test_an_error_in_a_stream_leaves_the_thread_able_to_write(database: Database) -> None:
    add(database, *range(5_000))
    try:
        with database.read() as connection:
            for _ in connection.stream(ALL):
                raise LookupError
    except LookupError:  # its traceback holds the stream
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(add, database, 5_000).result(SECONDS)
        assert len(ids(database)) == 5_001
        add(database, 5_001)
    assert len(ids(database)) == 5_002


def test_a_stream_does_not_hold_all_rows(database: Database) -> None:
    """The next rows are computed as they are asked for: one that cannot be does no harm to those before it."""
    add(database, *range(MANY))
    last = sa.case((parents.c.id == MANY - 1, sa.literal(0)), else_=sa.literal(1))
    quotient = sa.literal(1) / last if database.dialect == "postgresql" else sa.func.abs(sa.literal(-(2**63)) + last)
    statement = Statement(sa.select(parents.c.id, quotient).order_by(parents.c.id))
    seen = []

    def read() -> None:
        with database.read() as connection:
            for row in connection.stream(statement):
                seen.append(row[0])

    with pytest.raises(Exception, match=r"division by zero|integer overflow"):
        read()
    assert seen[:2_000] == list(range(2_000))
    assert len(seen) < MANY


def test_a_value_that_has_to_be_unique(database: Database) -> None:
    add(database, 1)
    with pytest.raises(unique_violations()):
        add(database, 1)
    assert ids(database) == [1]


def test_other_errors_are_no_unique_violation(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as caught, database.write() as connection:
        connection.script(["INSERT INTO no_such_table VALUES (1)"])
    assert not isinstance(caught.value, unique_violations())


def test_writers_take_turns_and_nothing_is_lost(database: Database) -> None:
    """Eight threads read, then write what they read and one more."""
    highest = Statement(sa.select(sa.func.coalesce(sa.func.max(parents.c.id), 0)))
    barrier = threading.Barrier(8)

    def count_on(_number: int) -> None:
        barrier.wait(SECONDS)
        for _ in range(10):
            with database.write(serial="count") as connection:
                connection.run(ADD, id=connection.value(highest) + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count_on, range(8)))
    assert ids(database) == list(range(1, 81))


def test_writers_of_different_things_do_not_wait_for_each_other(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    with ThreadPoolExecutor(1) as elsewhere, database.write(serial="one"):

        def write(serial: str | None) -> bool:
            with database.write(serial=serial) as connection:
                connection.script(["SELECT 1"])
            return True

        assert elsewhere.submit(write, "two").result(SECONDS)
        assert elsewhere.submit(write, None).result(SECONDS)
    database.close()


def test_sqlite_is_durable_checked_and_in_wal_mode(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.db")
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with database.read() as connection:
        found = {name: connection.raw.execute(f"PRAGMA {name}").fetchone()[0] for name in settings}
    assert found == settings
    database.close()


def test_each_thread_has_its_own_sqlite_connection_and_close_ends_all(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.db")

    def raw_of() -> Any:
        with database.read() as connection:
            return connection.raw

    with ThreadPoolExecutor(1) as elsewhere:
        raws = [raw_of(), raw_of(), elsewhere.submit(raw_of).result(SECONDS)]
    assert raws[0] is raws[1] is not raws[2]
    database.close()
    for raw in raws:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            raw.execute("SELECT 1")
    assert raw_of() not in raws  # a database that was closed opens again when it is used
    database.close()


def test_sqlite_connections_that_open_a_new_file_together(tmp_path: Path) -> None:
    for number in range(5):
        database = SqliteDatabase(tmp_path / f"{number}.db")
        barrier = threading.Barrier(8)

        def first_use(_number: int, database: Database = database, barrier: threading.Barrier = barrier) -> str:
            barrier.wait(SECONDS)
            with database.read() as connection:
                return str(connection.raw.execute("PRAGMA journal_mode").fetchone()[0])

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(first_use, range(8))) == ["wal"] * 8
        database.close()


@pytest.fixture
def sqlite_only(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(tmp_path / "x.db")
    with database.write() as connection:
        connection.script(TABLES)
    yield database
    database.close()


def test_an_error_that_ended_the_transaction_is_the_one_that_is_raised(sqlite_only: SqliteDatabase) -> None:
    """SQLite rolls back by itself where a disk is full or cannot be read."""
    full = "database or disk is full"
    for begin in (sqlite_only.write, sqlite_only.read):
        with pytest.raises(sqlite3.OperationalError, match=full), begin() as connection:
            connection.raw.execute("ROLLBACK")
            raise sqlite3.OperationalError(full)
    add(sqlite_only, 1)
    assert ids(sqlite_only) == [1]


def test_a_read_inside_a_write_changes_nothing_for_it(sqlite_only: SqliteDatabase) -> None:
    """One thread has one connection, which has one transaction."""
    with sqlite_only.write() as connection:
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"), sqlite_only.read():
            pass
        connection.run(ADD, id=1)
    add(sqlite_only, 2)
    assert ids(sqlite_only) == [1, 2]


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    """`locked` alone is worth another try."""
    file = tmp_path / "x.db"
    raw = sqlite3.connect(file)
    raw.execute("CREATE TABLE x (y)")
    raw.close()
    raw = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    start = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        _wal_mode(raw)
    assert time.monotonic() - start < BUSY_SECONDS / 2
    raw.close()


def test_a_full_disk(sqlite_only: SqliteDatabase) -> None:
    with sqlite_only.read() as connection:
        connection.raw.execute("PRAGMA max_page_count=20")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        add(sqlite_only, *range(100_000))
    assert ids(sqlite_only) == []
    add(sqlite_only, 1)
    assert ids(sqlite_only) == [1]


def test_open_database_by_place(tmp_path: Path, postgres_url: str) -> None:
    data = tmp_path / "new" / "data"
    sqlite = open_database(data, None, "idp")
    assert isinstance(sqlite, SqliteDatabase)
    assert (sqlite.path, data.stat().st_mode & 0o777) == (data / "idp.db", 0o700)
    postgres = open_database(tmp_path / "unused", postgres_url, "idp")
    assert isinstance(postgres, PostgresDatabase)
    assert not (tmp_path / "unused").exists()
    assert ids_of_nothing(postgres) == [(1,)]
    postgres.close()


def ids_of_nothing(database: Database) -> list[Any]:
    with database.read() as connection:
        return connection.all(Statement(sa.select(sa.literal(1))))


@pytest.mark.parametrize("url", ["mysql://host/x", "sqlite:///x.db", "", "host=127.0.0.1 dbname=x"])
def test_a_url_that_is_not_a_postgresql_one(tmp_path: Path, url: str) -> None:
    with pytest.raises((ValueError, Problem), match="postgresql://"):
        open_database(tmp_path, url, "idp")


def test_a_writer_that_stands_still_does_not_hold_up_the_others(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process does that is frozen in the middle of a transaction; a reader that takes its time is let alone."""
    monkeypatch.setattr(db, "IDLE_SECONDS", 1)
    frozen, other = PostgresDatabase(postgres_url), PostgresDatabase(postgres_url)
    with frozen.snapshot() as snapshot:
        snapshot.raw.execute("SELECT 1")
        with pytest.raises(psycopg.Error), frozen.write(serial="x") as c:
            began = time.monotonic()
            with other.write(serial="x") as later:
                later.raw.execute("SELECT 1")
            assert 0.5 < time.monotonic() - began < 20
            c.raw.execute("SELECT 1")
        assert snapshot.raw.execute("SELECT 1").fetchone() == (1,)
    frozen.close()
    other.close()


def _put_another_file(path: Path, word: int) -> None:
    """What a restored backup does: the file is put aside, and another one lies in its place."""
    other = SqliteDatabase(path.with_name("other.db"))
    with other.write() as c:
        c.script(TABLES)
        c.run(ADD, id=word)
    other.close()
    path.rename(path.with_name("aside.db"))
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(path.with_name(f"aside.db{suffix}"))
    path.with_name("other.db").rename(path)


def test_another_file_in_its_place_is_the_database_from_then_on(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = SqliteDatabase(path)
    with database.write() as c:
        c.script(TABLES)
        c.run(ADD, id=1)
    _put_another_file(path, 2)
    with database.write() as c:
        assert [row[0] for row in c.all(ALL)] == [2]
        c.run(ADD, id=3)
    with database.read() as c:
        assert [row[0] for row in c.all(ALL)] == [2, 3]
    database.close()
    with SqliteDatabase(tmp_path / "aside.db").read() as c:
        assert [row[0] for row in c.all(ALL)] == [1]
    with SqliteDatabase(path).read() as c:
        assert [row[0] for row in c.all(ALL)] == [2, 3]


def test_a_file_that_is_away_for_a_moment_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = SqliteDatabase(path)
    with database.write() as c:
        c.script(TABLES)
    path.rename(tmp_path / "aside.db")
    with database.read() as c:
        assert c.value(COUNT) == 0
    assert not path.exists()
    database.close()
