"""`lockstep idp role nest | unnest | show`."""

from pathlib import Path

import pytest

from tests.cli.idp.command import Idp
from tests.idp.provisioning.target import Target


@pytest.fixture
def idp(tmp_path: Path) -> Idp:
    made = Idp(tmp_path, Target(lambda: 0))
    made.become(["E1", "E2", "E3"], {"Staff": ["E1"], "Cooks": ["E2"], "Sauciers": ["E2", "E3"]})
    return made


def test_a_role_goes_into_another_and_out_again(idp: Idp) -> None:
    assert idp.done("role", "nest", "Staff", "Cooks").out == "role Cooks is in role Staff\n"
    assert idp.done("role", "nest", "G-Staff", "Cooks").out == "role Cooks was in role Staff already\n"
    assert idp.done("role", "nest", "Cooks", "Sauciers", "--json").one == {"nested": True}
    assert [(one["name"], one["members"], one["contains"]) for one in idp.done("roles", "--json").all] == [
        ("Cooks", ["E2@x.example"], ["G-Sauciers"]),
        ("Sauciers", ["E2@x.example", "E3@x.example"], []),
        ("Staff", ["E1@x.example"], ["G-Cooks"]),
    ]
    assert "members  Staff  (contains G-Cooks)\n" in idp.done("roles").out
    assert idp.done("role", "unnest", "Staff", "Cooks").out == "role Cooks is not in role Staff any more\n"
    assert idp.done("role", "unnest", "Staff", "Cooks", "--json").one == {"unnested": False}


def test_a_role_is_shown_with_the_way_each_member_came(idp: Idp) -> None:
    idp.done("role", "nest", "Staff", "Cooks")
    idp.done("role", "nest", "Cooks", "Sauciers")
    found = idp.done("role", "show", "Staff", "--json").one
    assert (found["group_id"], found["contains"]) == ("G-Staff", [{"group_id": "G-Cooks", "name": "Cooks"}])
    assert found["members"] == [
        {"user_name": "E1@x.example", "through": []},
        {"user_name": "E2@x.example", "through": [["Cooks"], ["Cooks", "Sauciers"]]},
        {"user_name": "E3@x.example", "through": [["Cooks", "Sauciers"]]},
    ]
    assert idp.done("role", "show", "Cooks").out.splitlines() == [
        "Cooks (G-Cooks)",
        "Contains: Sauciers (G-Sauciers)",
        "Contained in: Staff (G-Staff)",
        "  E2@x.example  through Sauciers",
        "  E3@x.example  through Sauciers",
    ]


def test_what_cannot_be_is_said(idp: Idp) -> None:
    idp.done("role", "nest", "Staff", "Cooks")
    chain = "Cooks (G-Cooks) → Staff (G-Staff) → Cooks (G-Cooks)"
    assert idp.problem("role", "nest", "Cooks", "Staff") == (
        f"Staff (G-Staff) cannot be put into Cooks (G-Cooks): it would be inside itself: {chain}"
    )
    assert "there is no role 'Nothing'" in idp.problem("role", "nest", "Cooks", "Nothing")
    assert "there is no role 'Nothing'" in idp.problem("role", "show", "Nothing")
    assert idp.usage("role", "nest", "Cooks")


def test_an_import_neither_nests_by_parent_id_nor_takes_a_nesting_away(idp: Idp) -> None:
    idp.done("role", "nest", "Staff", "Cooks")
    folder = idp.folder / "roster"
    (folder / "groups.csv").write_text("group_id,display_name,parent_id\nG-Staff,Staff,\nG-Cooks,Cooks,\nG-New,New,G-Staff\n")
    (folder / "memberships.csv").write_text("group_id,employee_id\nG-New,E1\n")
    idp.done("import", str(folder))
    assert idp.done("role", "show", "Staff", "--json").one["contains"] == [{"group_id": "G-Cooks", "name": "Cooks"}]
