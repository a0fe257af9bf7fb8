"""What is left to do between a right password and a session."""

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups.records import DAY_MS, Policy, SecondFactor
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.people import sessions
from lockstep.idp.signin.steps import actions
from lockstep.idp.signin.steps.records import LIFE_MS, Step
from lockstep.kit.db import Connection
from tests.idp.signin.factors.test_actions import code_of, set_up
from tests.idp.signin.world import ALICE, HAND, World

REQUIRED, OPTIONAL, OFF = (
    Policy(second_factor=one) for one in (SecondFactor.REQUIRED, SecondFactor.OPTIONAL, SecondFactor.OFF)
)


def holds(c: Connection, world: World, policy: Policy) -> None:
    groups.change_default(c, policy, actor=HAND, now=world.now)


@pytest.mark.parametrize(
    ("policy", "device", "status", "steps"),
    [
        (OFF, False, Status.ACTIVE, [Step.NONE]),
        (OFF, True, Status.ACTIVE, [Step.NONE]),
        (OPTIONAL, False, Status.ACTIVE, [Step.NONE]),
        (OPTIONAL, True, Status.ACTIVE, [Step.CODE, Step.NONE]),
        (REQUIRED, False, Status.ACTIVE, [Step.SET_UP, Step.NONE]),
        (REQUIRED, True, Status.ACTIVE, [Step.CODE, Step.NONE]),
        (OFF, False, Status.PASSWORD_EXPIRED, [Step.RENEW]),
        (OFF, False, Status.PASSWORD_PENDING, [Step.RENEW]),
        (OFF, False, Status.AWAITING_PASSWORD_RESET, [Step.RENEW]),
        (REQUIRED, True, Status.PASSWORD_EXPIRED, [Step.CODE, Step.RENEW]),
        (REQUIRED, False, Status.PASSWORD_PENDING, [Step.SET_UP, Step.RENEW]),
    ],
)
async def test_the_steps(world: World, policy: Policy, device: bool, status: Status, steps: list[Step]) -> None:
    with world.changing() as c:
        holds(c, world, policy)
        if device:
            set_up(world, c)
        directory.set_status(c, world.user_in(c, ALICE).id, status, actor=HAND, now=world.now)
        user = world.user_in(c, ALICE)
        found = [actions.step_of(c, user, world.now, factor_given=False)]
        if found[0] in (Step.CODE, Step.SET_UP):
            found.append(actions.step_of(c, user, world.now, factor_given=True))
    assert found == steps


async def test_a_sign_in_is_finished_with_a_code(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        holds(c, world, REQUIRED)
        set_up(world, c)
        secret = actions.begin(c, world.vault, world.user_in(c, ALICE), world.now)
        begun = actions.find(c, secret, world.now)
        assert begun is not None
        assert actions.complete(c, begun, None, world.now) is None, "not without the code"
        assert not actions.try_code(c, world.vault, begun, "000000", world.now)
        assert actions.try_code(c, world.vault, begun, code_of(world, c, 1), world.now)
        begun = actions.find(c, secret, world.now)
        assert begun is not None
        session = actions.complete(c, begun, None, world.now)
        assert sessions.find(c, session, world.now) is not None
        assert actions.find(c, secret, world.now) is None
        assert actions.complete(c, begun, None, world.now) is None, "once"
        assert sessions.find(c, secret, world.now) is None, "the one cookie is not the other"
        assert activity.of(c, begun.user.id).last_login == world.now


async def test_wrong_codes_make_pauses_that_a_right_password_does_not_end(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        holds(c, world, REQUIRED)
        set_up(world, c)
    for _ in range(5):
        with world.changing() as c:
            attempt = sessions.begin(c, ALICE, "192.0.2.1", world.now)
            user = sessions.finish(c, attempt, right=True, now=world.now)
            assert user is not None
            begun = actions.find(c, actions.begin(c, world.vault, user, world.now), world.now)
            assert begun is not None
            assert not actions.try_code(c, world.vault, begun, "000000", world.now)
    with world.changing() as c:
        begun = actions.find(c, actions.begin(c, world.vault, world.user_in(c, ALICE), world.now), world.now)
        assert begun is not None
        assert not actions.try_code(c, world.vault, begun, code_of(world, c, 1), world.now), "a pause"
        world.now += 1_000
        assert actions.try_code(c, world.vault, begun, code_of(world, c, 1), world.now)
        assert actions.try_code(c, world.vault, begun, code_of(world, c, 2), world.now + 30_000), "counting began anew"
    assert len(world.events("signin.second_factor_failed")) == 5


async def test_a_sign_in_that_is_not_finished_ends(each_world: World) -> None:
    """After ten minutes, with another password, and with the person."""
    world = each_world
    with world.changing() as c:
        holds(c, world, REQUIRED)
        alice = world.user_in(c, ALICE)
        secret = actions.begin(c, world.vault, alice, world.now)
        assert actions.find(c, secret, world.now + LIFE_MS - 1) is not None
        assert actions.find(c, secret, world.now + LIFE_MS) is None
        assert actions.find(c, None, world.now) is None
        directory.suspend(c, alice.id, actor=HAND, now=world.now)
        assert actions.find(c, secret, world.now) is None
        directory.reactivate(c, alice.id, actor=HAND, now=world.now)
        assert actions.find(c, secret, world.now) is not None
        world.set_password(c, ALICE, "another password")
        assert actions.find(c, secret, world.now) is None


async def test_an_aged_password_expires_and_is_chosen_anew(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        holds(c, world, Policy(max_age_days=30))
        alice = world.user_in(c, ALICE)
        world.now += 30 * DAY_MS - 1
        assert actions.expire(c, alice, world.now).status == Status.ACTIVE
        world.now += 1
        aged = actions.expire(c, alice, world.now)
        assert aged.status == Status.PASSWORD_EXPIRED
        begun = actions.find(c, actions.begin(c, world.vault, aged, world.now), world.now)
        assert begun is not None
        session = actions.renew(c, begun, "stored", None, world.now)
        found = sessions.find(c, session, world.now)
        assert found is not None
        assert found.user.status == Status.ACTIVE
        nobody = world.user_in(c, "bob@x.example")
        assert actions.is_aged(c, nobody, Policy(max_age_days=1), world.now), "who has none, has an old one"


async def test_a_password_is_renewed_only_where_that_is_the_next_step(world: World) -> None:
    with world.changing() as c:
        holds(c, world, REQUIRED)
        set_up(world, c)
        directory.set_status(c, world.user_in(c, ALICE).id, Status.PASSWORD_EXPIRED, actor=HAND, now=world.now)
        begun = actions.find(c, actions.begin(c, world.vault, world.user_in(c, ALICE), world.now), world.now)
        assert begun is not None
        assert actions.next_step(c, begun, world.now) is Step.CODE
        assert actions.renew(c, begun, "stored", None, world.now) is None
        assert actions.set_up(c, world.vault, begun, code_of(world, c, 1), world.now) is None


async def test_the_policy_is_asked_at_each_request(world: World) -> None:
    """A second factor that is required from now on is asked of who is in the middle of a sign-in."""
    with world.changing() as c:
        directory.set_status(c, world.user_in(c, ALICE).id, Status.PASSWORD_EXPIRED, actor=HAND, now=world.now)
        begun = actions.find(c, actions.begin(c, world.vault, world.user_in(c, ALICE), world.now), world.now)
        assert begun is not None
        assert actions.next_step(c, begun, world.now) is Step.RENEW
        holds(c, world, REQUIRED)
        assert actions.next_step(c, begun, world.now) is Step.SET_UP
