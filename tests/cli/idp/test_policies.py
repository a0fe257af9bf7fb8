"""`lockstep idp group create | list | set | delete | assign`."""

import pytest

from tests.cli.idp.command import Idp


def people(idp: Idp) -> None:
    for name in ("ann", "ben"):
        idp.done("user", "create", f"{name}@example.com", f"email={name}@example.com", f"employee_id={name}")


def policies(idp: Idp) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in idp.done("group", "list", "--json").all}


def test_a_group_from_its_making_to_its_end(idp: Idp) -> None:
    people(idp)
    assert idp.done("group", "create", "Treasury", "min-length=14", "reference=T").out == "group Treasury is created\n"
    found = policies(idp)
    assert list(found) == ["default", "Treasury"]
    assert (found["Treasury"]["users"], found["Treasury"]["reference"]) == (0, "T")
    assert found["Treasury"]["policy"] == {
        "min-length": 14,
        "max-age-days": 0,
        "history": 0,
        "classes": 0,
        "lock-after": 0,
        "lock-minutes": 30,
        "second-factor": "off",
        "session-minutes": 480,
        "idle-minutes": 60,
    }
    said = idp.done("group", "set", "treasury", "name=Cash", "second-factor=required").out
    assert said.startswith("Cash: min-length=14")
    assert "second-factor=required" in said
    assert idp.done("group", "assign", "cash", "ann", "BEN@example.com").out == "2 users put into Cash\n"
    assert idp.done("group", "assign", "cash", "ann", "--json").one == {"assigned": 0}
    assert "Cash\t2 users\tmin-length=14" in idp.done("group", "list").out
    refused = idp.problem("group", "delete", "Cash")
    assert refused == '2 people are in Cash: say where they go; use --to GROUP, or --to "" for no group'
    idp.done("group", "create", "Other")
    assert idp.done("group", "delete", "Cash", "--to", "Other").out == "group Cash is deleted; 2 users moved\n"
    assert idp.done("group", "assign", "", "ann").out == "1 user put into no group\n"
    assert idp.done("group", "delete", "Other", "--to", "", "--json").one == {"deleted": "Other", "moved": 1}
    assert list(policies(idp)) == ["default"]


def test_the_default_policy_and_the_older_settings_are_one(idp: Idp) -> None:
    idp.done("group", "set", "default", "session-minutes=90")
    assert idp.done("settings", "--json").one["session_minutes"] == 90
    idp.done("settings", "idle-minutes=7")
    policy = policies(idp)["default"]["policy"]
    assert isinstance(policy, dict)
    assert (policy["session-minutes"], policy["idle-minutes"]) == (90, 7)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "X", "min-length=3"), "--min-length: use a whole number from 8 to 128"),
        (("create", "X", "shoes=3"), "a policy has no such field; there are min-length"),
        (("create", "X", "history"), "history: fields are given as KEY=VALUE"),
        (("create", ""), "name is empty"),
        (("set", "nobody", "history=1"), "there is no group 'nobody'"),
        (("set", "default", "name=x"), "the default policy has no name"),
        (("delete", "nobody"), "there is no group 'nobody'"),
        (("assign", "nobody", "ann"), "there is no group 'nobody'"),
        (("assign", "", "nobody"), "there is no user 'nobody'"),
    ],
)
def test_what_cannot_be_is_said(idp: Idp, words: tuple[str, ...], said: str) -> None:
    assert said in idp.problem("group", *words)


def test_set_needs_something_to_set(idp: Idp) -> None:
    assert "KEY=VALUE" in idp.usage("group", "set", "default")


def test_a_password_keeps_to_the_policy_of_the_group(idp: Idp) -> None:
    people(idp)
    idp.done("group", "create", "Strict", "min-length=20")
    idp.done("group", "assign", "Strict", "ann")
    short = idp.file("password", "correct horse\n")
    assert "20 to 1024 characters" in idp.problem("password", "ann", "--password-file", short)
    idp.done("password", "ben", "--password-file", short)
