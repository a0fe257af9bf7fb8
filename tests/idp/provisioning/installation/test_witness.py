"""The witness file."""

from pathlib import Path

import pytest

from lockstep.idp.provisioning.installation import witness
from lockstep.idp.provisioning.installation.records import Written
from lockstep.kit.db import Database, SqliteDatabase
from lockstep.kit.problems import Problem


def test_it_says_what_was_written_last(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    for mark in (1, 99, 2**60, 3):
        witness.write(file, "a" * 32, mark)
        assert witness.read(file) == Written(str(file), "a" * 32, mark)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"installation": "x"}', b'{"installation": "x", "mark": "y"}'])
def test_one_that_is_missing_or_damaged_says_nothing(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "w.json"
    if content is not None:
        file.write_bytes(content)
    assert witness.read(file) == Written(str(file))


def test_one_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be written, so nothing is sent"):
        witness.write(tmp_path / "no folder" / "w.json", "x", 1)


def test_where_they_are(each: Database, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    found = witness.files_of(each, tmp_path, outside)
    beside = each.path.parent if isinstance(each, SqliteDatabase) else tmp_path
    assert found == (beside / "idp-installation.json", outside)
