"""Devices: set up, used, lost, removed; on both databases."""

import pyotp

from lockstep.idp.directory import actions as directory
from lockstep.idp.signin.factors import actions, store
from lockstep.idp.signin.factors.codes import RECOVERY_CODES, STEP_MS
from lockstep.kit.db import Connection
from tests.idp.signin.world import ALICE, HAND, World


def code_of(world: World, c: Connection, steps: int = 0) -> str:
    """What Alice's telephone shows, some steps from now."""
    device = store.device_of(c, world.user_in(c, ALICE).id)
    assert device is not None
    secret = world.vault.open(device.sealed, f"otp_devices|secret|{device.user_id}")
    return pyotp.TOTP(secret).generate_otp(world.now // STEP_MS + steps)


def set_up(world: World, c: Connection) -> list[str]:
    """Give Alice a device; her recovery codes."""
    alice = world.user_in(c, ALICE)
    actions.begin(c, world.vault, alice.id, world.now)
    fresh = actions.confirm(c, world.vault, alice, code_of(world, c), world.now)
    assert fresh is not None
    return fresh


async def test_a_device_asks_for_nothing_until_its_first_code(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        alice = world.user_in(c, ALICE)
        assert not actions.is_set_up(c, alice.id)
        actions.begin(c, world.vault, alice.id, world.now)
        secret = actions.secret_to_set_up(c, world.vault, alice.id)
        assert secret
        assert not actions.is_set_up(c, alice.id)
        assert not actions.check(c, world.vault, alice, code_of(world, c), world.now)
        assert actions.confirm(c, world.vault, alice, "000000", world.now) is None
        fresh = actions.confirm(c, world.vault, alice, code_of(world, c), world.now)
        assert fresh is not None
        assert len(fresh) == RECOVERY_CODES == store.codes_left(c, alice.id)
        assert actions.is_set_up(c, alice.id)
        assert actions.secret_to_set_up(c, world.vault, alice.id) is None
        actions.begin(c, world.vault, alice.id, world.now)
        assert actions.is_set_up(c, alice.id), "one that is set up stays"
        assert actions.confirm(c, world.vault, alice, code_of(world, c, 1), world.now) is None
        device = store.device_of(c, alice.id)
        assert device is not None
        assert secret.encode() not in device.sealed
    registered = world.events("signin.otp_device")
    assert [(one["type"], one["user_name"]) for one in registered] == [("signin.otp_device_registered", ALICE)]
    assert secret not in str(world.events())
    assert not any(one in str(world.events()) for one in fresh)


async def test_a_code_is_good_once_and_none_before_it(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        set_up(world, c)
        alice = world.user_in(c, ALICE)
        assert not actions.check(c, world.vault, alice, code_of(world, c), world.now), "the code of the set-up"
        later = code_of(world, c, 1)
        assert actions.check(c, world.vault, alice, later, world.now)
        assert not actions.check(c, world.vault, alice, later, world.now)
        assert not actions.check(c, world.vault, alice, code_of(world, c), world.now), "one before the last"
        world.now += 2 * STEP_MS
        assert actions.check(c, world.vault, alice, code_of(world, c), world.now)


async def test_a_recovery_code_is_good_once(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        fresh = set_up(world, c)
        alice = world.user_in(c, ALICE)
        assert actions.check(c, world.vault, alice, f" {fresh[0].upper()} ", world.now)
        assert not actions.check(c, world.vault, alice, fresh[0], world.now)
        assert store.codes_left(c, alice.id) == RECOVERY_CODES - 1
        bob = world.user_in(c, "bob@x.example")
        assert not actions.check(c, world.vault, bob, fresh[1], world.now), "nobody else's"
        new = actions.new_codes(c, alice)
        assert not actions.check(c, world.vault, alice, fresh[1], world.now)
        assert actions.check(c, world.vault, alice, new[1], world.now)
    assert [one["notes"] for one in world.events("signin.recovery_code")] == ["9 left", "9 left"]


async def test_an_administrator_takes_a_device_away(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        fresh = set_up(world, c)
        alice = world.user_in(c, ALICE)
        assert actions.remove(c, alice, actor=HAND, now=world.now)
        assert not actions.remove(c, alice, actor=HAND, now=world.now)
        assert not actions.is_set_up(c, alice.id)
        assert not actions.check(c, world.vault, alice, fresh[0], world.now)
    assert [one["actor"] for one in world.events("signin.otp_device_removed")] == [HAND]


async def test_a_device_goes_with_its_person(each_world: World) -> None:
    world = each_world
    with world.changing() as c:
        set_up(world, c)
        alice = world.user_in(c, ALICE)
        directory.remove_user(c, alice.id, actor=HAND, now=world.now)
        assert store.device_of(c, alice.id) is None
        assert store.codes_left(c, alice.id) == 0
