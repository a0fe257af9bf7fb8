"""`/api/1/events` over HTTP."""

from lockstep.idp.api.events import handlers
from lockstep.idp.eventlog.types import OWN_FROM
from tests.idp.api.world import World

HOME = "/api/1/events"


async def test_events(each_world: World) -> None:
    world = each_world
    zoe = world.user("zoe")
    for number in range(60):
        world.role(f"Role {number}", zoe)
    first = await world.get(f"{HOME}?event_type_id=147&limit=50")
    assert first["status"] == {"error": False, "code": 200, "type": "success", "message": "Success"}
    assert len(first["data"]) == 50
    assert {one["event_type_id"] for one in first["data"]} == {147}
    second = await world.get(first["pagination"]["next_link"])
    assert len(second["data"]) == 10
    assert second["pagination"]["after_cursor"] is None
    back = await world.get(second["pagination"]["previous_link"])
    assert back["data"] == first["data"]
    rising = await world.get(f"{HOME}?sort=%2Bid&limit=3")
    assert [one["id"] for one in rising["data"]] == [1, 2, 3]
    one = first["data"][0]
    assert (await world.get(f"{HOME}/{one['id']}"))["data"] == one
    assert [found["id"] for found in (await world.get(f"{HOME}?id={one['id']}"))["data"]] == [one["id"]]
    assert (one["user_id"], one["role_name"], one["app-name"]) == (zoe.id, "Role 59", None)
    assert (await world.ask("GET", f"{HOME}/999999")).json["status"]["code"] == 404


async def test_filters(world: World) -> None:
    zoe = world.user("zoe")
    world.now += handlers.DAY_MS
    world.role("Later")

    async def kinds(query: str) -> set[str]:
        return {one["lockstep_event_type"] for one in (await world.get(f"{HOME}?{query}"))["data"]}

    assert await kinds(f"user_id={zoe.id}") == {"user.created"}
    assert await kinds("event_type_id=13,14") == {"user.created"}
    assert await kinds("event_type_id=9999") == set()
    assert await kinds("since=2027-01-16") == {"role.created", "credential.created"}
    assert "role.created" not in await kinds("until=2027-01-16T00:00:00Z")
    assert await kinds("created_at=2027-01-16") == {"role.created", "credential.created"}
    assert await kinds("resolution=x") == set()
    assert await kinds("client_id=1&directory_id=5") == set()
    assert set((await world.get(f"{HOME}?fields=notes&limit=1"))["data"][0]) == {"id", "notes"}
    for wrong in ("limit=51", "sort=name", "event_type_id=x", "since=x", "cursor=x", "user_id=x"):
        assert (await world.ask("GET", f"{HOME}?{wrong}")).status == 400, wrong


async def test_an_own_type_is_null_and_named_beside(world: World) -> None:
    """OneLogin's client refuses a number that it does not know."""
    world.role("Readers")
    found = next(one for one in (await world.get(HOME))["data"] if one["lockstep_event_type"] == "role.created")
    assert found["event_type_id"] is None
    assert found["lockstep_event_type_id"] >= OWN_FROM
    types = (await world.get(f"{HOME}/types"))["data"]
    assert {"id", "name", "description"} == set(types[0])
    assert found["lockstep_event_type_id"] in [one["id"] for one in types]
    mine = await world.get(f"{HOME}?event_type_id={found['lockstep_event_type_id']}")
    assert [one["id"] for one in mine["data"]] == [found["id"]]
