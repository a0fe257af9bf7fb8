"""Opening the centre for a command, and who is said to have asked."""

import getpass
import sqlite3
from pathlib import Path

import pytest

from lockstep.center.events import Operation
from lockstep.cli.center.opened import call, opened
from lockstep.kit.clock import now_ms
from lockstep.kit.db import SqliteDatabase
from lockstep.kit.problems import Problem


def test_the_database_is_ready_and_is_closed_afterwards(tmp_path: Path) -> None:
    with opened(tmp_path, None, None) as database:
        assert isinstance(database, SqliteDatabase)
        assert database.path == tmp_path / "center.db"
        with database.read() as connection:
            assert connection.raw.execute("SELECT count(*) FROM instances").fetchone() == (0,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.raw.execute("SELECT 1")


def test_it_is_closed_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(LookupError), opened(tmp_path, None, None) as database, database.read() as connection:
        raise LookupError
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.raw.execute("SELECT 1")


def test_a_place_has_to_be_named() -> None:
    with pytest.raises(Problem, match="say where the data is"), opened(None, None, None):
        pass


def test_a_call_names_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    before = now_ms()
    made = call(Operation.CREATE_INSTANCE, name="corp")
    assert (made.operation, made.actor, made.parameters) == (Operation.CREATE_INSTANCE, "command line: ada", {"name": "corp"})
    assert before <= made.at <= now_ms()


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_an_account_without_a_name(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert call(Operation.CREATE_INSTANCE).actor == "command line: unknown"
