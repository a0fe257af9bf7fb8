"""Putting roles into roles: what is refused, what is written, what falls."""

import pytest

from lockstep.idp import events
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.nesting import store
from lockstep.idp.directory.nesting.actions import CircleProblem, nest_role, unnest_role
from lockstep.idp.directory.nesting.records import NONE, nesting_of
from lockstep.idp.directory.records import Role
from lockstep.kit.db import Connection, Database


def roles(c: Connection, *names: str) -> list[Role]:
    return [directory.create_role(c, name, group_id=name.lower(), actor="a", now=1) for name in names]


def test_a_role_goes_into_another_and_out_again(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        staff, cooks, waiters = roles(c, "Staff", "Cooks", "Waiters")
        assert store.load(c) == NONE
        assert nest_role(c, staff.id, cooks.id, actor="root", now=5)
        assert nest_role(c, staff.id, waiters.id, actor="root", now=5)
        assert not nest_role(c, staff.id, cooks.id, actor="root", now=6), "it is in there"
        assert store.load(c) == nesting_of([(staff.id, cooks.id), (staff.id, waiters.id)])
        assert [one.name for one in store.roles_in(c, staff.id)] == ["Cooks", "Waiters"]
        assert store.roles_around(c, cooks.id) == [staff]
        assert unnest_role(c, staff.id, cooks.id, actor="root", now=7)
        assert not unnest_role(c, staff.id, cooks.id, actor="root", now=8), "it is not in there any more"
        told = [event for event in events.follow(c, 0) if "nested" in event.type.value]
    assert [(one.type.value, one.role_id, one.role_name, one.notes, one.actor) for one in told] == [
        ("role.nested", staff.id, "Staff", "contains Cooks (cooks)", "root"),
        ("role.nested", staff.id, "Staff", "contains Waiters (waiters)", "root"),
        ("role.unnested", staff.id, "Staff", "contains Cooks (cooks) no more", "root"),
    ]


def test_whoever_is_in_it_however_far_down_has_an_event(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        staff, cooks, juniors, others = roles(c, "Staff", "Cooks", "Juniors", "Others")
        people = [
            directory.create_user(c, {"employee_id": f"e{one}", "user_name": f"u{one}"}, actor="a", now=1) for one in range(4)
        ]
        for role, one in ((cooks, 0), (juniors, 0), (juniors, 1), (others, 2), (staff, 3)):
            directory.add_members(c, role.id, [people[one].id], actor="a", now=1)
        nest_role(c, cooks.id, juniors.id, actor="a", now=2)
        for change in (nest_role, unnest_role):
            before = events.latest(c)
            change(c, staff.id, cooks.id, actor="root", now=3)
            told = [event for event in events.follow(c, before) if event.type.value == "user.roles_changed"]
            assert sorted((one.user_key, one.actor) for one in told) == [("e0", "root"), ("e1", "root")]
        before = events.latest(c)
        directory.remove_role(c, cooks.id, actor="root", now=4)
        told = [event for event in events.follow(c, before) if event.type.value == "user.roles_changed"]
        assert sorted(one.user_key for one in told) == ["e0", "e1"]


def test_a_circle_is_refused_and_the_chain_is_named(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        one, two, three = roles(c, "One", "Two", "Three")
        nest_role(c, one.id, two.id, actor="a", now=1)
        nest_role(c, two.id, three.id, actor="a", now=1)
        seen = events.latest(c)
        with pytest.raises(CircleProblem) as caught:
            nest_role(c, three.id, one.id, actor="a", now=1)
        circle = "Three (three) → One (one) → Two (two) → Three (three)"
        assert str(caught.value) == f"One (one) cannot be put into Three (three): it would be inside itself: {circle}"
        itself = r"^One \(one\) cannot be put into itself: it would be inside itself: One \(one\) → One \(one\)$"
        with pytest.raises(CircleProblem, match=itself):
            nest_role(c, one.id, one.id, actor="a", now=1)
        assert events.latest(c) == seen
        assert store.load(c) == nesting_of([(one.id, two.id), (two.id, three.id)])


def test_a_role_that_is_gone_contains_nothing_and_is_in_nothing(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        one, two, three = roles(c, "One", "Two", "Three")
        nest_role(c, one.id, two.id, actor="a", now=1)
        nest_role(c, two.id, three.id, actor="a", now=1)
        directory.remove_role(c, two.id, actor="a", now=2)
        assert store.load(c) == NONE
        with pytest.raises(NotThereProblem):
            nest_role(c, one.id, two.id, actor="a", now=1)
        with pytest.raises(NotThereProblem):
            unnest_role(c, two.id, one.id, actor="a", now=1)


def test_who_is_in_a_role_holds_every_role_above_it(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        top, middle, low, other = roles(c, "Top", "Middle", "Low", "Other")
        user = directory.create_user(c, {"user_name": "u@x.example"}, actor="a", now=1)
        directory.add_members(c, low.id, [user.id], actor="a", now=1)
        assert store.roles_held(c, user.id) == [low]
        nest_role(c, top.id, middle.id, actor="a", now=1)
        nest_role(c, middle.id, low.id, actor="a", now=1)
        nest_role(c, low.id, other.id, actor="a", now=1)
        assert store.roles_held(c, user.id) == [low, middle, top]
        unnest_role(c, middle.id, low.id, actor="a", now=1)
        assert store.roles_held(c, user.id) == [low]
