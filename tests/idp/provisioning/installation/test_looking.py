"""When a run looks at the target first."""

import asyncio

import pytest

from lockstep.idp.provisioning.installation import store
from lockstep.idp.provisioning.installation.looking import look
from lockstep.idp.provisioning.installation.records import HeldProblem, Watch, Watched
from tests.idp.provisioning.world import URL, World, everyone


def watched(world: World) -> Watch | None:
    number = world.app().id
    with world.db.read() as c:
        found = store.of_app(c, number)
    return None if found is None else found.watch


def looked(world: World, *people: str) -> int:
    """Look, with these people in the directory; how many reads it took."""
    world.become(everyone("A", *people))
    made, _ = world.plan()
    world.target.log.clear()
    asyncio.run(look(world.db, world.app(), made.id, world.target.client(URL, "t"), world.clock))
    return len(world.target.log)


@pytest.fixture
def world(each_world: World) -> World:
    each_world.make_app()
    each_world.synced(everyone("A"))
    return each_world


def watch(world: World, until: int) -> None:
    number = world.app().id
    with world.write() as c:
        store.watch(c, Watched(number, Watch.LOOK, "a reason", 1, until, 0, {}))


def test_nobody_asks_where_nothing_is_unsure(world: World) -> None:
    assert looked(world, "B") == 0


def test_the_question_stays_open_until_something_is_to_be_sent(world: World) -> None:
    watch(world, world.now)
    assert looked(world) == 0
    assert watched(world) is Watch.LOOK
    assert looked(world, "B", "C", "D", "E") == 3
    assert watched(world) is None


def test_an_app_whose_target_is_ahead_is_held(world: World) -> None:
    watch(world, world.now - 3_600_000)
    world.target.users["b"] = {
        "id": "b",
        "userName": "B@x.example",
        "externalId": "B",
        "meta": {"created": "2023-11-14T22:13:20Z"},
    }
    with pytest.raises(HeldProblem, match="a reason, and B@x"):
        looked(world, "B")
    assert watched(world) is Watch.HELD
