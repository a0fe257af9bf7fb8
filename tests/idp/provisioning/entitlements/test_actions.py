"""Refresh: the groups of a target, whose each is, and what is done where nothing may be made that is not there."""

import pytest

from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.entitlements import actions
from lockstep.idp.provisioning.entitlements.records import Entitlement, Kind, Seen
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.run import Orders
from lockstep.kit.problems import Problem
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.workers import Workers
from tests.idp.provisioning.world import World, everyone

TEAMS = {"G": ("Team", ["E1"]), "H": ("Crew", [])}


def add(world: World, name: str) -> None:
    """A group that somebody else made."""
    world.target.groups[f"t-{name}"] = {"id": f"t-{name}", "displayName": name, "members": []}


def refresh(world: World) -> None:
    workers = Workers(world)
    try:
        engine = workers.engine()
        engine.wait(engine.order(world.app().id, actions.JOB, {}))
    finally:
        workers.end()


def shown(world: World, kind: Kind | None = None, text: str = "") -> list[tuple[str, str, int | None]]:
    with world.db.read() as c:
        found, _ = actions.page(c, world.app_of(c), kind=kind, text=text)
    return [(one.name, one.kind.value, one.members) for one in found]


def test_whose_each_group_is(each_world: World) -> None:
    world = each_world
    world.make_app("adopt=adopt")
    add(world, "Crew")
    add(world, "Theirs")
    world.synced(everyone("E1"), TEAMS)
    assert shown(world) == []
    refresh(world)
    assert shown(world) == [("Crew", "adopted", 0), ("Team", "ours", 1), ("Theirs", "foreign", None)]
    assert shown(world, Kind.FOREIGN) == [("Theirs", "foreign", None)]
    assert shown(world, text="EA") == [("Team", "ours", 1)]
    team = next(number for number, group in world.target.groups.items() if group["displayName"] == "Team")
    del world.target.groups[team]
    refresh(world)
    assert shown(world, Kind.MISSING) == [("Team", "missing", 1)]
    with world.db.read() as c:
        last, counts = actions.summary(c, world.app_of(c))
        assert actions.names_to_choose(c, world.app_of(c), 9) == ["Crew", "Theirs"]
    assert (last.at, last.groups, last.requests, last.problem) == (world.now, 2, 1, "")
    assert counts == {Kind.OURS: 0, Kind.ADOPTED: 1, Kind.FOREIGN: 1, Kind.MISSING: 1}
    assert world.events()[-1].type.value == "entitlement.cache_activity"


def test_a_full_check_refreshes_it_and_what_is_made_since_is_not_missing(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("E1"), {"H": TEAMS["H"]})
    world.sync(Orders(full=True))
    world.now += 1
    world.become(everyone("E1"), TEAMS)
    world.sync()
    assert shown(world) == [("Crew", "ours", 0)]
    world.sync(Orders(full=True))
    assert shown(world) == [("Crew", "ours", 0), ("Team", "ours", 1)]


def test_a_read_that_does_not_come_to_its_end_leaves_all_as_it_was(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced(everyone("E1"), TEAMS)
    refresh(world)
    before = shown(world)
    world.target.faults = lambda sent: Fault(500, detail="no") if sent.method == "GET" else None
    with pytest.raises(Problem, match="could not be read"):
        refresh(world)
    assert shown(world) == before
    with world.db.read() as c:
        last, _ = actions.summary(c, world.app_of(c))
    assert "could not be read" in last.problem
    assert last.groups == 2


def test_pages_by_name_each_once(each_world: World) -> None:
    world = each_world
    world.make_app()
    names = [f"g{number:03}" for number in range(123)]
    with world.write() as c:
        app, target = world.app_of(c), world.link_target(c)
        actions.take_in(c, app, target, [Seen(f"t{name}", name) for name in (*names, "G000")], 2, world.now, actor="x")
        links.put_group(c, target, "gone", "gone", "t-gone", ("r",), made=True)
        seen: list[Entitlement] = []
        place: tuple[str, str] | None = ("", "")
        while place is not None:
            found, place = actions.page(c, app, after=place, limit=20)
            seen += found
        assert list(actions.every(c, app)) == seen
    assert [one.name for one in seen] == ["G000", *names, "gone"]
    assert seen[-1].kind is Kind.MISSING


def test_nothing_is_made_that_is_not_there(each_world: World) -> None:
    world = each_world
    world.make_app("safe-entitlements=off", "adopt=adopt")
    add(world, "Crew")
    world.become(everyone("E1"), {"G": ("Team", ["E1"]), "H": ("Crew", ["E1"])})
    world.sync()
    assert [group["displayName"] for group in world.target.groups.values()] == ["Crew"]
    _, changes = world.plan()
    assert {(one.name, one.state) for one in changes if one.object == "group"} == {
        ("Team", State.DROPPED),
        ("Crew", State.DROPPED),
    }
    assert "safe-entitlements=off" in changes[-1].reason
    refresh(world)
    world.sync()
    crew = next(iter(world.target.groups))
    assert len(world.target.members(crew)) == 1
    world.set("safe-entitlements=on")
    world.sync()
    assert sorted(group["displayName"] for group in world.target.groups.values()) == ["Crew", "Team"]
