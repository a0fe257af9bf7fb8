"""A plan in figures and in JSON."""

from dataclasses import replace
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.actions import find_app
from lockstep.idp.provisioning import actions, plan_groups, summary
from lockstep.idp.provisioning.plan_groups import MemberDiff
from lockstep.idp.provisioning.records import Change, Kind
from lockstep.idp.provisioning.summary import Floor
from tests.idp.provisioning.values import group, group_link, members
from tests.idp.provisioning.world import World, everyone, many

LINK = group_link("A", "1")


def floor(*changes: Change, limit: int = 100) -> int:
    counted = Floor(limit)
    for change in changes:
        counted.add(change)
    return counted.requests


def user(key: str, kind: Kind = Kind.UPDATE) -> Change:
    return Change(kind=kind, object="user", key=key, name=key, stage=0)


def made(number: int, name: str = "A", limit: int = 100) -> list[Change]:
    people = members([f"E{one}" for one in range(number)])
    return list(plan_groups.create(group(name, "1"), people, None, limit))


def changed(adds: int, removals: int, limit: int = 100) -> list[Change]:
    diff = MemberDiff(now=members([f"N{one}" for one in range(adds)]), removals=members([f"R{one}" for one in range(removals)]))
    return list(plan_groups.members("a", "A", LINK, diff, limit))


RENAME = plan_groups.rename(group("B", "1"), LINK)
assert RENAME is not None


@pytest.mark.parametrize(
    ("changes", "requests"),
    [
        ([], 0),
        ([user("E1"), user("E2", Kind.CREATE), user("E3", Kind.DELETE)], 3),
        ([user("E1", Kind.SWITCH_OFF), user("E1")], 1),
        (made(0), 1),
        (made(100), 1),
        (made(101), 2),
        ([*made(250), *made(1, "B")], 4),
        ([RENAME], 1),
        ([plan_groups.delete(LINK)], 1),
        ([RENAME, *changed(1, 0)], 2),
        (changed(60, 40), 1),
        (changed(60, 41), 2),
    ],
)
def test_the_floor(changes: list[Change], requests: int) -> None:
    assert floor(*changes) == requests


@pytest.mark.parametrize(
    ("changes", "requests"),
    [
        ([user("E1"), user("E2", Kind.CREATE), user("E3", Kind.DELETE)], 4),
        ([user("E1", Kind.SWITCH_OFF), user("E1")], 2),
        (made(101), 3),
        ([RENAME, *changed(1, 0)], 4),
        ([plan_groups.delete(LINK)], 1),
    ],
)
def test_the_floor_where_objects_are_replaced(changes: list[Change], requests: int) -> None:
    """A PUT costs a read besides; what is made or deleted does not."""
    counted = Floor(100, replaces=True, bulk=9)
    for change in changes:
        counted.add(change)
    assert counted.requests == requests


def test_the_floor_where_members_follow_the_group() -> None:
    changes = list(plan_groups.create(group("A", "1"), members([f"E{one}" for one in range(101)]), None, 100, inside=False))
    counted = Floor(100, inside=False)
    for change in changes:
        counted.add(change)
    assert counted.requests == len(changes) == 3


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(2, 7))
def test_the_floor_with_bulk(stages: list[int], operations: int) -> None:
    """Each stage by itself: ⌈changes ÷ operations⌉."""
    counted = Floor(100, bulk=operations)
    for number, stage in enumerate(stages):
        counted.add(replace(user(f"E{number}", Kind.CREATE), stage=stage))
    assert counted.requests == sum(ceil(stages.count(stage) / operations) for stage in set(stages))


@given(st.lists(st.integers(0, 25), max_size=5), st.integers(0, 5), st.integers(1, 7))
def test_the_floor_of_a_first_run(sizes: list[int], people: int, limit: int) -> None:
    """U + G + Σ max(0, ⌈m_g/limit⌉ − 1)"""
    changes = [user(f"E{one}", Kind.CREATE) for one in range(people)]
    for number, size in enumerate(sizes):
        changes += made(size, f"group {number}", limit)
    expected = people + len(sizes) + sum(max(0, ceil(size / limit) - 1) for size in sizes)
    assert floor(*changes, limit=limit) == expected == len(changes)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 7))
def test_the_floor_of_a_change_of_members(adds: int, removals: int, limit: int) -> None:
    changes = changed(adds, removals, limit)
    assert floor(*changes, limit=limit) == ceil((adds + removals) / limit) == len(changes)


def test_the_digest_of_a_plan_covers_its_changes_and_is_stable(each_world: World) -> None:
    each_world.make_app()
    empty = each_world.plan()[0].digest
    each_world.become(everyone("A", "B"))
    one = each_world.plan()[0].digest
    each_world.become(everyone("A", "C"))
    other = each_world.plan()[0].digest
    each_world.become(everyone("A", "B"))
    assert each_world.plan()[0].digest == one
    assert len({empty, one, other}) == 3
    assert all(len(digest) == 32 for digest in (empty, one, other))


def shown(world: World) -> dict[str, Any]:
    plan, _ = world.plan()
    app = world.app()
    with world.db.read() as c:
        return summary.as_json(c, app, plan)


def test_a_plan_in_json(world: World) -> None:
    world.make_app("approve-create=on")
    world.become({"A": {"title": "x"}}, {"G": ("Team", ["A"])})
    found = shown(world)
    assert set(found) >= {"digest", "requests", "counts", "changes", "more", "held"}
    assert (found["app"], found["requests"], found["floor"], found["more"], found["held"]) == ("aws", 2, 0, 0, [])
    assert found["counts"] == {"user create": 1, "group create": 1}
    first = found["changes"][0]
    assert set(first) == {"kind", "object", "name", "key", "target_id", "before", "after", "digest", "state", "reason"}
    assert (first["kind"], first["object"], first["name"], first["state"]) == ("create", "user", "A@x.example", "waiting")
    assert first["reason"] == "waits for approval of create"
    assert (first["before"], first["after"]["title"], "schemas" in first["after"]) == (None, "x", False)


def test_a_change_shows_what_was_and_what_will_be(world: World) -> None:
    world.make_app()
    world.synced({"A": {"title": "x", "nickname": "n"}})
    world.become({"A": {"title": "y"}})
    [change] = shown(world)["changes"]
    assert (change["before"], change["after"]) == ({"title": "x", "nickName": "n"}, {"title": "y"})
    assert "reason" not in change


def test_what_is_held_stands_apart(world: World) -> None:
    world.make_app()
    world.synced(everyone(*many(10)))
    world.become({**everyone(*many(10)[7:]), "new": {}})
    found = shown(world)
    assert (found["requests"], found["floor"], found["counts"]) == (1, 1, {"user create": 1})
    [held] = found["held"]
    assert (held["kind"], held["count"], held["reason"]) == ("switch-offs", 7, "7 switch-offs are more than 5% of 10")
    assert [one["state"] for one in held["changes"]] == ["held"] * 7


def test_at_most_a_thousand_changes_are_listed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert summary.SHOWN == 1_000
    monkeypatch.setattr(summary, "SHOWN", 5)
    world.make_app()
    world.become(everyone(*many(12)))
    found = shown(world)
    assert (len(found["changes"]), found["more"], found["requests"]) == (5, 7, 12)


def test_what_was_thrown_away_is_not_listed(world: World) -> None:
    world.make_app("approve-create=on")
    world.become(everyone("A", "B"))
    _, [first, _] = world.plan()
    with world.write() as c:
        actions.reject(c, find_app(c, "aws"), first.digest, 1)
    found = shown(world)
    assert [one["name"] for one in found["changes"]] == ["B@x.example"]
