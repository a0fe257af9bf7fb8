"""A whole app on the target that is kept here: whatever reads or writes a target, does it there as anywhere else."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.apps.memory.store import contents
from lockstep.idp.provisioning import drift_actions
from lockstep.idp.provisioning.drift import DECISIONS, Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.evidence import actions as evidence
from lockstep.idp.provisioning.run import Orders
from lockstep.idp.provisioning.tokens import client_of
from lockstep.scim.client import Answer
from lockstep.scim.messages import PATCH_OP
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


def ask(world: World, method: str, path: str, body: Any = None) -> Answer:
    """Somebody else's request to the target."""

    async def request() -> Answer:
        async with client_of(world.db, world.vault, world.app(), world.clock) as client:
            return await client.request(method, path, body=body)

    return asyncio.run(request())


def number_of(world: World, key: str) -> str:
    app = world.app()
    with world.db.read() as c:
        return next(str(one["id"]) for one in contents(c, app.id, 100)["users"] if one["externalId"] == key)


def meddle(world: World, key: str, title: str) -> None:
    operation = {"op": "replace", "path": "title", "value": title}
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    assert ask(world, "PATCH", f"/Users/{number_of(world, key)}", body).ok


def job(world: World, kind: str, **arguments: Any) -> dict[str, Any]:
    engine = Engine(world.db, world.vault, world.clock)
    return engine.wait(engine.order(world.app().id, kind, arguments))


@pytest.mark.parametrize("decision", DECISIONS)
def test_drift_and_what_is_said_about_it(tried: World, decision: Decision) -> None:
    tried.become({"A": {"title": "ours"}, "B": {}}, {"G": ("Team", ["A", "B"])})
    tried.sync()
    meddle(tried, "A", "theirs")
    [found] = job(tried, "drift")["differences"]
    assert found["detail"] == {"title": {"before": "ours", "after": "theirs"}}
    with tried.write() as c:
        assert drift_actions.decide(c, find_app(c, "aws"), decision, {found["digest"]}, tried.now, actor="Kim") == 1
    assert tried.sync().requests == (1 if decision == "put-back" else 0)
    there_now = ask(tried, "GET", f"/Users/{number_of(tried, 'A')}").body
    assert there_now["title"] == ("ours" if decision == "put-back" else "theirs")
    assert job(tried, "drift")["differences"] == []


def test_evidence(tried: World) -> None:
    tried.become(everyone(*PEOPLE), TEAMS)
    tried.sync()
    assert (job(tried, evidence.JOB)["equal"], job(tried, evidence.JOB)["number"]) == (True, 2)
    meddle(tried, PEOPLE[0], "theirs")
    assert job(tried, evidence.JOB)["differences"] == 1


def test_what_is_there_is_taken_over(tried: World) -> None:
    tried.become(everyone("A", "B"), {"G": ("Team", ["A"])})
    for key in ("A", "X"):
        made = ask(tried, "POST", "/Users", {"userName": f"{key}@x.example", "externalId": key, "displayName": key})
        assert made.status == 201
    found = job(tried, "takeover")
    assert (found["users"]["adopt"], found["users"]["create"], found["users"]["unmatched"]) == (1, 1, 1)
    assert found["requests"] == found["floor"] == 2
    assert job(tried, "takeover", link=True)["taken"]["users"] == 1
    assert tried.sync().failed == 0
    assert there(tried) == (["A", "B", "X"], {"Team": 1})
