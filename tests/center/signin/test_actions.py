"""Sessions in the database."""

import pytest

from lockstep.center.events import Operation
from lockstep.center.housekeeping import forget_sign_ins
from lockstep.center.signin import actions, store
from lockstep.kit.problems import Problem
from lockstep.kit.runner import open_runner
from tests.center.signin.world import ADA, BOB, World

HOUR_MS = 3_600_000


async def test_live_sessions_come_oldest_first(world: World) -> None:
    for name in (BOB, ADA, BOB):
        await world.sign_in(world.browser(), name)
    assert [session.user_name for session in world.sessions] == [BOB, ADA, BOB]
    world.change(BOB, active=False)
    assert [session.user_name for session in world.sessions] == [ADA]
    world.clock.ahead = 9 * HOUR_MS
    assert world.sessions == []


async def test_an_administrator_ends_the_sessions_of_one_user(world: World) -> None:
    other = world.beside()
    for place, name in ((world, ADA), (world, ADA), (world, BOB), (other, ADA)):
        await place.sign_in(world.browser(), name)
    with world.database.write() as connection:
        assert actions.end_sessions(connection, world.call(Operation.END_SESSIONS), world.instance.name, ADA) == 2
    assert [session.user_name for session in world.sessions] == [BOB]
    assert [session.user_name for session in other.sessions] == [ADA]
    assert [record["requestParameters"] for record in world.trail if record["eventName"] == "BatchDeleteSession"] == [
        {"userId": world.people[ADA], "sessions": 2}
    ]
    with pytest.raises(Problem, match="no user"), world.database.write() as connection:
        actions.end_sessions(connection, world.call(Operation.END_SESSIONS), world.instance.name, "nobody")


async def test_what_is_old_is_forgotten_in_pieces(world: World) -> None:
    await world.sign_in(world.browser())
    now = world.clock()
    with world.database.write() as connection:
        for number in range(1100):
            assert store.see(connection, world.instance.key, "i", "assertion", str(number), now - number)
        assert not store.see(connection, world.instance.key, "i", "assertion", "0", now)
        assert store.see(connection, world.instance.key, "i", "response", "0", now + HOUR_MS)
    runner = open_runner(world.database)
    await forget_sign_ins(runner, now)
    assert len(world.sessions) == 1
    await forget_sign_ins(runner, now + 10 * HOUR_MS)
    await runner.close()
    assert world.sessions == []
    with world.database.write() as connection:
        assert store.see(connection, world.instance.key, "i", "assertion", "0", now)
        assert store.see(connection, world.instance.key, "i", "response", "0", now)


async def test_the_setting_of_an_instance_ends_a_session(world: World) -> None:
    short = World(world.database, world.stage, world.center, world.clock, world.stage.instance(session_minutes=15))
    await short.sign_in(short.browser())
    (session,) = short.sessions
    assert session.expires_at - session.started_at == HOUR_MS // 4
    for minutes in (14, 129_601):
        with pytest.raises(Problem, match="session_minutes"):
            world.stage.instance(session_minutes=minutes)
