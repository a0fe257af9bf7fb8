"""What may be sent of a user, and what is said of the rest."""

import pytest

from lockstep.idp.directory.fields import actions as fields
from lockstep.idp.signin.people import store as people
from lockstep.kit.passwords import verify_password
from tests.idp.api.world import HAND, NOW, World

ZOE = {
    "username": "zoë.akers@example.com",
    "email": "zoe.akers@example.com",
    "firstname": "Zoë",
    "lastname": "Akers",
    "title": "Analyst",
    "department": "Research",
    "company": "Example",
    "comment": "by program",
    "phone": "+4912345678",
    "samaccountname": "zakers",
    "member_of": "CN=a;CN=b",
    "userprincipalname": "zoe@corp.example.com",
    "distinguished_name": "CN=Zoe,DC=example",
    "external_id": "X-1",
    "preferred_locale_code": "de",
}
PASSWORD = "correct horse battery"


async def test_a_password_is_hashed_and_makes_active(world: World) -> None:
    sent = {"email": "zoe@example.com", "password": PASSWORD, "password_confirmation": PASSWORD}
    made = await world.done("POST", "/api/2/users", sent)
    assert made["status"] == 1
    assert "password" not in made
    with world.db.read() as c:
        stored = people.password_of(c, made["id"])
    assert stored is not None
    assert verify_password(PASSWORD, stored)
    address = f"/api/2/users/{made['id']}"
    await world.done("PUT", address, {"password": "another password", "password_confirmation": "another password"})
    with world.db.read() as c:
        assert people.password_of(c, made["id"]) != stored


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"password": PASSWORD}, "password_confirmation"),
        ({"password": PASSWORD, "password_confirmation": "x"}, "password_confirmation"),
        ({"password": "short", "password_confirmation": "short"}, "password"),
        ({"password": 7, "password_confirmation": 7}, "password"),
        ({"password": PASSWORD, "password_confirmation": PASSWORD, "password_algorithm": "salt+sha256"}, "password_algorithm"),
        ({"salt": "x"}, "salt"),
        ({"username": 5}, "username"),
        ({"username": "boss@x.example"}, "username"),
        ({"email": "boss@x.example", "username": "other"}, "email"),
        ({"firstname": "nobody"}, "username"),
        ({"firstname": "a\0b"}, "firstname"),
        ({"status": "1"}, "status"),
        ({"status": 6}, "status"),
        ({"state": 9}, "state"),
        ({"state": True}, "state"),
        ({"role_ids": [99]}, "role_ids"),
        ({"role_ids": "1"}, "role_ids"),
        ({"role_ids": [1, "2"]}, "role_ids.[1]"),
        ({"manager_user_id": 99}, "manager_user_id"),
        ({"manager_user_id": "x"}, "manager_user_id"),
        ({"group_id": 99}, "group_id"),
        ({"directory_id": 5}, "directory_id"),
        ({"custom_attributes": {"unknown": "x"}}, "custom_attributes.unknown"),
        ({"custom_attributes": {"team": []}}, "custom_attributes.team"),
        ({"custom_attributes": "x"}, "custom_attributes"),
        ({"fristname": "typo"}, "fristname"),
    ],
)
async def test_what_cannot_be_names_the_field_and_changes_nothing(world: World, sent: dict[str, object], field: str) -> None:
    world.user("boss")
    with world.changing() as c:
        fields.create(c, "Team", "team", actor=HAND, now=NOW)
    body = sent if field == "username" else {"username": "zoe", **sent}
    said = await world.ask("POST", "/api/2/users", body)
    assert list(said.fields()) == [field]
    assert all(said.fields()[field])
    assert world.events() == []


async def test_parameters_of_a_write(world: World) -> None:
    for query in ("mappings=later", "validate_policy=maybe"):
        assert (await world.ask("POST", f"/api/2/users?{query}", {"username": "zoe"})).status == 400
    for mappings in ("async", "sync", "disabled"):
        await world.done("POST", f"/api/2/users?mappings={mappings}", {"username": mappings})
    assert (await world.ask("POST", "/api/2/users", raw=b"[]")).status == 400
    assert (await world.ask("POST", "/api/2/users", raw=b"{")).status == 400
    assert (await world.ask("PUT", "/api/2/users/99", {"title": "x"})).status == 404
    assert (await world.ask("PUT", "/api/2/users/x", {"title": "x"})).status == 404


async def test_states(world: World) -> None:
    zoe = world.user("zoe")
    address = f"/api/2/users/{zoe.id}"
    for status in (2, 1, 3, 1, 4, 5, 7, 8, 0):
        assert (await world.done("PUT", address, {"status": status}))["status"] == status
    for state in (0, 2, 3, 1):
        assert (await world.done("PUT", address, {"state": state}))["state"] == state
    assert ("user.unlocked", "api:manage-all") in world.events()
