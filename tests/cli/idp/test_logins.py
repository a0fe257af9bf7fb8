"""`lockstep idp app login`."""

from tests.cli.idp.command import Idp


def test_values_are_set_shown_and_removed(idp: Idp) -> None:
    idp.make_app()
    idp.become(["E1"])
    assert "nothing of its own" in idp.done("app", "login", "aws", "--user", "E1").out
    done = idp.done(
        "app", "login", "aws", "--user", "E1", "--set", "groups=A", "--set", "groups=B", "--set", "title=", "--json"
    )
    assert done.one == {
        "app": "aws",
        "user_name": "E1@x.example",
        "values": {"groups": ["A", "B"], "title": []},
        "credentials": "admin",
    }
    idp.done("app", "set", "aws", "credentials=shared")
    said = idp.done("app", "login", "aws", "--user", "e1@X.example").out
    assert said.splitlines()[:2] == ["groups: A, B", "title: nothing is sent"]
    assert "credentials=admin" in said
    assert "shared by all users" in idp.problem("app", "login", "aws", "--user", "E1", "--set", "title=x")
    assert idp.done("app", "login", "aws", "--user", "E1", "--remove", "title", "--json").one["values"] == {
        "groups": ["A", "B"]
    }


def test_what_is_wrong_changes_nothing(idp: Idp) -> None:
    idp.make_app()
    idp.become(["E1"])
    words = ("app", "login", "aws", "--user", "E1")
    assert "no such parameter" in idp.problem(*words, "--set", "title=x", "--set", "nosuch=y")
    assert "KEY=VALUE" in idp.usage(*words, "--set", "title")
    assert "either" in idp.usage(*words, "--set", "title=x", "--remove", "title")
    assert "has no values of its own" in idp.problem(*words, "--remove", "title")
    assert idp.done(*words, "--json").one["values"] == {}
