"""Fixtures of the identity provider: a ready database, and rosters written down in a test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database
from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite

__all__ = ["each", "empty_file", "postgresql", "shared_postgres", "sqlite"]

WriteFolder = Callable[..., Path]

PEOPLE = (
    "employee_id,user_name,given_name,family_name,display_name,email,department\n"
    "E1,alice@x.example,Alice,Adams,Alice Adams,alice@x.example,Research\n"
    "E2,bob@x.example,Bob,Brown,Bob Brown,bob@x.example,Treasury\n"
    "E3,charlie@x.example,Charlie,Chen,Charlie Chen,charlie@x.example,\n"
)
GROUPS = "group_id,display_name\nG1,Readers\nG2,Writers\n"
MEMBERSHIPS = "group_id,employee_id\nG1,E1\nG1,E2\nG2,E2\n"


@pytest.fixture
def idp(each: Database) -> Database:
    """A database with the tables of the identity provider, once of each kind."""
    return each


@pytest.fixture
def sqlite_idp(empty_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, on SQLite only: for what does not depend on the database."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty_file, tmp_path / "data" / "idp.db")
    database = open_idp(tmp_path / "data", None)
    yield database
    database.close()


@pytest.fixture
def write_folder(tmp_path: Path) -> WriteFolder:
    """Writes a roster folder: what is not named is a small good file, and None leaves a file out."""

    def write(
        *,
        people: str | bytes | None = PEOPLE,
        groups: str | bytes | None = GROUPS,
        memberships: str | bytes | None = MEMBERSHIPS,
        name: str = "roster",
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for file, content in (("people", people), ("groups", groups), ("memberships", memberships)):
            path = folder / f"{file}.csv"
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write
