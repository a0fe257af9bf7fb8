"""`lockstep idp evidence …`."""

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lockstep.cli.idp import app
from lockstep.idp.provisioning.evidence.signing import new_key
from lockstep.kit.problems import Problem
from tests.cli.idp.command import Idp


@pytest.fixture
def ready(idp: Idp) -> Idp:
    idp.make_app()
    idp.become("AB", {"Readers": "A"})
    idp.done("sync", "aws")
    return idp


def test_a_record_is_made_listed_exported_and_verified(ready: Idp, tmp_path: Path) -> None:
    assert "no evidence of aws yet" in ready.problem("evidence", "export", "aws")
    assert "Record 1: both sides are equal." in ready.done("evidence", "make", "aws").out
    ready.become("ABC", {"Readers": "A"})
    ended = ready.run("evidence", "make", "aws")
    assert ended.code == 1
    assert "Record 2: 0 differences at the target, 1 change to come." in ended.out
    listed = ready.done("evidence", "list", "aws").out.splitlines()
    assert [line.split("\t")[2] for line in listed] == ["equal", "not equal (0 differences)"]
    assert listed[0].split("\t")[3] == "2 users, 1 group, 1 membership"
    assert [one["number"] for one in ready.done("evidence", "list", "aws", "--json").all] == [1, 2]

    assert ready.done("evidence", "export", "aws", "--number", "1").one["record"]["number"] == 1
    file = tmp_path / "all.jsonl"
    assert "2 records in" in ready.done("evidence", "export", "aws", "--all", "--out", str(file)).out
    key = ready.file("public", ready.done("evidence", "key").out)
    assert ready.done("evidence", "key", "--json").one["algorithm"] == "Ed25519"
    verify = ("evidence", "verify", str(file))
    assert verified(*verify, "--key", key)[0] == 0
    printed = ready.file("public.json", ready.done("evidence", "key", "--json").out)
    assert verified(*verify, "--key", printed)[0] == 0
    code, out = verified(*verify)
    assert code == 0
    assert "Compare it with lockstep idp evidence key" in out
    ready.usage("evidence", "export", "aws", "--all", "--number", "1")
    assert "no record 9: there are 1 to 2" in ready.problem("evidence", "export", "aws", "--number", "9")


def verified(*words: str) -> tuple[int, str]:
    """`verify` needs no data folder, and takes none."""
    done = CliRunner().invoke(app, [*words], catch_exceptions=False)
    return done.exit_code, done.output


def test_what_was_changed_or_is_of_another_key_or_no_evidence(ready: Idp, tmp_path: Path) -> None:
    ready.done("evidence", "make", "aws")
    file = tmp_path / "one.json"
    ready.done("evidence", "export", "aws", "--out", str(file))
    other = ready.file("other", new_key()[1])
    code, out = verified("evidence", "verify", str(file), "--key", other, "--json")
    assert code == 1
    assert "signed with another key" in out
    file.write_text(file.read_text().replace('"users":2', '"users":3'))
    code, out = verified("evidence", "verify", str(file))
    assert code == 1
    assert "record 1 was changed" in out
    for text in ("", "{}", "[1]", '{"a":' * 100_000, "not json", '{"record": {}, "signature": "", "public_key": ""}'):
        file.write_text(text)
        with pytest.raises(Problem, match="holds no evidence that can be read"):
            verified("evidence", "verify", str(file))
    with pytest.raises(Problem, match=r"--key .* cannot be read"):
        ready.done("evidence", "export", "aws", "--out", str(file))
        verified("evidence", "verify", str(file), "--key", str(tmp_path / "none"))


def test_a_record_that_was_taken_out_of_the_database_is_noticed(ready: Idp) -> None:
    for _ in range(3):
        ready.done("evidence", "make", "aws")
    database = sqlite3.connect(ready.data / "idp.db")
    database.execute("DELETE FROM evidence WHERE number = 2")
    database.commit()
    database.close()
    ended = ready.run("evidence", "list", "aws")
    assert ended.code == 1
    assert "record 3 follows record 1" in ended.err


def test_an_empty_key_file_is_no_key(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    idp.done("sync", "aws")
    idp.done("evidence", "make", "aws")
    file = str(idp.folder / "record.json")
    idp.done("evidence", "export", "aws", "--out", file)
    with pytest.raises(Problem, match="is empty: it holds what lockstep idp evidence key printed"):
        idp.run_plain("evidence", "verify", file, "--key", idp.file("key.txt", "\n"))


@pytest.mark.parametrize("text", ["token", '{"public_key": 1}', "{}", '{"public_key": "AAAA"}', "{nope"])
def test_a_file_without_a_public_key_is_not_taken_for_another_key(ready: Idp, text: str) -> None:
    ready.done("evidence", "make", "aws")
    file = str(ready.folder / "record.json")
    ready.done("evidence", "export", "aws", "--out", file)
    ended = ready.run_bare("evidence", "verify", file, "--key", ready.file("key.txt", text))
    assert ended.code == 1
    assert "holds no public key: it holds what lockstep idp evidence key printed" in ended.err
