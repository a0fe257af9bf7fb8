"""`lockstep idp user …` for one user, several, and all that match; who was deleted; `--where`."""

import pytest

from lockstep.cli.idp import matching
from tests.cli.idp.command import Idp


@pytest.fixture
def ready(idp: Idp) -> Idp:
    idp.become(["E1", "E2", "E3"], {"Cooks": ["E1", "E2"]})
    return idp


def names(idp: Idp, *where: str) -> list[str]:
    words = [word for one in where for word in ("--where", one)]
    return [one["employee_id"] for one in idp.done("users", "--json", *words).all]


def test_who_matches_is_listed(ready: Idp) -> None:
    assert names(ready) == ["E1", "E2", "E3"]
    assert names(ready, "role=Cooks") == ["E1", "E2"]
    assert names(ready, "role=Cooks", "text=e2") == ["E2"]
    assert names(ready, "status=suspended") == []
    assert names(ready, "source=folder", "state=approved") == ["E1", "E2", "E3"]
    assert "keys are text, status" in ready.problem("users", "--where", "colour=red")
    assert "keys are text, status" in ready.problem("users", "--where", "status")
    assert "--where status: 'red' is unknown" in ready.problem("users", "--where", "status=red")
    assert matching.Where


def test_one_is_shown_as_they_are_then(ready: Idp) -> None:
    assert ready.done("user", "lock", "E1").out == "E1@x.example is locked\n"
    assert ready.done("user", "unlock", "E1", "--json").one["status"] == 1
    assert ready.done("user", "reject", "E1", "--json").one["state"] == 2
    assert ready.done("user", "approve", "E1").out == "E1@x.example is approved\n"
    assert ready.done("user", "state", "unlicensed", "E1", "--json").one["state"] == 3
    assert "there is no state 'gone'" in ready.problem("user", "state", "gone", "E1")
    assert "user.bulk_operation" not in ready.done("events").out


def test_log_out(ready: Idp) -> None:
    assert ready.done("user", "logout", "E1").out == "E1@x.example: 0 sessions ended\n"
    assert ready.done("user", "logout", "E1", "--json").one == {"user_name": "E1@x.example", "ended": 0}


def test_several_and_all_that_match(ready: Idp) -> None:
    assert ready.done("user", "suspend", "E1", "E2").out == "2 users suspended\n"
    assert names(ready, "status=suspended") == ["E1", "E2"]
    asked = ready.problem("user", "activate", "--where", "status=suspended")
    assert "2 users would be active: e1@x.example" in asked.lower()
    assert names(ready, "status=suspended") == ["E1", "E2"]
    done = ready.done("user", "activate", "--where", "role=Cooks", "--yes", "--json").one
    assert (done["total"], done["changed"], done["refused"], done["actor"]) == (2, 2, 0, "command line")
    assert ready.done("user", "reactivate", "E1", "E3").out == "0 users active; 2 were like that already\n"
    assert "not both" in ready.problem("user", "lock", "E1", "--where", "role=Cooks")
    assert "not both" in ready.problem("user", "lock")
    assert "nobody was chosen" in ready.problem("user", "lock", "--where", "text=nobody", "--yes")
    listed = ready.done("user", "batches").out.splitlines()
    assert listed[0].split()[2:] == ["activate", "2", "of", "2,", "done", "by", "command", "line"]
    assert [one["action"] for one in ready.done("user", "batches", "--json").all] == ["activate", "activate", "suspend"]


def test_roles_and_groups_of_many(ready: Idp) -> None:
    assert ready.done("user", "add-role", "Cooks", "E1", "E3").out == "1 user put into Cooks; 1 was like that already\n"
    assert ready.done("user", "take-role", "Cooks", "--where", "role=Cooks", "--yes").out == "3 users taken out of Cooks\n"
    assert names(ready, "role=Cooks") == []
    ready.done("group", "create", "Staff")
    assert ready.done("user", "set-group", "Staff", "E1", "E2").out == "2 users in group Staff\n"
    assert names(ready, "group=staff") == ["E1", "E2"]
    assert "there is no group 'Nobody'" in ready.problem("user", "set-group", "Nobody", "E1")
    assert ready.done("user", "set-group", "0", "E1").out == "1 user in no group\n"
    assert "there is no role 'Bakers'" in ready.problem("user", "add-role", "Bakers", "E1")


def test_who_was_deleted_comes_back(ready: Idp) -> None:
    assert "3 users would be deleted" in ready.problem("user", "delete", "E1", "E2", "E3")
    assert ready.done("user", "delete", "E1", "E2", "--yes").out == "2 users deleted\n"
    assert names(ready) == ["E3"]
    assert {one["employee_id"] for one in ready.done("user", "deleted", "--json").all} == {"E1", "E2"}
    assert "e1@x.example" in ready.done("user", "deleted").out.lower()
    assert ready.done("user", "restore", "e1@X.EXAMPLE").out == "E1@x.example is restored\n"
    assert ready.done("user", "restore", "E2", "--json").one["employee_id"] == "E2"
    assert names(ready, "role=Cooks") == ["E1", "E2"]
    assert "was deleted in the last 30 days" in ready.problem("user", "restore", "E3")
