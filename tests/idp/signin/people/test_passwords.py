"""Passwords of users."""

import pytest

from lockstep.idp import events
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.signin.people import store
from lockstep.idp.signin.people.passwords import KEPT, check_password, forbidden, set_password
from lockstep.kit.passwords import hash_password, verify_password
from lockstep.kit.problems import Problem
from tests.idp.signin.world import ALICE, World


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025])
async def test_passwords_of_an_unsuitable_length(world: World, password: str) -> None:
    with world.db.read() as c, pytest.raises(Problem, match="8 to 1024 characters"):
        check_password(c, world.user_in(c, ALICE), password)


async def test_passwords_of_any_other_kind(world: World) -> None:
    with world.db.read() as c:
        for password in ("eight888", "x" * 1024, "correct horse", "пароль пароль"):
            check_password(c, world.user_in(c, ALICE), password)


async def test_the_policy_of_the_group_holds(world: World) -> None:
    with world.changing() as c:
        group = groups.create(c, "Strict", Policy(min_length=20), actor="x", now=world.now)
        groups.assign(c, group.id, [world.user_in(c, ALICE).id], actor="x", now=world.now)
        with pytest.raises(Problem, match="20 to 1024 characters"):
            check_password(c, world.user_in(c, ALICE), "x" * 19)
        check_password(c, world.user_in(c, "bob@x.example"), "x" * 19)


async def test_passwords_of_the_past_are_kept_as_long_as_a_policy_may_forbid_them(each_world: World) -> None:
    with each_world.changing() as c:
        alice = each_world.user_in(c, ALICE)
        for number in range(KEPT + 6):
            set_password(c, ALICE, f"stored {number}", actor="x", now=each_world.now + number)
        newest = [f"stored {number}" for number in range(KEPT + 5, 5, -1)]
        assert store.past_passwords(c, alice.id, 100) == newest
        assert forbidden(c, alice) == newest[:1], "the present one never comes again"
        groups.change_default(c, Policy(history=3), actor="x", now=each_world.now)
        assert forbidden(c, alice) == newest[:3]
        assert activity.of(c, alice.id).password_changed_at == each_world.now + KEPT + 5


async def test_a_password_takes_the_place_of_the_other_and_is_an_event(each_world: World) -> None:
    alice = each_world.user(ALICE)
    with each_world.db.write(serial=events.SERIAL) as c:
        store.add_session(c, b"d" * 32, alice.id, each_world.now, each_world.now + 1)
        set_password(c, alice.employee_id, hash_password("another password"), actor="x", now=each_world.now)
        stored = store.password_of(c, alice.id)
        assert stored is not None
        assert verify_password("another password", stored)
        assert store.end_sessions_of(c, alice.id) == 0
        assert alice.id in store.with_password(c)
    changed = each_world.events("signin.password_changed")
    assert [(event["actor"], event["user_name"]) for event in changed][-1] == ("x", ALICE)
    assert "another" not in str(changed)


async def test_nobody_has_no_password(world: World) -> None:
    with world.db.write(serial=events.SERIAL) as c, pytest.raises(NotThereProblem, match="no user"):
        set_password(c, "nobody", "x", actor="x", now=0)
