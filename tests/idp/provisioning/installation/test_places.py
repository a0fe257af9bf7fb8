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
        assert found.file == str(each.path.stat().st_ino)
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
