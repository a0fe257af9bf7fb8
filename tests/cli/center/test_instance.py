"""`lockstep center instance …`."""

import re

from tests.cli.center.command import Command


def test_create(command: Command) -> None:
    made = command.one("instance", "create", "corp", "--profile", "rfc", "--region", "eu-west-1", "--rate", "20")
    assert list(made) == ["name", "instance_arn", "identity_store_id", "tenant_id", "scim_path", "start_path"]
    assert made["scim_path"] == f"/{made['tenant_id']}/scim/v2"
    assert made["start_path"].startswith("/")
    (listed,) = command.lines("instance", "list")
    assert {**listed, **made} == listed
    assert (listed["profile"], listed["region"], listed["rate"]) == ("rfc", "eu-west-1", 20.0)


def test_a_list_shows_the_state_of_each(command: Command) -> None:
    for name in ("corp", "other"):
        command.one("instance", "create", name)
    command.one("provisioning", "enable", "other")
    listed = command.lines("instance", "list")
    assert [(instance["name"], instance["provisioning"]) for instance in listed] == [("corp", False), ("other", True)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", instance["created_at"]) for instance in listed)
    corp, other = command.text("instance", "list").splitlines()
    assert (corp.split()[0], corp.endswith("provisioning off")) == ("corp", True)
    assert (other.split()[0], other.endswith("provisioning enabled")) == ("other", True)


def test_settings_are_checked_before_anything_is_made(command: Command) -> None:
    command.one("instance", "create", "corp", "--setting", "put_user_status=200", "--setting", "unknown_attributes=drop")
    assert "no_such" in command.problem("instance", "create", "other", "--setting", "no_such=1")
    assert "KEY=VALUE" in command.problem("instance", "create", "other", "--setting", "put_user_status")
    assert [instance["name"] for instance in command.lines("instance", "list")] == ["corp"]


def test_settings_can_be_changed_later(command: Command) -> None:
    command.one("instance", "create", "corp")
    made = {"name": "corp", "settings": {"session_minutes": 60, "trail_days": 30}}
    assert command.one("instance", "set", "corp", "session_minutes=60", "trail_days=30") == made
    assert command.one("instance", "list")["session_minutes"] == 60
    assert command.text("instance", "set", "corp", "session_minutes=90") == "corp: session_minutes=90\n"
    assert "session_minutes" in command.problem("instance", "set", "corp", "session_minutes=1")


def test_problems_say_what_to_do(command: Command) -> None:
    assert "corp" in command.text("instance", "create", "corp")
    assert "already" in command.problem("instance", "create", "corp")
    assert "no profile" in command.problem("instance", "create", "x", "--profile", "okta")
