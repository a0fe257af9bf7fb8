"""A target that fails: after the faults end both sides are equal, at the floor of requests and what the faults cost."""

import random

import pytest

from tests.faults.world import World, add_strangers, live
from tests.support.fault_plan import SLOW, Fault, Mischief, rates_of
from tests.support.mischief import Mischiefs

COST = 3
"""Requests that a fault may cost at most: a create in doubt is looked for by externalId and by userName, and sent again."""
SHARE = 0.3
SLOW_SHARE = 0.02
"""Of requests that are answered too late: each takes as long as the engine waits."""
DAYS = 2
QUICK = [fault for fault in Fault if fault not in SLOW]
PAGES = [fault for fault in Fault if "web page" in fault.value]
NOT_SCIM = "something else than SCIM answered"
"""What stops a run, with the reason, where even the fourth try of a request meets a page."""
MISCHIEF = {
    Mischief.LOSE_USER: 2,
    Mischief.LOSE_GROUP: 1,
    Mischief.LOSE_MEMBER: 4,
    Mischief.ADD_MEMBER: 4,
    Mischief.EDIT_USER: 4,
    Mischief.RENAME_GROUP: 1,
}
"""So few losses that they are no wrong tenant."""


def assert_ids_kept(before: dict[str, str], after: dict[str, str], lost: set[str]) -> None:
    """Who is there before and after is there under the same id, but for what was lost behind the engine's back."""
    assert [key for key, number in before.items() if number not in lost and after.get(key, number) != number] == []


def assert_made_once(world: World) -> None:
    """Nothing was made twice, but for what was lost."""
    twice = sum(count - 1 for count in world.target.store.created.values())
    assert twice <= len(world.target.store.lost)


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_alone(sqlite_world: World, impatient: pytest.MonkeyPatch, fault: Fault) -> None:
    """Faults alone never make what the engine knows wrong: a plain sync is enough, and a full one then finds nothing."""
    world = sqlite_world
    add_strangers(world)
    plan = world.faults(7, {fault: SLOW_SHARE if fault in SLOW else SHARE})
    world.bring()
    world.try_sync()
    ids = world.held().ids
    live(world, 7, DAYS)
    assert plan.injected[fault] >= (1 if fault in SLOW else 20)
    world.heal()
    impatient.undo()
    world.sync()
    world.assert_equal()
    assert world.target.count() <= world.floor + COST * plan.injected.total()
    assert_ids_kept(ids, world.held().ids, set())
    assert_made_once(world)
    world.assert_quiet()
    expected = NOT_SCIM if fault in PAGES else None
    assert [one for one in world.problems if expected is None or expected not in one] == []


@pytest.mark.parametrize("fault", [Fault.ERROR_503, Fault.WAIT_503, Fault.BUSY_429, Fault.WAIT_429])
def test_what_says_that_nothing_was_done_costs_one_request(sqlite_world: World, fault: Fault) -> None:
    plan = sqlite_world.faults(3, {fault: SHARE})
    sqlite_world.bring()
    result = sqlite_world.sync()
    assert plan.injected[fault] > 10
    assert sqlite_world.target.count() == sqlite_world.floor + plan.injected[fault] == result["requests"]
    sqlite_world.assert_equal()


@pytest.mark.parametrize("fault", [Fault.WAIT_429, Fault.WAIT_503])
def test_the_target_says_how_long_to_wait(sqlite_world: World, fault: Fault) -> None:
    world = sqlite_world
    world.bring()
    world.sync()
    key = sorted(world.company.people)[0]
    path = f"/Users/{world.held().ids[f'person {key}']}"
    world.company.people[key]["department"] = "Elsewhere"
    world.bring()
    world.target.retry_after = "1"
    world.target.plan.lie_in_wait("PATCH", path, fault, fault)
    assert world.sync()["failed"] == 0
    first, second, third = [seen.at for seen in world.target.seen if seen.path == path]
    assert min(second - first, third - second) >= 1
    world.assert_equal()


@pytest.mark.parametrize("seed", range(4))
def test_storm(world: World, seed: int) -> None:
    """Every kind at once, while people, groups and memberships are lost and edited at the target."""
    add_strangers(world)
    rng = random.Random(seed)
    plan = world.faults(seed, rates_of(rng, QUICK, 0.3 + 0.1 * seed))
    mischief = Mischiefs(rng, dict(MISCHIEF))
    world.bring()
    world.try_sync()
    ids = world.held().ids
    world.target.before = mischief
    live(world, seed, DAYS)
    world.target.before = lambda _store, _number: None
    world.heal()
    assert plan.injected.total() > 50
    assert mischief.done.total() > 5
    assert world.quarantine() == ""
    world.sync(full=True)
    world.assert_equal()
    assert_ids_kept(ids, world.held().ids, world.target.store.lost)
    assert_made_once(world)
    world.assert_quiet()


@pytest.mark.parametrize("seed", [0, 2, 3, 5])
def test_nearly_every_request_fails(sqlite_world: World, seed: int) -> None:
    """So many that single objects fail for good in a run: they come later, and nothing of what was done is lost."""
    rng = random.Random(seed)
    sqlite_world.faults(seed, rates_of(rng, QUICK, 0.8))
    sqlite_world.bring()
    results = [sqlite_world.try_sync() for _ in range(2)]
    live(sqlite_world, seed, DAYS, syncs=1)
    assert any(result.get("failed") or result.get("quarantine") for result in results) or sqlite_world.problems
    sqlite_world.heal()
    sqlite_world.start()
    sqlite_world.sync()
    sqlite_world.assert_equal()
    assert_made_once(sqlite_world)
    sqlite_world.assert_quiet()
