"""A whole app on the target that is kept here: the engine runs into it as into any other, by Bulk."""

import pytest

from lockstep.idp.apps.memory.store import contents
from lockstep.idp.provisioning.run import Orders
from tests.idp.provisioning.world import World, everyone, many

PEOPLE = many(30)
TEAMS = {"G": ("Team", PEOPLE[:12]), "H": ("Empty", [])}


@pytest.fixture
def tried(each_world: World) -> World:
    each_world.make_app(connector="memory")
    return each_world


def there(world: World) -> tuple[list[str], dict[str, int]]:
    app = world.app()
    with world.db.read() as c:
        found = contents(c, app.id, 100)
    names = [user["externalId"] for user in found["users"]]
    assert (found["user_count"], found["group_count"]) == (len(names), len(found["groups"]))
    return sorted(names), {group["displayName"]: len(group["members"]) for group in found["groups"]}


def test_a_first_run_a_change_and_a_check(tried: World) -> None:
    tried.become(everyone(*PEOPLE), TEAMS)
    first = tried.sync()
    assert (first.failed, first.requests, first.floor) == (0, 2, 2)
    assert there(tried) == (PEOPLE, {"Team": 12, "Empty": 0})
    assert tried.sync().requests == 0
    tried.become({PEOPLE[0]: {"title": "x"}, **everyone(*PEOPLE[1:])}, {"G": ("Crew", PEOPLE[:10]), "H": TEAMS["H"]})
    changed = tried.sync()
    assert (changed.failed, changed.requests, changed.floor) == (0, 3, 3)
    assert there(tried) == (PEOPLE, {"Crew": 10, "Empty": 0})
    checked = tried.sync(Orders(full=True))
    assert (checked.requests, checked.check["differences"], checked.check["requests"]) == (0, 0, checked.check["floor"])


def test_nothing_of_it_leaves(tried: World) -> None:
    tried.become(everyone(*PEOPLE), TEAMS)
    tried.sync()
    assert tried.target.log == []
    assert tried.app().scim_url == "memory:"


def test_leavers_are_switched_off_and_come_back(tried: World) -> None:
    tried.become(everyone("A", "B"), {"G": ("Team", ["A", "B"])})
    tried.sync()
    tried.become(everyone("A"), {"G": ("Team", ["A"])})
    tried.sync()
    app = tried.app()
    with tried.db.read() as c:
        assert {one["externalId"]: one["active"] for one in contents(c, app.id, 9)["users"]} == {"A": True, "B": False}
