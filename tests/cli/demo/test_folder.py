"""The demo's folder: ours or left alone, never shared, and emptied of nothing but what a demo makes."""

from pathlib import Path

import pytest

from lockstep.cli.demo.folder import MARK, take
from lockstep.kit.problems import Problem


def fill(folder: Path) -> None:
    home = take(folder, keep_company=False)
    for path in (home.idp / "idp.db", home.center / "center.db", home.company / "people.csv"):
        path.parent.mkdir()
        path.write_text("x")
    home.token.write_text("secret")
    home.log("idp").write_text("ready")
    home.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    home = take(tmp_path / "a" / "demo", keep_company=False)
    assert names(home.folder) == [MARK]
    home.close()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    take(tmp_path, keep_company=False).close()


def test_what_an_earlier_demo_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    take(tmp_path, keep_company=False).close()
    assert names(tmp_path) == [MARK, "notes.txt"]


def test_the_company_stays_where_other_people_are_asked_for(tmp_path: Path) -> None:
    fill(tmp_path)
    take(tmp_path, keep_company=True).close()
    assert names(tmp_path) == [MARK, "company"]


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("x")
    demo = tmp_path / "demo"
    take(demo, keep_company=False).close()
    (demo / "idp").symlink_to(elsewhere)
    take(demo, keep_company=False).close()
    assert names(demo) == [MARK]
    assert names(elsewhere) == ["kept"]


@pytest.mark.parametrize("mark", [None, "something else"])
def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path, mark: str | None) -> None:
    (tmp_path / "idp").mkdir()
    if mark is not None:
        (tmp_path / MARK).write_text(mark)
    before = names(tmp_path)
    with pytest.raises(Problem, match="was not made by `lockstep demo`; it is left alone"):
        take(tmp_path, keep_company=False)
    assert names(tmp_path) == before


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(Problem, match="is not a folder"):
        take(file, keep_company=False)


def test_a_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(Problem, match="cannot be"):
        take(file / "demo", keep_company=False)


def test_two_demos_never_share_a_folder(tmp_path: Path) -> None:
    home = take(tmp_path, keep_company=False)
    home.note_processes([11, 12])
    with pytest.raises(Problem, match=r"in use by a demo that still runs \(process 11 12\)"):
        take(tmp_path, keep_company=False)
    home.close()
    take(tmp_path, keep_company=False).close()
