"""What `lockstep idp app rule …` prints of rules that set more than Groups, and of whom they touch."""

import pytest

from tests.cli.idp.command import Idp

RULE = ("app", "rule", "aws")
PEOPLE = {
    "people.csv": "employee_id,user_name,given_name,family_name,display_name,email,department\n"
    "a,ann@example.com,Ann,A,Ann A,ann@example.com,Sales\nb,ben@example.com,Ben,B,Ben B,ben@example.com,Research\n",
    "groups.csv": "group_id,display_name\ng,AWS-Admins\nh,Cooks\n",
    "memberships.csv": "group_id,employee_id\ng,a\nh,b\n",
}


@pytest.fixture
def made(idp: Idp) -> Idp:
    """People, roles and an app."""
    folder = idp.folder / "people"
    folder.mkdir()
    for name, text in PEOPLE.items():
        (folder / name).write_text(text, encoding="utf-8")
    idp.done("import", str(folder))
    idp.make_app()
    return idp


def test_other_parameters_than_groups(made: Idp) -> None:
    made.done(*RULE, "--add", "titles", "--set", "title", "--value", "Boss", "--value", "Cook")
    added = made.done(
        *RULE, "--add", "names", "--set", "nickName", "--macro", "{firstname} of {department}", "--if", "title equals "
    )
    assert added.out.splitlines()[:3] == [
        "1\ttitles\tEveryone who has the app\tSet title in aws: Boss, Cook",
        "2\tnames\ttitle equals “”\tSet nickName in aws: {firstname} of {department}",
        "No rule sets Groups, so each role is the group of its name.",
    ]
    assert made.done(*RULE, "--preview").out.splitlines() == [
        "set nickName\t2 people: ann@example.com: – → Ann of Sales, ben@example.com: – → Ben of Research",
        "set title\t2 people: ann@example.com: – → Boss;Cook, ben@example.com: – → Boss;Cook",
        "0 groups would change, 2 groups would stay as before.",
    ]
    assert [one["parameter"] for one in made.done(*RULE, "--preview", "--json").one["values"]] == ["nickName", "title"]
    assert made.done(*RULE, "--user", "a").out.splitlines() == [
        "ann@example.com: AWS-Admins",
        "  nickName: Ann of Sales (by names)",
        "  title: Boss;Cook (by titles)",
        "  titles: decides (title: Boss;Cook)",
        "  names: decides (nickName: Ann of Sales)",
    ]
    assert made.done(*RULE, "--user", "a", "--json").one["values"] == {"nickName": ["Ann of Sales"], "title": ["Boss", "Cook"]}
    made.done(*RULE, "--apply")
    made.done("sync", "aws")
    assert {one["title"] for one in made.target.users.values()} == {"Boss;Cook"}
    assert "The app has no such parameter" in made.problem(*RULE, "--add", "x", "--set", "shoes", "--value", "x")


def test_whom_a_rule_touches(made: Idp) -> None:
    made.done(*RULE, "--add", "sales", "--value", "Sellers", "--if", "department equals Sales")
    made.done(*RULE, "--add", "all", "--set", "groups", "--value", "Staff")
    assert made.done(*RULE, "--touches", "sales").out.splitlines() == [
        "ann@example.com\tGroups: Sellers (a later rule wins)",
        "sales touches 1 person.",
    ]
    found = made.done(*RULE, "--touches", "2", "--json").all
    assert [one["user_name"] for one in found] == ["ann@example.com", "ben@example.com"]
    assert found[0]["sets"] == [{"parameter": "groups", "value": "Staff", "decides": True}]
