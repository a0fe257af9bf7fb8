"""`/api/2/users` over HTTP."""

from lockstep.idp.api.credentials.records import Scope
from lockstep.idp.api.users.records import SHOWN
from lockstep.idp.directory.fields import actions as fields
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


async def test_a_user_is_made_read_changed_and_deleted(each_world: World) -> None:
    world = each_world
    boss, role = world.user("boss"), world.role("Readers")
    with world.changing() as c:
        fields.create(c, "Cost center", "cost_center", actor=HAND, now=NOW)
        fields.create(c, "Team", "team", actor=HAND, now=NOW)
    sent = {**ZOE, "role_ids": [role.id], "manager_user_id": boss.id, "custom_attributes": {"cost_center": "R-100"}}
    said = await world.ask("POST", "/api/2/users?mappings=sync", sent)
    assert said.status == 201
    made = said.json
    assert set(made) == set(SHOWN)
    assert {name: made[name] for name in ZOE} == ZOE
    assert (made["status"], made["state"]) == (0, 1)
    assert made["manager_user_id"] == str(boss.id)
    assert made["role_ids"] == [role.id]
    assert made["custom_attributes"] == {"cost_center": "R-100", "team": None}
    assert made["created_at"] == "2027-01-15T08:00:00.000Z"
    address = f"/api/2/users/{made['id']}"
    assert await world.get(address) == made
    changed = await world.done("PUT", address, {"department": "Treasury", "title": None, "manager_user_id": None})
    assert changed == {**made, "department": "Treasury", "title": None, "manager_user_id": None}
    assert await world.done("PUT", address, changed) == changed  # all that was read may be sent back
    assert await world.done("DELETE", address) is None
    assert (await world.ask("GET", address)).status == 404
    assert world.events() == [
        ("user.created", "api:manage-all"),
        ("role.member_added", "api:manage-all"),
        ("user.updated", "api:manage-all"),
        ("user.removed", "api:manage-all"),
    ]


async def test_a_reader_changes_nothing(world: World) -> None:
    zoe = world.user("zoe")
    for scope in (Scope.READ_USERS, Scope.READ_ALL):
        assert (await world.get(f"/api/2/users/{zoe.id}", scope=scope))["firstname"] == "zoe"
        said = await world.ask("DELETE", f"/api/2/users/{zoe.id}", scope=scope)
        assert (said.status, said.json["name"]) == (403, "ForbiddenError")
        assert "needs Manage users or Manage all" in said.json["message"]
    assert world.events() == []
