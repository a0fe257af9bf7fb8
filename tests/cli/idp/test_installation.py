"""`lockstep idp installation`, `backup`, `restore`."""

import shutil
from pathlib import Path

import pytest

from lockstep.idp.provisioning.installation import witness
from tests.cli.idp.command import Idp

WAITS = 3


@pytest.fixture
def worn(idp: Idp) -> Idp:
    """An app that has sent somebody."""
    idp.make_app()
    idp.become("A")
    idp.done("sync", "aws")
    return idp


def set_back(idp: Idp) -> None:
    """As if the database were of an earlier day: the witness knows more."""
    file = idp.data / witness.NAME
    said = witness.read(file)
    witness.write(file, said.id, said.mark + 5)


def test_it_says_where_it_is(idp: Idp) -> None:
    assert "No worker has run here yet." in idp.done("installation").out
    idp.make_app()
    idp.become("A")
    idp.done("sync", "aws")
    shown = idp.done("installation", "--json").one
    assert (shown["state"], shown["place"], shown["apps"]) == ("running", str(idp.data.resolve() / "idp.db"), [])
    assert f"Installation {shown['id']} in" in idp.done("installation").out
    assert idp.done("installation", "accept").out == "Nothing was held.\n"


def test_what_waits_and_what_to_do(worn: Idp) -> None:
    set_back(worn)
    for words in (("sync", "aws"), ("evidence", "make", "aws")):
        ended = worn.run(*words)
        assert ended.code == WAITS
        assert "lockstep idp drift aws" in ended.err
    ended = worn.run("installation")
    assert ended.code == WAITS
    assert "Compare with its target: lockstep idp drift aws" in ended.out
    ended = worn.run("app", "start", "--all")
    assert (ended.code, ended.out) == (WAITS, "")
    assert "first lockstep idp drift aws" in ended.err
    assert "let it go: lockstep idp app start aws" in worn.done("drift", "aws").out
    assert "0 differences" in worn.run("installation").out
    assert "aws runs." in worn.done("app", "start", "aws").out
    assert worn.done("sync", "aws", "--json").one["check"]["differences"] == 0
    assert worn.done("installation", "--json").one["state"] == "running"


def test_accepting(worn: Idp) -> None:
    set_back(worn)
    worn.run("sync", "aws")
    ended = worn.run("installation", "accept")
    assert ended.code == WAITS
    assert "--unseen" in ended.err
    assert "Let go: aws." in worn.done("installation", "accept", "--unseen", "--files-change-numbers").out


def test_a_second_witness_is_named_by_the_environment(worn: Idp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "elsewhere.json"
    monkeypatch.setenv("LOCKSTEP_WITNESS", str(file))
    worn.become("AB")
    worn.done("sync", "aws")
    assert witness.read(file).mark == witness.read(worn.data / witness.NAME).mark == 2


def test_a_backup_and_its_way_back(worn: Idp, tmp_path: Path) -> None:
    folder = str(tmp_path / "backup")
    assert "without the key" in worn.done("backup", folder).out
    assert "is not empty" in worn.problem("backup", folder)
    with_key = worn.done("backup", str(tmp_path / "with"), "--with-key", "--json").one
    assert with_key["holds_key"]
    worn.become("AB")
    worn.done("sync", "aws")
    said = worn.done("restore", folder).out
    assert "What was there is in" in said
    assert "Next, for each: lockstep idp drift NAME" in said
    assert worn.run("sync", "aws").code == WAITS
    assert worn.done("drift", "aws", "--json").one["unmatched"] == 1
    assert worn.done("restore", str(tmp_path / "with"), "--json").one["apps"] == ["aws"]
    (worn.data / "key").unlink()
    assert "give the one it was made with, --key-file FILE" in worn.problem("restore", folder)
    worn.done("restore", str(tmp_path / "with"))
    assert (worn.data / "key").read_text() == (tmp_path / "with" / "key").read_text()


def test_a_copied_folder_is_seen_at_once(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    idp.done("sync", "aws")
    copy = idp.folder / "copy"
    shutil.copytree(idp.data, copy)
    shown = idp.run_bare("installation", "--data", str(copy))
    assert shown.code == 3
    assert f" in {copy / 'idp.db'}, " in shown.out
    assert f"The next worker here holds every app: it was in {idp.data / 'idp.db'}" in shown.out
    told = idp.run_bare("installation", "--json", "--data", str(copy)).one
    assert (told["place"], told["found"].startswith("it was in "), told["apps"]) == (str(copy / "idp.db"), True, [])
    assert idp.done("installation", "--json").one["found"] == ""
