"""`/api/1/groups`, and who is in one."""

from lockstep.idp.api.groups import handlers
from lockstep.idp.directory.groups import actions
from lockstep.idp.directory.groups.records import Policy
from tests.idp.api.world import HAND, World


async def test_groups(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        strict = Policy(min_length=20)
        group = actions.create(c, "Strict", strict, actor=HAND, now=world.now)
        actions.create(c, "Default", Policy(), reference="ref", actor=HAND, now=world.now)
    found = (await world.get("/api/1/groups"))["data"]
    assert {"id": group.id, "name": "Strict", "reference": None} in found
    assert (await world.get(f"/api/1/groups/{group.id}"))["data"] == [{"id": group.id, "name": "Strict", "reference": None}]
    assert (await world.ask("GET", "/api/1/groups/99")).json["status"]["code"] == 404
    password = {"password": "fifteen letters", "password_confirmation": "fifteen letters"}
    sent = {"username": "zoe", "group_id": group.id}
    assert list((await world.ask("POST", "/api/2/users", {**sent, **password})).fields()) == ["password"]
    made = await world.done("POST", "/api/2/users", sent)
    assert made["group_id"] == group.id
    address = f"/api/2/users/{made['id']}"
    assert list((await world.ask("PUT", address, password)).fields()) == ["password"]
    assert (await world.done("PUT", address, {"group_id": None}))["group_id"] is None
    assert await world.done("PUT", address, password)
    assert handlers.show_all.__doc__
