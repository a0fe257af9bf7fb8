"""Tokens that change while a run is under way: it goes on, and nothing fails."""

import asyncio

import pytest

from lockstep.idp.apps.tokens import actions, store
from lockstep.idp.apps.tokens.records import DAY_MS
from lockstep.idp.provisioning import engine, scheduler
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.tokens import AppTokens
from tests.idp.provisioning.target import Sent
from tests.idp.provisioning.world import World, everyone, many

OLD, NEW = "secret", "another"


def give(world: World, secret: str, *, spare: bool = False, ends: int = 0) -> None:
    with world.write() as c:
        app = world.app_of(c)
        actions.give(c, world.vault, app, secret, world.now, spare=spare, expires_at=ends)


def known(world: World) -> list[tuple[str, int]]:
    with world.db.read() as c:
        return [(one.secret, one.token.answer) for one in actions.opened(c, world.vault, world.app_of(c).id)]


def happened(world: World) -> list[str]:
    return [event.type.value for event in world.events() if event.type.value.startswith("token.")]


def test_a_run_begins_with_the_current_token_and_goes_on_with_the_next(each_world: World) -> None:
    world = each_world
    world.make_app()
    give(world, NEW, spare=True)
    world.target.accepts = {NEW}
    world.become(everyone("A", "B"), {"G": ("Team", ["A"])})
    result = world.sync()
    assert (result.failed, result.applied, len(world.target.users), len(world.target.groups)) == (0, 3, 2, 1)
    assert known(world) == [(NEW, 200), (OLD, 401)]
    assert happened(world) == ["token.given", "token.refused", "token.taken_into_use"]
    world.become(everyone("A", "B", "C"), {"G": ("Team", ["A"])})
    assert world.sync().requests == 1  # the refused one is not asked any more


def test_the_old_one_is_deleted_in_the_middle_of_a_run(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.target.accepts = {OLD, NEW}
    world.become(everyone(*many(250)))

    def rotate(_sent: Sent) -> None:
        if len(world.target.users) == 120 and OLD in (world.target.accepts or ()):
            give(world, NEW, spare=True)
            world.target.accepts = {NEW}

    world.target.watch = rotate
    result = world.sync()
    assert (result.failed, result.applied, len(world.target.users)) == (0, 250, 250)
    assert result.requests <= 250 + 16
    assert [one for one in world.events() if "failed" in one.type.value] == []


def test_a_token_that_is_replaced_is_used_from_the_next_batch_on(each_world: World) -> None:
    """Even while the old one is still taken: an administrator has said so."""
    world = each_world
    world.make_app()
    world.become(everyone(*many(250)))

    def watch(_sent: Sent) -> None:
        if len(world.target.users) == 50 and known(world)[0][0] == OLD:
            give(world, NEW)
        if len(world.target.users) == 150:
            world.target.accepts = {NEW}

    world.target.watch = watch
    assert world.sync().requests == 250
    assert known(world) == [(NEW, 200)]


def test_a_run_that_has_no_other_token_ends_and_the_token_is_marked(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.become(everyone("A"))
    world.target.accepts = set()
    with pytest.raises(TargetProblem, match="refused the access token"):
        world.sync()
    assert known(world) == [(OLD, 401)]
    world.target.accepts = {OLD}
    assert world.sync().applied == 1
    assert known(world) == [(OLD, 200)]


def test_what_is_found_by_many_requests_is_written_once(each_world: World) -> None:
    world = each_world
    world.make_app()
    give(world, NEW, spare=True)
    tokens = AppTokens(world.db, world.vault, world.app().id, world.clock)
    assert list(tokens.there()) == [OLD, NEW]
    for _ in range(5):
        tokens.answered({OLD: 401}, NEW)
    assert list(tokens.there()) == [NEW, OLD]
    assert happened(world) == ["token.given", "token.refused", "token.taken_into_use"]


async def test_the_worker_reminds_once(each_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = each_world
    world.make_app("provisioning=off")
    with world.write() as c:
        actions.set_expiry(c, world.app_of(c), "current", world.now + 20 * DAY_MS, world.now)
    monkeypatch.setattr(scheduler, "REMIND_SECONDS", 0.0)
    one = engine.Engine(world.db, world.vault, clock=world.clock)
    stop = asyncio.Event()
    serving = asyncio.create_task(one.serve(stop.is_set))
    async with asyncio.timeout(20):
        while "token.expires" not in happened(world):  # noqa: ASYNC110 - the worker knows nothing of events
            await asyncio.sleep(0.05)
        await asyncio.sleep(3 * engine.POLL_SECONDS)
        stop.set()
        await serving
    assert happened(world).count("token.expires") == 1
    with world.db.read() as c:
        assert [token.reminded for token in store.of_app(c, world.app_of(c).id)] == [30]
