"""The centre's database, opened and made ready."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lockstep.center.migrations import FOLDER, HEAD
from lockstep.center.schema import metadata
from lockstep.center.storage import NAME, open_center, prepare
from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.migrate import database_version, load_tables
from lockstep.kit.problems import Problem

PROCESSES = 4
OPEN = """
import sys
from pathlib import Path
from lockstep.center.storage import open_center
sys.stdin.readline()
open_center(Path(sys.argv[1]), sys.argv[2] or None).close()
"""


def rows(database: Database, text: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        found: list[tuple[Any, ...]] = connection.raw.execute(text).fetchall()
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str | None]:
    """A data folder that is not there yet, and for PostgreSQL a database."""
    return tmp_path / "data", request.getfixturevalue("postgres_url") if request.param == "postgresql" else None


def test_it_is_made_where_it_was_asked_for(place: tuple[Path, str | None]) -> None:
    data, url = place
    database = open_center(data, url)
    if url is None:
        assert isinstance(database, SqliteDatabase)
        assert database.path == data / f"{NAME}.db"
    else:
        assert isinstance(database, PostgresDatabase)
        assert (database.url, data.exists()) == (url, False)
    database.close()


def test_every_table_is_there_at_the_newest_version(place: tuple[Path, str | None]) -> None:
    load_tables("lockstep.center")
    database = open_center(*place)
    assert database_version(database, FOLDER) == HEAD
    assert len(metadata.tables) > 3
    assert {(name, *rows(database, f"SELECT count(*) FROM {name}")) for name in metadata.tables} == {
        (name, (0,)) for name in metadata.tables
    }
    database.close()


def test_opening_again_keeps_what_is_there(place: tuple[Path, str | None]) -> None:
    first = open_center(*place)
    with first.write() as connection:
        connection.script(["INSERT INTO admins (name, password, created_at) VALUES ('ada', 'x', 0)"])
    first.close()
    second = open_center(*place)
    prepare(second)
    assert rows(second, "SELECT name FROM admins") == [("ada",)]
    second.close()


def test_processes_that_open_a_new_one_together(place: tuple[Path, str | None]) -> None:
    data, url = place
    command = [sys.executable, "-c", OPEN, str(data), url or ""]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    try:
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=120)[1] for process in started]
    finally:
        for process in started:
            process.kill()
    assert [(process.returncode, err) for process, err in zip(started, ended, strict=True)] == [(0, "")] * PROCESSES
    database = open_center(data, url)
    assert database_version(database, FOLDER) == HEAD
    database.close()


def test_a_database_of_a_newer_lockstep_is_a_problem_and_stays(place: tuple[Path, str | None]) -> None:
    database = open_center(*place)
    with database.write() as connection:
        connection.script(["UPDATE center_version SET version_num = '9999'"])
    with pytest.raises(Problem, match="use a Lockstep at least as new"):
        open_center(*place)
    assert database_version(database, FOLDER) == "9999"
    database.close()


@pytest.mark.parametrize("url", ["mysql://host/x", "sqlite:///x.db", ""])
def test_a_url_that_is_not_a_postgresql_one(tmp_path: Path, url: str) -> None:
    with pytest.raises(Problem, match="must start with postgresql://"):
        open_center(tmp_path / "data", url)
    assert list(tmp_path.iterdir()) == []
