"""`lockstep idp api-credential create | list | delete | limit`."""

from tests.cli.idp.command import Idp


def test_a_credential_is_made_listed_and_deleted(idp: Idp) -> None:
    made = idp.done("api-credential", "create", "sync", "--scope", "read-all", "--json").one
    assert made.keys() == {"client_id", "client_secret"}
    said = idp.done("api-credential", "create", "hr", "--scope", "manage-users").out
    assert "Client ID" in said
    assert "not shown again" in said
    listed = idp.done("api-credential", "list", "--json").all
    assert [(one["name"], one["scope"], one["used_at"]) for one in listed] == [
        ("hr", "manage-users", 0),
        ("sync", "read-all", 0),
    ]
    assert listed[1]["client_id"] == made["client_id"]
    assert "never used" in idp.done("api-credential", "list").out
    assert made["client_secret"] not in str(idp.done("events", "--json").all) + str(listed)
    assert "good for nothing" in idp.done("api-credential", "delete", "hr").out
    assert idp.done("api-credential", "delete", "sync", "--json").one == {"name": "sync"}
    assert idp.done("api-credential", "list").out == ""


def test_what_cannot_be_is_said(idp: Idp) -> None:
    idp.done("api-credential", "create", "sync", "--scope", "read-all")
    assert "already" in idp.problem("api-credential", "create", "sync", "--scope", "read-all")
    assert "manage-all" in idp.problem("api-credential", "create", "x", "--scope", "root")
    assert "there are: sync" in idp.problem("api-credential", "delete", "other")


def test_the_limit(idp: Idp) -> None:
    assert idp.done("api-credential", "limit").out == "5,000 calls an hour\n"
    assert idp.done("api-credential", "limit", "100", "--json").one == {"calls_per_hour": 100}
    assert idp.done("api-credential", "limit", "0").out == "Calls are not limited.\n"
    assert "whole number" in idp.problem("api-credential", "limit", "1000000000000")
