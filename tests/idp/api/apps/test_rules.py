"""`/api/2/apps/:id/rules` over HTTP; the examples are those of the facts (38 to 46)."""

from lockstep.idp.api.apps import rules
from tests.idp.api.apps.test_handlers import AWS
from tests.idp.api.world import World


async def test_rules(each_world: World) -> None:
    world = each_world
    role = world.role("AWS - Admins")
    app = await world.done("POST", "/api/2/apps", AWS)
    home = f"/api/2/apps/{app['id']}/rules"
    sent = {
        "name": "Groups by role",
        "match": "all",
        "conditions": [{"source": "has_role", "operator": "ri", "value": str(role.id)}],
        "actions": [{"action": "set_groups", "value": ["role"], "expression": "AWS - (.*)"}],
    }
    said = await world.ask("POST", home, sent)
    assert said.status == 201
    first = said.json
    assert first["conditions"] == sent["conditions"]
    assert (first["name"], first["match"], first["enabled"], first["position"]) == ("Groups by role", "all", True, 1)
    named = {"name": "Named", "match": "any", "position": 1, "actions": [{"action": "set_groups", "value": ["Staff"]}]}
    second = await world.done("POST", home, named)
    assert [one["id"] for one in await world.get(home)] == [second["id"], first["id"]]
    assert await world.done("PUT", f"{home}/sort", [first["id"], second["id"]]) == [first["id"], second["id"]]
    assert await world.get(f"{home}/{first['id']}") == first
    assert (await world.done("PUT", f"{home}/{second['id']}", {"enabled": False}))["enabled"] is False
    assert [one["id"] for one in await world.get(home)] == [first["id"]]
    assert [one["id"] for one in await world.get(f"{home}?enabled=false")] == [second["id"]]
    for query, found in (
        (f"has_condition=has_role:{role.id}", 1),
        ("has_condition=email:*", 0),
        ("has_condition_type=builtin", 1),
        ("has_condition_type=custom", 0),
        ("has_condition_type=none", 0),
        ("has_action=set_groups:role", 1),
        ("has_action=*", 1),
        ("has_action_type=custom", 0),
    ):
        assert len(await world.get(f"{home}?{query}")) == found, query
    assert (await world.ask("GET", f"{home}?has_action_type=x")).status == 400
    assert (await world.ask("PUT", f"{home}/sort", [first["id"]])).status == 422
    wrong = {"name": "", "conditions": [{"source": "shoe", "operator": "=", "value": "1"}], "actions": [{"action": "set_x"}]}
    assert set((await world.ask("POST", home, wrong)).fields()) == {"conditions.[0].source", "actions.[0].action"}
    assert await world.done("DELETE", f"{home}/{second['id']}") is None
    assert (await world.ask("GET", f"{home}/{second['id']}")).status == 404
    assert (await world.ask("GET", "/api/2/apps/99/rules")).status == 404


async def test_what_rules_can_be_made_of(world: World) -> None:
    role = world.role("Readers")
    app = await world.done("POST", "/api/2/apps", AWS)
    home = f"/api/2/apps/{app['id']}/rules"
    assert {"name": "Roles", "value": "has_role"} in await world.get(f"{home}/conditions")
    assert {"name": "includes", "value": "ri"} in await world.get(f"{home}/conditions/has_role/operators")
    assert await world.get(f"{home}/conditions/has_role/values") == [{"name": "Readers", "value": str(role.id)}]
    assert await world.get(f"{home}/conditions/email/values") == []
    assert "set_groups" in [one["value"] for one in await world.get(f"{home}/actions")]
    assert await world.get(f"{home}/actions/set_title/values") == []
    assert (await world.ask("GET", f"{home}/actions/fly/values")).status == 422
    assert set(rules.SENT) >= {"conditions", "actions"}
