"""`lockstep idp app rule …`: what it prints, how it ends."""

import json

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


def test_without_rules(made: Idp) -> None:
    assert made.done(*RULE).out == "aws has no rules: each role is the group of its name.\n"
    assert made.done(*RULE, "--json").all == []


def test_a_rule_is_added_tried_shown_and_applied(made: Idp) -> None:
    said = made.done(
        *RULE,
        "--add",
        "strip",
        "--matching",
        "AWS-(.*)",
        "--if",
        "role does not equal Cooks",
        "--if",
        "department equals Sales|Ops",
    )
    assert said.out.splitlines() == [
        "1\tstrip\trole does not equal “Cooks” and department equals “Sales” or “Ops”\t"
        "Set Groups in aws: for each role with value that matches AWS-(.*)",
        "Not applied yet. What would change: lockstep idp app rule aws --preview",
        "Apply: lockstep idp app rule aws --apply",
    ]
    assert made.done(*RULE, "--preview").out.splitlines() == [
        "rename AWS-Admins to Admins\t1 member after: 0 come, 0 go",
        "delete Cooks\t0 members after: 0 come, 1 go",
        "2 groups would change, 0 groups would stay as before.",
    ]
    shown = made.done(*RULE, "--preview", "--json").one
    assert (shown["pending"], shown["people"], len(shown["groups"])) == (True, 1, 2)
    assert made.done(*RULE, "--user", "ann@example.com").out.splitlines() == [
        "ann@example.com: Admins",
        "  strip: decides (Admins)",
    ]
    ben = made.done(*RULE, "--user", "b", "--json").one
    assert (ben["groups"], ben["has_app"], ben["rules"][0]["conditions"]) == ([], True, [False, False])
    assert made.done(*RULE, "--json").one["applied"] is False
    assert "Not applied" not in made.done(*RULE, "--apply").out
    assert made.done(*RULE, "--json").one["applied"] is True
    made.done("sync", "aws")
    assert made.target.teams() == {"Admins": {"ann@example.com"}}


def test_order_state_removal_and_discard(made: Idp) -> None:
    made.done(*RULE, "--add", "one", "--group", "Staff", "--group", "Guests")
    made.done(
        *RULE,
        "--add",
        "two",
        "--for-each",
        "department",
        "--matching",
        ".*",
        "--if",
        "department equals X",
        "--if",
        "title equals Y",
        "--any",
    )
    made.done(*RULE, "--apply")
    made.done(*RULE, "--move", "two")
    made.done(*RULE, "--disable", "2")
    assert [(one["place"], one["name"], one["enabled"]) for one in made.done(*RULE, "--json").all] == [
        (1, "two", True),
        (2, "one", False),
    ]
    made.done(*RULE, "--enable", "one")
    assert made.done(*RULE, "--remove", "two").out.startswith(
        "1\tone\tEveryone who has the app\tSet Groups in aws: Staff, Guests\n"
    )
    assert [one["name"] for one in made.done(*RULE, "--discard", "--json").all] == ["one", "two"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--add", "x", "--matching", "(a"), "This pattern cannot be used"),
        (("--add", "x", "--matching", "a", "--if", "department is Sales"), "write ATTRIBUTE OPERATOR VALUE"),
        (("--add", "x", "--matching", "a", "--if", "role equals Nobody"), "no role is called Nobody"),
        (("--remove", "x"), "aws has no rule of the name x; there are: none"),
        (("--user", "nobody"), "nobody"),
    ],
)
def test_problems(made: Idp, words: tuple[str, ...], said: str) -> None:
    assert said in made.problem(*RULE, *words)
    assert made.done(*RULE, "--json").all == []


@pytest.mark.parametrize(
    "words",
    [
        ("--add", "x"),
        ("--matching", "a"),
        ("--add", "x", "--matching", "a", "--group", "b"),
        ("--apply", "--discard"),
        ("--add", "x", "--macro", "a", "--value", "b"),
        ("--export", "--touches", "x"),
    ],
)
def test_usage(made: Idp, words: tuple[str, ...]) -> None:
    made.usage(*RULE, *words)


def test_rules_as_onelogin_writes_them(made: Idp) -> None:
    made.done(*RULE, "--add", "first", "--matching", "AWS-(.*)", "--if", "role does not equal Cooks")
    [sent] = made.done(*RULE, "--export").all
    assert sent["conditions"] == [{"source": "has_role", "operator": "rin", "value": sent["conditions"][0]["value"]}]
    file = made.folder / "rule.json"
    file.write_text(json.dumps({**sent, "name": "changed", "enabled": False}))
    made.done(*RULE, "--from", str(file))
    file.write_text(json.dumps({"name": "new", "position": 1, "actions": [{"action": "set_title", "macro": "{email}"}]}))
    made.done(*RULE, "--from", str(file))
    assert [(one["name"], one["enabled"]) for one in made.done(*RULE, "--export").all] == [("new", True), ("changed", False)]
    file.write_text(json.dumps({"name": "bad", "actions": [{"action": "set_shoes"}]}))
    assert "actions.[0].action: Invalid action: set_shoes" in made.problem(*RULE, "--from", str(file))
    file.write_text("{")
    assert "--from: this is no JSON" in made.problem(*RULE, "--from", str(file))
    assert "cannot be read" in made.problem(*RULE, "--from", str(made.folder / "none.json"))
