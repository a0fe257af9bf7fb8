"""A restored backup, and a copy: nothing is sent before somebody has looked, and then nobody is made twice."""

import shutil
from pathlib import Path

import pytest

from tests.pair.both import Both
from tests.pair.equality import differences
from tests.pair.rosters import Roster, small
from tests.support.idp import APP, Idp
from tests.support.processes import lockstep

DONE, PROBLEM, WAITS = 0, 1, 3


def company(*more: str) -> Roster:
    keys = ["E1", "E2", "E3", *more]
    return small(" ".join(keys), {"Readers": " ".join(keys), "Writers": "E2"})


def stopped(both: Both) -> Path:
    """The identity provider's folder, with nobody at work in it."""
    both.idp.db.close()
    return both.idp.folder


def again(both: Both, folder: Path) -> None:
    """Start the identity provider in a folder."""
    both.idp = Idp(folder)


def look_and_let_go(both: Both, count: int, unmatched: int) -> None:
    shown = both.command("installation", "--json").ended(WAITS).json
    assert (shown["state"], [app["name"] for app in shown["apps"]]) == ("held", [APP])
    assert "lockstep idp drift aws" in both.command("app", "start", APP).ended(WAITS).err
    found = both.command("drift", APP, "--json").ended(DONE).json
    assert (len(found["differences"]), found["unmatched"]) == (count, unmatched)
    assert both.command("installation", "--json").ended(WAITS).json["apps"][0]["comparison"]["count"] == count
    assert both.writes() == 0, "a comparison changes nothing"
    both.command("app", "start", APP).ended(DONE)


def test_a_restored_backup_sends_nothing_until_it_was_looked_at(both: Both) -> None:
    both.begin(company(), "adopt=adopt")
    both.command("backup", str(both.folder / "backup"), "--json").ended(DONE)
    both.take(company("E4", "E5"))
    both.idp.change("E1", title="Head")
    both.sync()
    people = {user["externalId"]: user["id"] for user in both.held().users}
    folder = stopped(both)
    lockstep("idp", "restore", str(both.folder / "backup"), "--data", str(folder)).ended(DONE)
    again(both, folder)
    both.writes()

    both.take(company("E4", "E5"))  # what the directory brings in next would make both again
    ended = both.command("sync", APP, "--json").ended(WAITS)
    assert "restored from a backup" in ended.err
    assert both.command("plan", APP, "--json").ended(DONE).json["requests"] > 0, "everything else works"
    assert both.writes() == 0

    # E1's title, two members of Readers; two people it does not know.
    look_and_let_go(both, 3, 2)
    both.idp.sync()
    after = {user["externalId"]: user["id"] for user in both.held().users}
    assert after == people, "somebody was made twice, or made again"
    both.assert_equal(company("E4", "E5"))


@pytest.mark.parametrize("what", ["file", "folder"])
def test_files_that_were_put_back_by_hand_are_seen(both: Both, what: str) -> None:
    """Without our command: the database alone beside the witness of later days, or everything as it was."""
    both.begin(company(), "adopt=adopt")
    folder = stopped(both)
    saved = both.folder / "saved"
    shutil.copytree(folder, saved)
    again(both, folder)
    both.take(company("E4"))
    both.sync()
    stopped(both)
    if what == "folder":
        shutil.rmtree(folder)
        shutil.copytree(saved, folder)
    else:
        shutil.copy(saved / "idp.db", folder / "idp.db")  # in its place: the file keeps its number
    again(both, folder)
    both.take(company("E4"))
    both.writes()
    ended = both.command("sync", APP).ended(WAITS)
    assert "backup was restored" in ended.err
    assert both.writes() == 0
    look_and_let_go(both, 1, 1)
    both.idp.sync()
    both.assert_equal(company("E4"))


def test_a_copied_folder_does_not_work_beside_the_original(both: Both) -> None:
    both.begin(company())
    copy = shutil.copytree(both.idp.folder, both.folder / "copy")
    both.writes()
    words = ("--data", str(copy))
    lockstep("idp", "user", "change", "e1@x.example", "title=Copied", *words).ended(DONE)
    ended = lockstep("idp", "sync", APP, *words).ended(WAITS)
    assert "copied, or moved" in ended.err
    assert both.writes() == 0
    roster = company()
    roster.people["E1"]["title"] = "Original"
    both.idp.change("E1", title="Original")
    both.sync()
    both.assert_equal(roster)


def test_a_folder_that_was_renamed_goes_on(both: Both) -> None:
    both.begin(company())
    folder = stopped(both)
    moved = folder.rename(folder.with_name("moved"))
    again(both, moved)
    both.take(company("E4"))
    both.sync()
    both.assert_equal(company("E4"))
    assert both.command("installation", "--json").ended(DONE).json["place"] == str(moved / "idp.db")


def test_who_has_moved_it_says_so(both: Both) -> None:
    """To another disk: the file has another number, so this could be a copy."""
    both.begin(company())
    folder = stopped(both)
    moved = Path(shutil.copytree(folder, folder.with_name("moved")))
    shutil.rmtree(folder)
    again(both, moved)
    both.command("sync", APP).ended(WAITS)
    assert "--unseen" in both.command("installation", "accept").ended(WAITS).err
    both.command("installation", "accept", "--unseen").ended(DONE)
    both.take(company("E4"))
    assert both.idp.sync()["check"]["differences"] == 0
    assert differences(company("E4"), both.held()) == []


def test_evidence_says_that_both_sides_are_equal_and_where_not(both: Both) -> None:
    roster = company()
    both.begin(roster)
    result = both.command("evidence", "make", APP, "--json").ended(DONE).json
    assert (result["equal"], result["requests"]) == (True, result["floor"])
    user = both.held().user_ids()["E1"]
    both.tenant.scim.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "Meddled"})
    both.command("evidence", "make", APP, "--json").ended(PROBLEM)
    file, key = both.folder / "evidence.jsonl", both.folder / "public"
    both.command("evidence", "export", APP, "--all", "--out", str(file)).ended(DONE)
    key.write_text(both.command("evidence", "key").ended(DONE).out)
    good = lockstep("idp", "evidence", "verify", str(file), "--key", str(key), "--json").ended(DONE).json
    assert good == {"ok": True, "problems": [], "records": 2, "equal": False}
    file.write_text(file.read_text().replace('"equal":false', '"equal":true'))
    assert "record 2 was changed" in lockstep("idp", "evidence", "verify", str(file)).ended(PROBLEM).err
