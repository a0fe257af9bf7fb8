"""Where a database lies."""

from pathlib import Path

import pytest

from lockstep.idp.provisioning.installation import places
from lockstep.kit.db import Database, SqliteDatabase


def test_it_is_the_same_place_each_time(each: Database) -> None:
    found = places.place_of(each)
    assert found == places.place_of(each)
    if isinstance(each, SqliteDatabase):
        assert found.where == str(each.path.resolve())
        assert found.file.partition("-")[0] == str(each.path.stat().st_ino)
    else:
        assert "of server" in found.where
        assert "unknown" not in found.where
        assert found.line


def test_a_machine_is_known_by_a_digest_of_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "machine-id"
    monkeypatch.setattr(places, "MACHINE_ID", file)
    assert places.machine() == ""
    file.write_text("\n")
    assert places.machine() == ""
    file.write_text("0123456789abcdef0123456789abcdef\n")
    first = places.machine()
    assert first
    assert first not in file.read_text()
    file.write_text("f123456789abcdef0123456789abcdef\n")
    assert places.machine() not in ("", first)


def test_a_file_that_was_made_anew_is_another_one(tmp_path: Path) -> None:
    """A file system gives the number of a file that is gone to the next one."""
    found = []
    for _ in range(3):
        database = SqliteDatabase(tmp_path / "idp.db")
        database.open_raw().close()
        found.append(places.place_of(database))
        database.close()
        (tmp_path / "idp.db").unlink()
    assert len({place.file for place in found}) == 3
