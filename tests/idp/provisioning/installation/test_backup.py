"""Backups: consistent, beside a server, and honest about the key."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from lockstep.idp.provisioning.installation import backup
from lockstep.kit.db import Database, SqliteDatabase
from lockstep.kit.problems import Problem
from lockstep.kit.vault import open_vault
from tests.idp.provisioning.world import World, everyone

NOW = 1_800_000_000_000


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "key"
    open_vault(file, may_create=True)
    return file


def test_it_holds_what_was_committed_and_no_key_unless_asked(sqlite: Database, tmp_path: Path, key: Path) -> None:
    world = World(sqlite)
    world.become(everyone("A", "B"))
    with sqlite.write(), sqlite3.connect(":memory:"):  # somebody is writing meanwhile
        pass
    manifest = backup.make(sqlite, tmp_path / "b", key, NOW, with_key=False)
    assert (manifest["holds_key"], manifest["key_id"]) == (False, backup.key_id(key))
    assert sorted(file.name for file in (tmp_path / "b").iterdir()) == ["idp.db", "manifest.json"]
    assert backup.read_manifest(tmp_path / "b") == manifest
    copy = SqliteDatabase(tmp_path / "b" / "idp.db")
    assert [user[0] for user in copy.open_raw().execute("SELECT employee_id FROM users ORDER BY 1")] == ["A", "B"]
    copy.close()
    assert key.read_text().strip() not in (tmp_path / "b" / "manifest.json").read_text()
    assert [event.notes for event in world.events() if event.type == "installation.backup_made"] == ["without the key"]


def test_with_the_key_it_says_so_and_nobody_else_can_read_it(sqlite: Database, tmp_path: Path, key: Path) -> None:
    manifest = backup.make(sqlite, tmp_path / "b", key, NOW, with_key=True)
    assert manifest["holds_key"]
    assert (tmp_path / "b" / "key").read_text() == key.read_text()
    for file in (tmp_path / "b").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_folder_with_something_in_it_is_left_alone(sqlite: Database, tmp_path: Path, key: Path) -> None:
    backup.make(sqlite, tmp_path / "b", key, NOW, with_key=False)
    before = (tmp_path / "b" / "manifest.json").read_bytes()
    with pytest.raises(Problem, match="is not empty"):
        backup.make(sqlite, tmp_path / "b", key, NOW, with_key=True)
    assert (tmp_path / "b" / "manifest.json").read_bytes() == before
    (tmp_path / "file").write_text("x")
    with pytest.raises(Problem, match="could not be made"):
        backup.make(sqlite, tmp_path / "file", key, NOW, with_key=True)


def test_of_a_server_s_database_it_holds_the_rest(postgresql: Database, tmp_path: Path, key: Path) -> None:
    manifest = backup.make(postgresql, tmp_path / "b", key, NOW, with_key=True)
    assert (manifest["database"], manifest["holds_key"]) == (None, True)
    with pytest.raises(Problem, match="pg_restore"):
        backup.read_manifest(tmp_path / "b")


def test_one_that_is_damaged_or_none_is_not_taken(sqlite: Database, tmp_path: Path, key: Path) -> None:
    with pytest.raises(Problem, match="is not a backup"):
        backup.read_manifest(tmp_path)
    folder = tmp_path / "b"
    manifest = backup.make(sqlite, folder, key, NOW, with_key=False)
    with (folder / "idp.db").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Problem, match="the backup is damaged"):
        backup.read_manifest(folder)
    (folder / "idp.db").unlink()
    with pytest.raises(Problem, match="the backup is damaged"):
        backup.read_manifest(folder)
    (folder / "manifest.json").write_bytes(msgspec.json.encode({**manifest, "format": "another"}))
    with pytest.raises(Problem, match="another format"):
        backup.read_manifest(folder)


def test_a_key_is_named_without_being_told(tmp_path: Path, key: Path) -> None:
    assert backup.key_id(tmp_path / "none") == ""
    name = backup.key_id(key)
    assert len(name) == 16
    assert name not in key.read_text()
    (tmp_path / "no key").write_text("hello")
    with pytest.raises(Problem, match="is not a key"):
        backup.key_id(tmp_path / "no key")
