"""`lockstep center users`, `groups` and `trail`."""

from typing import Any

import pytest

from lockstep.cli.center.directory import groups, trail, users
from tests.center.client import ABSENT, a_user
from tests.cli.center.command import Command
from tests.cli.center.scim import Scim
from tests.cli.processes import serving


def test_an_instance_without_anybody(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert command.text("users", "corp") == command.text("groups", "corp") == ""
    assert [record["eventName"] for record in command.lines("trail", "corp")] == ["CreateInstance"]
    assert "CreateInstance  200" in command.text("trail", "corp")


@pytest.mark.parametrize("shown", [users, groups, trail])
def test_an_instance_that_is_not_there(command: Command, shown: Any) -> None:
    assert "instance list" in command.problem(shown.__name__, "nowhere")


def test_users_groups_and_trail(command: Command) -> None:
    instance = command.one("instance", "create", "corp")
    token = command.one("provisioning", "enable", "corp")["token"]
    with serving("center", "serve", *command.where) as origin:
        scim = Scim(origin + instance["scim_path"], token)
        ada = scim.made("/Users", a_user(userName="ada", displayName="Ada L.", active=True))
        bob = scim.made("/Users", a_user(userName="bob", displayName="Bob", active=False))
        team = scim.made("/Groups", {"displayName": "Team", "members": [{"value": ada["id"]}]})
        scim.made("/Groups", {"displayName": "Empty"})
        assert scim.send(f"/Users/{ABSENT}")[0] == 404
    assert command.lines("users", "corp") == [ada, bob]
    assert command.text("users", "corp").splitlines() == [
        f"{ada['id']}  ada  Ada L.  active",
        f"{bob['id']}  bob  Bob  inactive",
    ]
    full, empty = command.lines("groups", "corp")
    assert full == {**team, "members": [{"value": ada["id"], "display": "ada"}]}
    assert empty["members"] == []
    assert command.text("groups", "corp").splitlines() == [
        f"{full['id']}  Team  1 members",
        f"{empty['id']}  Empty  0 members",
    ]
    records = command.lines("trail", "corp")
    assert [record["status"] for record in records] == [200, 200, 200, 201, 201, 201, 201, 404]
    assert command.text("trail", "corp").splitlines()[-1] == (
        f"{records[-1]['eventTime']}  {records[-1]['eventName']}  404  {records[-1]['requestID']}  {ABSENT}  127.0.0.1"
        f"  ResourceNotFoundException: {records[-1]['errorMessage']}"
    )
