"""`lockstep idp groups | why`."""

import pytest

from tests.cli.idp.command import Idp


@pytest.fixture
def ready(idp: Idp) -> Idp:
    idp.become(["E1", "E2"], {"Staff": [], "Cooks": ["E1"]})
    idp.done("role", "nest", "Staff", "Cooks")
    idp.make_app()
    return idp


def test_groups_are_listed_with_their_ids(ready: Idp) -> None:
    assert ready.done("groups", "aws").out == ""
    ready.done("plan", "aws", "--json")
    assert [(one["name"], one["state"], one["id_at_target"]) for one in ready.done("groups", "aws", "--json").all] == [
        ("Cooks", "waits", None),
        ("Staff", "waits", None),
    ]
    ready.done("sync", "aws")
    cooks, staff = ready.done("groups", "aws", "--json").all
    assert cooks["last_pushed"] > 0
    del cooks["last_pushed"]
    assert cooks == {
        "name": "Cooks",
        "state": "in step",
        "detail": "",
        "id_at_target": ready.target.id_of("Cooks"),
        "members": 1,
        "wanted": 1,
        "feeders": ["role Cooks"],
        "error": "",
    }
    assert (staff["members"], staff["wanted"]) == (1, 1)
    assert ready.done("groups", "aws").out.splitlines()[0].split() == ["in", "step", "1", "of", "1", "Cooks"]
    assert "no app is called nothing" in ready.problem("groups", "nothing")


def test_why_somebody_is_in_a_group_and_why_not(ready: Idp) -> None:
    ready.done("sync", "aws")
    found = ready.done("why", "aws", "--user", "e1@X.example", "--group", "staff", "--json").one
    assert (found["app"], found["user_name"], found["group"], found["wanted"]) == ("aws", "E1@x.example", "Staff", True)
    assert found["app_because"] == [{"text": "everyone has it", "path": []}]
    assert found["because"] == [{"text": "role Staff, through Cooks", "path": ["Staff", "Cooks"]}]
    there = found["at_target"]
    assert (there["group_id"], there["state"], there["member"]) == (ready.target.id_of("Staff"), "in step", True)
    assert there["user_id"] in ready.target.users
    said = ready.done("why", "aws", "--user", "E1", "--group", "Staff").out.splitlines()
    assert said[:4] == [
        "E1@x.example should be in the group Staff of aws",
        "  has aws because: everyone has it",
        "  in the group because: role Staff, through Cooks",
        "At the target: In the group at the target, as far as is remembered.",
    ]
    said = ready.done("why", "aws", "--user", "E2", "--group", "Staff").out.splitlines()
    assert said[:2] == [
        "E2@x.example should not be in the group Staff of aws",
        "  The person is in none of the roles that feed it: Staff (G-Staff).",
    ]
    assert "there is no user 'nobody'" in ready.problem("why", "aws", "--user", "nobody", "--group", "Staff")
    assert ready.usage("why", "aws", "--user", "E1")
