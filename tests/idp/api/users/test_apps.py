"""`/api/2/users/:id/apps`: every state of provisioning is one that OneLogin's client knows."""

from lockstep.idp.api.users.apps import logins_of
from lockstep.idp.apps import actions as apps
from tests.idp.api.world import World


async def test_a_login_for_each_app(each_world: World) -> None:
    world = each_world
    zoe, ann = world.user("zoe"), world.user("ann")
    role = world.role("Readers", zoe)
    with world.changing() as c:
        made = {}
        for name in ("first", "second", "third"):
            made[name] = apps.create_app(
                c, world.engine.vault, world.now, name=name, connector="memory", scim_url="", token="", allow_loopback=False
            )
        apps.assign(c, made["first"], None, world.now)
        apps.assign(c, made["second"], role.group_id, world.now)
        apps.change_settings(c, made["second"], ["provisioning=on"], world.now)
    shown = await world.get(f"/api/2/users/{zoe.id}/apps?ignore_visibility=true")
    assert [(one["name"], one["provisioning_enabled"]) for one in shown] == [("first", False), ("second", True)]
    assert [(one["provisioning_state"], one["provisioning_status"]) for one in shown] == [("unknown", "disabled")] * 2
    assert shown[0]["id"] == made["first"].id
    assert [one["name"] for one in await world.get(f"/api/2/users/{ann.id}/apps")] == ["first"]
    assert (await world.ask("GET", "/api/2/users/99/apps")).status == 404
    with world.db.read() as c:
        numbers = [one["login_id"] for user in (zoe, ann) for one in logins_of(c, user)]
    assert len(set(numbers)) == 3
