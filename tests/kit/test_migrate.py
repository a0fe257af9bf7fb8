"""Migrations of both sides, on both databases."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from scripts.migration import FIRST, Refused, write_first, write_next

from lockstep.kit import migrate as kit_migrate
from lockstep.kit.db import Connection, Database, SqliteDatabase
from lockstep.kit.migrate import (
    alembic_config,
    database_version,
    engine_of,
    load_tables,
    migrate,
    version_table,
)
from lockstep.kit.problems import Problem
from tests.support.definitions import Definitions, definitions

SIDES = ("idp", "center")
PROCESSES = 4
VERSION_TABLES = {"idp_version", "center_version", "side_version"}

ENV = """
import sqlalchemy as sa
from lockstep.kit.migrate import run_migrations

metadata = sa.MetaData()
sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
run_migrations(metadata)
"""
CHILDREN = """
sa.Table(
    "children",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("parent", sa.ForeignKey("parents.id", ondelete="CASCADE"), nullable=False),
)
run_migrations(metadata)
"""
START = """
import sys
from importlib import import_module
from pathlib import Path
from lockstep.kit.db import PostgresDatabase, SqliteDatabase
from lockstep.kit.migrate import migrate
side, kind, place = sys.argv[1:]
database = SqliteDatabase(Path(place)) if kind == "sqlite" else PostgresDatabase(place)
migrations = import_module(f"lockstep.{side}.migrations")
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
migrate(database, migrations.FOLDER, migrations.HEAD)
database.close()
"""


def bring_up(side: str, database: Database) -> None:
    migrations = import_module(f"lockstep.{side}.migrations")
    migrate(database, migrations.FOLDER, migrations.HEAD)


def tables_of(side: str) -> sa.MetaData:
    load_tables(f"lockstep.{side}")
    metadata: sa.MetaData = import_module(f"lockstep.{side}.schema").metadata
    return metadata


def folder_of(side: str) -> Path:
    folder: Path = import_module(f"lockstep.{side}.migrations").FOLDER
    return folder


def defined(database: Database) -> Definitions:
    with engine_of(database).begin() as connection:
        return definitions(connection, without=VERSION_TABLES)


def table_names(database: Database) -> set[str]:
    return {name for _, name, _ in defined(database)}


@pytest.mark.parametrize("side", SIDES)
def test_head_is_the_newest_version(side: str) -> None:
    migrations = import_module(f"lockstep.{side}.migrations")
    script = ScriptDirectory.from_config(alembic_config(migrations.FOLDER))
    assert script.get_heads() == [migrations.HEAD]


@pytest.mark.parametrize("side", SIDES)
def test_an_empty_database_gets_the_tables_of_the_metadata(side: str, each_database: Database) -> None:
    bring_up(side, each_database)
    with engine_of(each_database).begin() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": version_table(folder_of(side))})
        assert compare_metadata(context, tables_of(side)) == []


@pytest.mark.parametrize("side", SIDES)
def test_a_migrated_database_is_defined_as_one_made_from_the_metadata(
    side: str, each_database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """To the letter: checks, collations, partial indexes and options too, which Alembic does not compare."""
    bring_up(side, each_database)
    migrated = defined(each_database)
    engine = engine_of(each_database)
    with engine.begin() as connection:
        tables_of(side).drop_all(connection)
        tables_of(side).create_all(connection)
    assert migrated == defined(each_database)


@pytest.mark.parametrize("side", SIDES)
def test_processes_that_start_together_on_an_empty_database(side: str, each_database: Database) -> None:
    place = str(each_database.path) if isinstance(each_database, SqliteDatabase) else getattr(each_database, "url", "")
    command = [sys.executable, "-c", START, side, each_database.dialect, place]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=60) for process in started]
    assert [(process.returncode, error) for process, (_, error) in zip(started, ends, strict=True)] == [(0, "")] * PROCESSES
    assert database_version(each_database, folder_of(side)) == import_module(f"lockstep.{side}.migrations").HEAD
    assert table_names(each_database) >= set(tables_of(side).tables)


def test_migrating_again_does_nothing(each_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_up("idp", each_database)
    before = defined(each_database)

    def unexpected(*_: Any) -> None:
        raise AssertionError("Alembic was asked although the version is the newest")

    monkeypatch.setattr(kit_migrate, "engine_of", unexpected)
    bring_up("idp", each_database)
    assert defined(each_database) == before


def test_no_side_takes_the_version_of_the_other_for_its_own(each_database: Database) -> None:
    bring_up("idp", each_database)
    assert database_version(each_database, folder_of("center")) is None


def test_an_up_to_date_database_costs_no_import_of_alembic(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "made.db")
    bring_up("idp", database)
    database.close()
    code = START + "\nassert 'alembic' not in sys.modules\n"
    command = [sys.executable, "-c", code, "idp", "sqlite", str(database.path)]
    assert subprocess.run(command, input="go\n", capture_output=True, text=True, check=False).stderr == ""


@pytest.fixture
def own_versions(tmp_path: Path) -> Path:
    """A folder of versions with a first one."""
    folder = tmp_path / "100% own" / "side" / "migrations"
    (folder / "versions").mkdir(parents=True)
    template = import_module("lockstep.idp.migrations").FOLDER / "script.py.mako"
    (folder / "script.py.mako").write_text(template.read_text())
    (folder / "__init__.py").write_text('HEAD = ""\n')
    (folder / "env.py").write_text(ENV)
    write_first(folder)
    return folder


def test_a_first_version_is_written_anew_until_there_is_a_second(own_versions: Path) -> None:
    text = (own_versions / "versions" / "0001_first.py").read_text()
    assert 'op.create_table("parents"' in text
    write_first(own_versions)
    assert (own_versions / "versions" / "0001_first.py").read_text() == text
    (own_versions / "env.py").write_text(ENV.replace("run_migrations(metadata)\n", CHILDREN))
    assert write_next(own_versions, "children, too").name == "0002_children_too.py"
    assert (own_versions / "__init__.py").read_text() == 'HEAD = "0002"\n'
    with pytest.raises(Refused, match="MESSAGE"):
        write_first(own_versions)


def test_a_first_version_that_cannot_be_written_leaves_the_old_one(own_versions: Path) -> None:
    before = (own_versions / "versions" / "0001_first.py").read_text()
    (own_versions / "env.py").write_text("raise RuntimeError('broken')")
    with pytest.raises(RuntimeError, match="broken"):
        write_first(own_versions)
    assert (own_versions / "versions" / "0001_first.py").read_text() == before


def test_a_next_version_needs_a_first(own_versions: Path) -> None:
    (own_versions / "versions" / "0001_first.py").unlink()
    with pytest.raises(Refused, match="no first version"):
        write_next(own_versions, "more")


def next_version(folder: Path, *statements: str) -> None:
    """A version 0002 that runs `statements`."""
    lines = [f"    op.execute({statement!r})" for statement in statements]
    head = ["from alembic import op", 'revision = "0002"', f'down_revision = "{FIRST}"', "def upgrade():"]
    (folder / "versions" / "0002_next.py").write_text("\n".join(head + lines))


def test_versions_run_one_after_the_other(own_versions: Path, each_database: Database) -> None:
    migrate(each_database, own_versions, FIRST)
    assert database_version(each_database, own_versions) == FIRST
    next_version(own_versions, "CREATE TABLE later (id INTEGER)")
    migrate(each_database, own_versions, "0002")
    assert database_version(each_database, own_versions) == "0002"
    assert table_names(each_database) >= {"parents", "later"}


def test_a_migration_that_fails_leaves_the_database_as_it_was(own_versions: Path, each_database: Database) -> None:
    next_version(own_versions, "CREATE TABLE later (id INTEGER)", "NONSENSE")
    with pytest.raises(sa.exc.DBAPIError):
        migrate(each_database, own_versions, "0002")
    assert database_version(each_database, own_versions) is None
    assert defined(each_database) == set()


def test_a_migration_may_replace_a_table_that_others_refer_to(own_versions: Path, tmp_path: Path) -> None:
    database = two_tables(own_versions, tmp_path)
    copy = ("CREATE TABLE copied (id INTEGER PRIMARY KEY)", "INSERT INTO copied SELECT id FROM parents")
    next_version(own_versions, *copy, "DROP TABLE parents", "ALTER TABLE copied RENAME TO parents")
    migrate(database, own_versions, "0002")
    with database.read() as connection:
        assert connection.raw.execute("SELECT id, parent FROM children").fetchall() == [(1, 1)]
    database.close()


def test_a_migration_may_not_leave_rows_that_refer_to_nothing(own_versions: Path, tmp_path: Path) -> None:
    database = two_tables(own_versions, tmp_path)
    next_version(own_versions, "DELETE FROM parents")
    with pytest.raises(RuntimeError, match="refer to nothing"):
        migrate(database, own_versions, "0002")
    assert database_version(database, own_versions) == FIRST
    database.close()


def two_tables(folder: Path, tmp_path: Path) -> SqliteDatabase:
    (folder / "env.py").write_text(ENV.replace("run_migrations(metadata)\n", CHILDREN))
    write_first(folder)
    database = SqliteDatabase(tmp_path / "two.db")
    migrate(database, folder, FIRST)
    with database.write() as connection:
        connection.script(["INSERT INTO parents VALUES (1)", "INSERT INTO children VALUES (1, 1)"])
    return database


def test_a_database_of_a_newer_lockstep_is_left_alone(own_versions: Path, each_database: Database) -> None:
    next_version(own_versions, "CREATE TABLE later (id INTEGER)")
    migrate(each_database, own_versions, "0002")
    (own_versions / "versions" / "0002_next.py").unlink()
    with pytest.raises(Problem, match="version 0002, and this Lockstep knows versions up to 0001"):
        migrate(each_database, own_versions, FIRST)
    assert database_version(each_database, own_versions) == "0002"


class _Gone(Database):
    """A database that cannot be reached."""

    @contextmanager
    def read(self, serial: str | None = None) -> Iterator[Connection]:
        raise psycopg.OperationalError(f"connection refused, {serial}")
        yield

    snapshot = read
    write = read

    def close(self) -> None:
        """There is nothing to close."""


def test_a_server_that_does_not_answer_is_not_taken_for_a_new_database() -> None:
    with pytest.raises(psycopg.OperationalError, match="refused"):
        database_version(_Gone(), folder_of("idp"))
