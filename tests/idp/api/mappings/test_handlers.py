"""`/api/2/mappings` over HTTP."""

from lockstep.idp.api.mappings import handlers
from tests.idp.api.world import World

HOME = "/api/2/mappings"


async def test_mappings(each_world: World) -> None:
    world = each_world
    role = world.role("Research")
    sent = {
        "name": "Researchers",
        "match": "all",
        "enabled": True,
        "conditions": [{"source": "department", "operator": "=", "value": "Research|Labs"}],
        "actions": [{"action": "add_role", "value": [str(role.id)]}],
    }
    said = await world.ask("POST", HOME, sent)
    assert said.status == 201
    first = said.json
    assert first == {**sent, "id": first["id"], "position": 1}
    second = await world.done("POST", HOME, {**sent, "name": "Second", "position": 1, "conditions": []})
    assert [one["id"] for one in await world.get(HOME)] == [second["id"], first["id"]]
    assert await world.done("PUT", f"{HOME}/sort", [first["id"], second["id"]]) == [first["id"], second["id"]]
    assert await world.get(f"{HOME}/{first['id']}") == first
    assert (await world.done("PUT", f"{HOME}/{second['id']}", {"enabled": False}))["enabled"] is False
    assert [one["id"] for one in await world.get(f"{HOME}?enabled=false&has_condition_type=none")] == [second["id"]]
    assert await world.done("DELETE", f"{HOME}/{second['id']}") is None
    for method in ("GET", "DELETE"):
        assert (await world.ask(method, f"{HOME}/{second['id']}")).status == 404
    assert (await world.ask("PUT", f"{HOME}/sort", [])).status == 422
    kinds = {kind for kind, _ in world.events()}
    assert kinds == {"mapping.added", "mapping.updated", "mapping.disabled", "mapping.deleted"}


async def test_what_cannot_be_names_the_field(world: World) -> None:
    good = {
        "name": "x",
        "match": "all",
        "enabled": True,
        "conditions": [],
        "actions": [{"action": "set_status", "value": ["1"]}],
    }
    for change, field in (
        ({"conditions": [{"source": "has_role", "operator": "ri", "value": "99"}]}, "conditions.[0].value"),
        ({"conditions": [{"source": "department", "operator": "?", "value": "x"}]}, "conditions.[0].operator"),
        ({"match": "some"}, "match"),
        ({"actions": [{"action": "add_role", "value": ["99"]}]}, "actions.[0].value"),
        ({"surprise": 1}, "surprise"),
    ):
        assert list((await world.ask("POST", HOME, {**good, **change})).fields()) == [field], change
    assert list((await world.ask("POST", HOME, {})).fields())
    assert await world.get(HOME) == []
    assert set(handlers.SENT) >= set(good)


async def test_what_mappings_can_be_made_of(world: World) -> None:
    role = world.role("Readers")
    assert "has_role" in [one["value"] for one in await world.get(f"{HOME}/conditions")]
    assert "~" in [one["value"] for one in await world.get(f"{HOME}/conditions/email/operators")]
    assert await world.get(f"{HOME}/conditions/has_role/values") == [{"name": "Readers", "value": role.id}]
    assert {"name": "Set Role", "value": "add_role"} in await world.get(f"{HOME}/actions")
    assert await world.get(f"{HOME}/actions/add_role/values") == [{"name": "Readers", "value": role.id}]
    assert await world.get(f"{HOME}/actions/set_department/values") == []
