"""Passwords of users."""

import pytest

from lockstep.idp import events
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.signin.people import store
from lockstep.idp.signin.people.passwords import check_password, set_password
from lockstep.kit.passwords import hash_password, verify_password
from lockstep.kit.problems import Problem
from tests.idp.signin.world import ALICE, World


@pytest.mark.parametrize("password", ["", "seven77", "x" * 1025])
def test_passwords_of_an_unsuitable_length(password: str) -> None:
    with pytest.raises(Problem, match="8 to 1024 characters"):
        check_password(password)


def test_passwords_of_any_other_kind() -> None:
    for password in ("eight888", "x" * 1024, "correct horse", "пароль пароль"):
        check_password(password)


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
