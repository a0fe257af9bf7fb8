"""Sessions in the database; what a browser sees of them is in `site/test_login.py`."""

import pytest

from lockstep.idp import events
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.groups import actions as groups
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.signin.people import sessions, store
from lockstep.kit.web.secrets import digest
from tests.idp.signin.world import ALICE, HAND, PASSWORD, World

LIMITS = Policy(session_minutes=20, idle_minutes=2)
IDLE = 120_000


def log_in(
    world: World, *, right: bool = True, old: str | None = None, name: str = ALICE, address: str = "192.0.2.1"
) -> str | None:
    with world.db.write(serial=events.SERIAL) as c:
        attempt = sessions.begin(c, name, address, world.now)
        groups.change_default(c, LIMITS, actor=HAND, now=world.now)
        user = sessions.finish(c, attempt, right=right, now=world.now)
        return None if user is None else sessions.start(c, user, old, world.now, ipaddr=sessions.ipaddr_of(attempt))


def alive(world: World, secret: str | None) -> bool:
    with world.db.read() as c:
        return sessions.find(c, secret, world.now) is not None


async def test_only_the_digest_is_stored(each_world: World) -> None:
    secret = log_in(each_world)
    assert secret is not None
    with each_world.db.read() as c:
        found = sessions.find(c, secret, each_world.now)
        assert found is not None
        assert found.digest == digest(secret)
        assert found.user.user_name == ALICE
        assert c.raw.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1
    assert not alive(each_world, secret[:-1])
    assert not alive(each_world, None)


async def test_a_log_in_ends_the_session_before_it(world: World) -> None:
    first = log_in(world)
    second = log_in(world, old=first)
    assert (alive(world, first), alive(world, second)) == (False, True)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::"), ("", None)],
)
async def test_events_say_who_signed_in_and_from_where(world: World, address: str, shown: str | None) -> None:
    log_in(world, right=False, address=address)
    log_in(world, name="nobody", address=address)
    log_in(world, address=address)
    [wrong, nobody] = world.events("signin.failed")
    [right] = world.events("signin.succeeded")
    assert [one.get("ipaddr") for one in (wrong, nobody, right)] == [shown] * 3
    assert right["actor_user_id"] == right["user_id"]
    assert "actor_user_id" not in wrong  # whoever it was, it may have been somebody else


async def test_a_wrong_password_ends_nothing(world: World) -> None:
    first = log_in(world)
    assert log_in(world, right=False, old=first) is None
    assert alive(world, first)


async def test_a_session_ends_without_use_and_at_its_end(each_world: World) -> None:
    secret = log_in(each_world)
    assert secret is not None
    for _ in range(10):
        each_world.now += IDLE - 1
        assert alive(each_world, secret)
        with each_world.db.write(serial=events.SERIAL) as c:
            store.seen(c, digest(secret), each_world.now)
    each_world.now += 10
    assert not alive(each_world, secret)
    log_in(each_world)
    with each_world.db.read() as c:
        assert c.raw.execute("SELECT count(*) FROM sessions").fetchone()[0] == 1  # ended ones are deleted


async def test_use_is_written_down_once_a_minute(world: World) -> None:
    secret = log_in(world)
    with world.db.read() as c:
        found = sessions.find(c, secret, world.now)
    assert found is not None
    assert not sessions.needs_touch(found, world.now + sessions.SEEN_EVERY_MS - 1)
    assert sessions.needs_touch(found, world.now + sessions.SEEN_EVERY_MS)


async def test_a_password_that_changes_while_it_is_compared_lets_nobody_in(world: World) -> None:
    with world.db.write(serial=events.SERIAL) as c:
        attempt = sessions.begin(c, ALICE, "192.0.2.1", world.now)
        store.set_password(c, world.user_in(c, ALICE).id, "another", world.now)
        assert sessions.finish(c, attempt, right=True, now=world.now) is None


async def test_a_person_who_goes_while_the_password_is_compared_is_not_let_in(world: World) -> None:
    with world.db.write(serial=events.SERIAL) as c:
        attempt = sessions.begin(c, ALICE, "192.0.2.1", world.now)
        directory.suspend(c, world.user_in(c, ALICE).id, actor=HAND, now=world.now)
        assert sessions.finish(c, attempt, right=True, now=world.now) is None
        directory.remove_user(c, world.user_in(c, ALICE).id, actor=HAND, now=world.now)
        assert sessions.finish(c, attempt, right=True, now=world.now) is None
    assert PASSWORD not in str(world.events())
