"""`lockstep idp mapping …`."""

from pathlib import Path

import pytest

from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Target

PENDING = "Not in force yet."


@pytest.fixture
def idp(tmp_path: Path) -> Idp:
    made = Idp(tmp_path, Target(lambda: 0))
    made.become(["E1", "E2"], {"Staff": ["E1"], "Cooks": []})
    made.done("user", "change", "E1", "department=Kitchen")
    return made


def _roles(idp: Idp) -> dict[str, list[str]]:
    return {one["name"]: one["members"] for one in idp.done("roles", "--json").all}


def test_a_mapping_is_added_looked_at_and_let_be_in_force(idp: Idp) -> None:
    assert idp.done("mapping", "list").out == "There are no mappings.\n"
    added = idp.done(
        *("mapping", "add", "Kitchen", "--if", "department equals Kitchen|Bar", "--role", "Cooks"),
        *("--set", "title={firstname} cooks", "--set", "custom.desk=K", "--status", "Suspended"),
    )
    assert added.out.startswith(f"Kitchen is added. {PENDING} Whom it would change: lockstep idp mapping preview.")
    line, pending = idp.done("mapping", "list").out.splitlines()
    assert line.split("\t") == [
        "1",
        "Kitchen",
        "department equals “Kitchen” or “Bar”",
        "Set Role: Cooks; Set Status: Suspended; Set Title: {firstname} cooks; Set desk: K",
    ]
    assert pending.startswith(PENDING)
    assert idp.done("mapping", "who", "Kitchen", "--json").one == {"people": 1, "first": ["E1@x.example"]}
    assert idp.done("mapping", "who", "1").out == "1 person\n  E1@x.example\n"
    seen = idp.done("mapping", "preview", "--json").one
    assert (seen["pending"], seen["people"], seen["changed"], seen["entered"], seen["values"]) == (True, 2, 1, 1, 3)
    [first] = seen["first"]
    assert (first["user_name"], first["roles_added"]) == ("E1@x.example", ["Cooks"])
    assert first["values"]["status"] == {"before": "1", "after": "2"}
    assert "1 of 2 people would change:" in idp.done("mapping", "preview").out
    tested = idp.done("mapping", "test", "E2", "--json").one
    assert tested["mappings"] == [{"mapping": "Kitchen", "applies": False, "conditions": [False]}]
    assert idp.done("mapping", "test", "E1").out.splitlines()[:2] == ["applies         Kitchen", "  status: 1 → 2"]
    assert _roles(idp)["Cooks"] == []
    assert idp.done("mapping", "apply").out == "The mappings are in force; 1 person changed.\n"
    assert _roles(idp)["Cooks"] == ["E1@x.example"]
    assert idp.done("mapping", "apply", "--json").one == {"changed": 0}


def test_mappings_are_sorted_switched_deleted_and_thrown_away(idp: Idp) -> None:
    idp.done("mapping", "add", "One", "--role", "Cooks")
    idp.done("mapping", "add", "Two", "--set", "title=T", "--any")
    assert [one["name"] for one in idp.done("mapping", "move", "Two", "--to", "1", "--json").all] == ["Two", "One"]
    idp.done("mapping", "apply")
    assert "One is disabled." in idp.done("mapping", "disable", "One").out
    assert [one["in_force"] for one in idp.done("mapping", "list", "--json").all] == [True, False]
    assert idp.done("mapping", "enable", "2", "--json").one["enabled"] is True
    assert "Two is deleted." in idp.done("mapping", "remove", "Two").out
    idp.done("mapping", "apply")
    assert _roles(idp)["Cooks"] == ["E1@x.example", "E2@x.example"]
    idp.done("mapping", "remove", "One")
    assert "1\tOne\tEveryone\tSet Role: Cooks\n" in idp.done("mapping", "discard").out


def test_what_cannot_be_is_said(idp: Idp) -> None:
    assert "there is no mapping of the name One; there are: none" in idp.problem("mapping", "remove", "One")
    assert "there is no role 'Nothing'" in idp.problem("mapping", "add", "m", "--role", "Nothing")
    assert "write FIELD=VALUE" in idp.problem("mapping", "add", "m", "--set", "title")
    assert "Say what the mapping does." in idp.problem("mapping", "add", "m")
    assert "Choose one of the list." in idp.problem("mapping", "add", "m", "--set", "user_name=x")
    assert idp.done("mapping", "list").out == "There are no mappings.\n"
