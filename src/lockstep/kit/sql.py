"""SQL statements, described with SQLAlchemy Core and compiled once for each database.

SQLAlchemy describes and compiles; the statement then runs on the raw driver connection (`kit.db`), which measured 1.2 to
2.6 times faster than running it through SQLAlchemy.  Because its result processing is not in the way, tables use plain
column types only: Text, Integer, BigInteger, LargeBinary, Float.  Instants are BigInteger milliseconds since 1970 (UTC),
truth values Integer 0/1, JSON is Text.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

DialectName = Literal["sqlite", "postgresql"]


@cache
def _dialect(name: DialectName) -> tuple[sa.Dialect, Any]:
    """How to compile for a database, and its own `insert`.  Imported at first use: PostgreSQL's takes a tenth of a second."""
    if name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.dialect(paramstyle="named"), sqlite.insert
    from sqlalchemy.dialects import postgresql

    return cast(Any, postgresql.dialect)(paramstyle="pyformat"), postgresql.insert


KeyText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point in both databases, so that Python's order and the database's are the same."""

Build = Callable[[Any], Any]
"""Makes a statement from the dialect's own `insert`, for `ON CONFLICT`."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL text for one driver, and the values of the parameters that the statement itself fixes."""

    text: str
    fixed: dict[str, Any]


class Statement:
    """One statement, compiled at its first use for each database.

    `Statement(sa.select(...))`, or `Statement(lambda insert: insert(t).on_conflict_do_nothing())` where the dialect's own
    insert is needed.  `columns` names the columns of a plain `insert` or `update`; each becomes a parameter of that name.
    Parameters are given by name when it runs: `sa.bindparam("x")` is `x=...`.
    """

    __slots__ = ("_build", "_columns", "_compiled")

    def __init__(self, expression: Any, columns: Sequence[str] | None = None) -> None:
        self._build: Build = expression if callable(expression) else lambda _insert: expression
        self._columns = list(columns) if columns is not None else None
        self._compiled: dict[DialectName, Compiled] = {}

    def for_dialect(self, name: DialectName) -> Compiled:
        """The SQL for database `name`."""
        found = self._compiled.get(name)
        if found is None:
            dialect, insert = _dialect(name)
            compiled = self._build(insert).compile(dialect=dialect, column_keys=self._columns)
            given = {key for key, bind in compiled.binds.items() if bind.required}
            fixed = {key: value for key, value in compiled.params.items() if key not in given}
            found = self._compiled[name] = Compiled(str(compiled), fixed)
        return found


class _Listed(sa.ColumnElement[str]):
    """The rows of a JSON list of strings that is passed as one parameter; see `among`."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, parameter: str) -> None:
        self.parameter: sa.BindParameter[str] = sa.bindparam(parameter)


class _Numbered(_Listed):
    """The same, of whole numbers; see `among_numbers`."""

    inherit_cache = False


@compiles(_Listed, "sqlite")
def _listed_sqlite(element: _Listed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.parameter, **kw)}))"


@compiles(_Listed, "postgresql")
def _listed_postgresql(element: _Listed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT jsonb_array_elements_text(CAST({compiler.process(element.parameter, **kw)} AS jsonb)))"


@compiles(_Numbered, "postgresql")
def _numbered_postgresql(element: _Numbered, compiler: SQLCompiler, **kw: Any) -> str:
    listed = f"jsonb_array_elements_text(CAST({compiler.process(element.parameter, **kw)} AS jsonb))"
    return f"(SELECT CAST(number AS bigint) FROM {listed} AS number)"


@compiles(_Numbered, "sqlite")
def _numbered_sqlite(element: _Numbered, compiler: SQLCompiler, **kw: Any) -> str:
    return _listed_sqlite(element, compiler, **kw)


def among(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[bool]:
    """`column IN (...)` for a Text column, over a list of any length passed as one parameter (see `listed`)."""
    return column.bool_op("IN")(_Listed(parameter))


def listed(values: Iterable[str]) -> str:
    """The value of a parameter of `among`."""
    return msgspec.json.encode(list(values)).decode()


def insert_text(table: str, columns: Sequence[str], mark: str) -> str:
    """An INSERT whose values are given by position: `mark` is `?` or `%s`.  Names of our own tables and columns only."""
    names = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join([mark] * len(columns))})"


def among_numbers(column: sa.ColumnElement[int], parameter: str) -> sa.ColumnElement[bool]:
    """The same for a column of whole numbers (see `numbered`); an index of the column is used."""
    return column.bool_op("IN")(_Numbered(parameter))


def numbered(values: Iterable[int]) -> str:
    """The value of a parameter of `among_numbers`."""
    return msgspec.json.encode(list(values)).decode()


class _Member(sa.ColumnElement[str]):
    """A text in a JSON object of texts; see `json_member`."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, column: sa.ColumnElement[str], parameter: str) -> None:
        self.column = column
        self.parameter: sa.BindParameter[str] = sa.bindparam(parameter, type_=sa.Text)


@compiles(_Member, "sqlite")
def _member_sqlite(element: _Member, compiler: SQLCompiler, **kw: Any) -> str:
    column, name = (compiler.process(one, **kw) for one in (element.column, element.parameter))
    return f"(SELECT value FROM json_each({column}) WHERE key = {name})"


@compiles(_Member, "postgresql")
def _member_postgresql(element: _Member, compiler: SQLCompiler, **kw: Any) -> str:
    column, name = (compiler.process(one, **kw) for one in (element.column, element.parameter))
    return f"(CAST({column} AS jsonb) ->> CAST({name} AS text))"


def json_member(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[str]:
    """The member of a Text column that holds a JSON object of texts; `parameter` is its name.  NULL where it is not there."""
    return _Member(column, parameter)
