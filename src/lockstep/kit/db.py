"""One database of one side: SQLite by default, PostgreSQL for more than one process or machine.

Domain code is synchronous and takes a `Connection`.  A transaction is `with db.write() as connection`, a consistent read
`with db.read() as connection`.  On SQLite a write transaction is `BEGIN IMMEDIATE`, so that it never fails half-way for
a lock; on PostgreSQL `serial=` names what may have one writer at a time.
"""

import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lockstep.kit.problems import Problem
from lockstep.kit.sql import Compiled, DialectName, Statement

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool


def unique_violations() -> tuple[type[Exception], ...]:
    """What a driver raises for a value that has to be unique; for use in an `except` clause."""
    import psycopg

    return sqlite3.IntegrityError, psycopg.errors.UniqueViolation


BUSY_SECONDS = 30.0
IDLE_SECONDS = 10
"""After so long without a word from us PostgreSQL ends a transaction that can write: a process that is frozen in the middle of
one must not hold up everybody."""
CONNECT_SECONDS = 10
Row = tuple[Any, ...]
_cursor_numbers = count()


class Connection:
    """A raw driver connection inside one transaction.  Rows are tuples in the order of the selected columns."""

    __slots__ = ("dialect", "raw")

    def __init__(self, raw: Any, dialect: DialectName) -> None:
        self.raw = raw
        self.dialect: DialectName = dialect

    def _execute(self, statement: Statement, params: dict[str, Any]) -> Any:
        compiled = statement.for_dialect(self.dialect)
        return self.raw.execute(compiled.text, _merged(compiled, params))

    def all(self, statement: Statement, **params: Any) -> list[Row]:
        """Every row."""
        return cast(list[Row], self._execute(statement, params).fetchall())

    def one(self, statement: Statement, **params: Any) -> Row | None:
        """The first row, or None."""
        return cast(Row | None, self._execute(statement, params).fetchone())

    def value(self, statement: Statement, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.one(statement, **params)
        return None if row is None else row[0]

    def run(self, statement: Statement, **params: Any) -> int:
        """Run a change; the number of rows touched."""
        return cast(int, self._execute(statement, params).rowcount)

    def many(self, statement: Statement, rows: Iterable[dict[str, Any]]) -> None:
        """Run a change once for each set of parameters."""
        compiled = statement.for_dialect(self.dialect)
        merged = [_merged(compiled, row) for row in rows]
        if not merged:
            return
        if self.dialect == "sqlite":
            self.raw.executemany(compiled.text, merged)
        else:
            with self.raw.cursor() as cursor:
                cursor.executemany(compiled.text, merged)

    def stream(self, statement: Statement, **params: Any) -> Iterator[Row]:
        """Rows one after the other, without holding them all.  Read them inside the transaction."""
        compiled = statement.for_dialect(self.dialect)
        merged = _merged(compiled, params)
        if self.dialect == "sqlite":
            yield from self.raw.execute(compiled.text, merged)
            return
        with self.raw.cursor(name=f"lockstep_{next(_cursor_numbers)}") as cursor:
            cursor.itersize = 2000
            cursor.execute(compiled.text, merged)
            yield from cursor

    def script(self, statements: Sequence[str]) -> None:
        """Run SQL texts as they are (migrations and settings only)."""
        for text in statements:
            self.raw.execute(text)


def _merged(compiled: Compiled, params: dict[str, Any]) -> dict[str, Any]:
    return {**compiled.fixed, **params} if compiled.fixed else params


class Database(ABC):
    """A database of one side.  Safe to share between threads."""

    dialect: DialectName

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """A read-only transaction over one consistent state."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """Like `read`, on a connection of its own: the same thread may write meanwhile, which is not seen here."""

    @abstractmethod
    def write(self, serial: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction: committed at the end of the block, rolled back if it raises."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""


class SqliteDatabase(Database):
    """One SQLite file in WAL mode; a connection for each thread."""

    dialect: DialectName = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def open_raw(self) -> sqlite3.Connection:
        """A new raw connection with the settings of every Lockstep database (autocommit; begin transactions yourself)."""
        raw = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        _wal_mode(raw)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-32000", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}")
        with self._lock:
            self._opened.append(raw)
        return raw

    def close_raw(self, raw: sqlite3.Connection) -> None:
        """Close what `open_raw` gave."""
        with self._lock:
            if raw in self._opened:
                self._opened.remove(raw)
        raw.close()

    def _mine(self) -> sqlite3.Connection:
        mine = getattr(self._local, "mine", None)
        if mine is None:
            mine = self._local.mine = Following(self)
        return cast(Following, mine).raw()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        raw = self._mine()
        raw.execute("BEGIN")
        raw.execute("PRAGMA query_only=ON")
        try:
            yield Connection(raw, "sqlite")
        finally:
            raw.execute("PRAGMA query_only=OFF")
            if raw.in_transaction:
                raw.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        raw = self.open_raw()
        try:
            raw.execute("PRAGMA query_only=ON")
            raw.execute("BEGIN")
            yield Connection(raw, "sqlite")
        finally:
            self.close_raw(raw)

    @contextmanager
    def write(self, serial: str | None = None) -> Iterator[Connection]:
        raw = self._mine()
        raw.execute("BEGIN IMMEDIATE")
        try:
            yield Connection(raw, "sqlite")
        except BaseException:
            if raw.in_transaction:  # SQLite has rolled back by itself where the disk is full or broken
                raw.execute("ROLLBACK")
            raise
        try:
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise

    def close(self) -> None:
        with self._lock:
            for raw in self._opened:
                raw.close()
            self._opened.clear()
        self._local = threading.local()


class Following:
    """A raw connection to the file that lies at the database's path now; for one thread at a time.

    A restored backup puts another file there.  Who still has the one before open would read and write what was put aside.
    """

    def __init__(self, database: SqliteDatabase, *pragmas: str) -> None:
        self._database = database
        self._pragmas = pragmas
        self._raw: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self.opened = 0
        """How often it was opened."""

    def raw(self) -> sqlite3.Connection:
        """The connection, outside of a transaction; opened anew where another file was put in the place of its own."""
        there = _file_at(self._database.path)
        if self._raw is not None and there in (None, self._file):
            return self._raw
        if self._raw is not None:
            self._database.close_raw(self._raw)
        self._raw, self._file = self._database.open_raw(), there or _file_at(self._database.path)
        self.opened += 1
        for pragma in self._pragmas:
            self._raw.execute(f"PRAGMA {pragma}")
        return self._raw

    def close(self) -> None:
        """Close it."""
        if self._raw is not None:
            self._database.close_raw(self._raw)
            self._raw = None


def _file_at(path: Path) -> tuple[int, int] | None:
    """(volume, number) of the file at a path, None where there is none.  The file is not opened: that could end locks on it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _wal_mode(raw: sqlite3.Connection) -> None:
    """Switch to WAL.  SQLite answers "locked" at once, without its busy timeout, when two connections do this together."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.02)


class PostgresDatabase(Database):
    """PostgreSQL through psycopg 3; a pool that opens connections as they are needed."""

    dialect: DialectName = "postgresql"

    def __init__(self, url: str, max_connections: int = 10) -> None:
        from psycopg_pool import ConnectionPool

        self.url = url
        self._pool = ConnectionPool(
            url, min_size=0, max_size=max_connections, open=False, kwargs={"autocommit": False}, configure=_limit_idle
        )
        self._opened = False
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises Problem, with the server's own words, where it does not let us in."""
        import psycopg

        try:
            psycopg.connect(self.url, connect_timeout=CONNECT_SECONDS).close()
        except psycopg.OperationalError as error:
            raise Problem(f"the PostgreSQL server does not let us in: {error}") from None

    def _ready(self) -> "ConnectionPool[Any]":
        with self._lock:
            if not self._opened:
                self._pool.open()
                self._opened = True
        return self._pool

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._ready().connection() as raw:
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Connection(raw, "postgresql")

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        with self.read() as connection:
            connection.raw.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # nobody waits for it, however long
            yield connection

    @contextmanager
    def write(self, serial: str | None = None) -> Iterator[Connection]:
        with self._ready().connection() as raw:
            if serial is not None:
                raw.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (serial,))
            yield Connection(raw, "postgresql")

    def close(self) -> None:
        self._pool.close()


def _limit_idle(raw: Any) -> None:
    """See `IDLE_SECONDS`; for a new connection of the pool."""
    raw.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    raw.commit()


def open_database(data: Path, url: str | None, name: str) -> Database:
    """The database of side `name`: PostgreSQL at `url`, else the SQLite file `data/<name>.db`.

    Raises ValueError for a URL that is not a PostgreSQL one, Problem where the folder or the server cannot be used.
    """
    if url is None:
        try:
            data.mkdir(parents=True, exist_ok=True, mode=0o700)
            database = SqliteDatabase(data / f"{name}.db")
            database.open_raw().close()
        except (OSError, sqlite3.Error) as error:
            raise Problem(f"the data folder {data} cannot be used: {error}") from None
        return database
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("--database-url must start with postgresql://")
    postgres = PostgresDatabase(url)
    postgres.check()
    return postgres
