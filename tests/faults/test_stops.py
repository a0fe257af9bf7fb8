"""What stops a run as a whole, or the app: nothing is harmed, and all goes on once the reason is gone."""

import random

import pytest

from lockstep.kit.problems import Problem
from tests.faults.world import World, add_strangers
from tests.support.company import Company
from tests.support.fault_plan import Fault
from tests.support.scim_rules import ScimStore


def test_the_token_is_refused_in_the_middle_of_a_run(world: World) -> None:
    add_strangers(world)
    world.bring()

    def refuse_after_30(_store: ScimStore, number: int) -> None:
        if number == 30:
            world.target.refused.add(world.target.token)

    world.target.before = refuse_after_30
    with pytest.raises(Problem, match="token"):
        world.sync()
    assert 30 < world.target.count() <= 30 + 16 * 2, "the run goes on against a target that refuses it"
    assert world.troubles() == {}, "held against single objects"
    assert world.quarantine() == ""
    world.target.refused.clear()
    result = world.sync()
    assert result["failed"] == 0
    assert world.target.count("POST", done=True) == result["applied"] + 30, "made twice, or not at all"
    assert world.target.count("GET") == 0, "who was refused was not made, and need not be looked for"
    world.assert_equal()
    world.assert_quiet()


def test_the_token_is_refused_while_a_create_is_in_doubt(sqlite_world: World) -> None:
    """The answer to a create is lost, and what should look for it is refused: it is looked for in the next run."""
    world = sqlite_world
    world.target.plan.lie_in_wait("POST", "/Users", *[Fault.DROPPED_DONE] * 5)

    def refuse_after_6(_store: ScimStore, number: int) -> None:
        if number == 6:
            world.target.refused.add(world.target.token)

    world.target.before = refuse_after_6
    world.bring()
    with pytest.raises(Problem, match="token"):
        world.sync()
    world.target.refused.clear()
    assert world.sync()["failed"] == 0
    assert set(world.target.store.created.values()) == {1}
    world.assert_equal()
    world.assert_quiet()


def test_the_target_is_down(world: World) -> None:
    world.bring()
    world.sync()
    world.company.day(random.Random(5))
    for key in sorted(world.company.people)[:40]:
        world.company.people[key]["department"] = "Elsewhere"
    world.bring()
    ids, sent = world.held().ids, world.target.count()
    world.target.stop()
    with pytest.raises(Problem, match="does not answer"):
        world.sync()
    with pytest.raises(Problem, match="could not be read"):
        world.sync(full=True)
    assert world.quarantine() == "", "a target that is down is not the app's fault"
    world.target.start()
    result = world.sync()
    assert result["failed"] == 0
    assert world.target.count() - sent == result["requests"]
    world.assert_equal()
    after = world.held().ids
    assert {key: after[key] for key in ids.keys() & after.keys()} == {key: ids[key] for key in ids.keys() & after.keys()}
    world.assert_quiet()


def everybody_moves(world: World) -> None:
    for person in world.company.people.values():
        person["department"] = "Elsewhere"
    world.bring()


@pytest.mark.parametrize("full", [True, False])
def test_a_wrong_tenant(world: World, full: bool) -> None:
    """All that we know is 404: the app is put in quarantine, and nothing is made again there."""
    world.bring()
    world.sync()
    ids = world.held().ids
    everybody_moves(world)
    right, wrong = world.target.store, ScimStore("wrong")
    world.target.store = wrong
    stopped = world.try_sync()
    assert "wrong tenant" in stopped["quarantine"]
    assert "wrong tenant" in world.quarantine()
    assert (wrong.users, wrong.groups) == ({}, {})
    sent = world.target.count()
    world.try_sync()
    assert world.target.count() == sent, "an app in quarantine sends nothing"

    world.target.store = right
    world.start()
    assert world.sync(full=full)["failed"] == 0
    assert world.quarantine() == ""
    world.assert_equal()
    assert world.held().ids == ids
    assert set(right.created.values()) == {1}
    world.assert_quiet()

    world.target.store = ScimStore("wrong again")
    assert "wrong tenant" in world.sync(full=True)["quarantine"], "what a person said counted for that once"


def test_a_wrong_tenant_seen_by_a_full_check(sqlite_world: World) -> None:
    world = sqlite_world
    world.bring()
    world.sync()
    ids = world.held().ids
    right, wrong = world.target.store, ScimStore("wrong")
    world.target.store = wrong
    assert "wrong tenant" in world.sync(full=True)["quarantine"]
    assert (wrong.users, wrong.groups) == ({}, {})
    world.target.store = right
    world.start()
    world.sync(full=True)
    world.assert_equal()
    assert world.held().ids == ids


def test_what_is_really_gone_is_made_again_once_a_person_says_so(world: World) -> None:
    """Ten users deleted at the target look like a wrong tenant.  After a person has looked they are made again."""
    world.bring()
    world.sync()
    ids = world.held().ids
    for key in sorted(ids)[-10:]:
        world.target.store.lose_user(ids[key])
    assert "wrong tenant" in world.sync(full=True)["quarantine"]
    world.start()
    assert world.sync(full=True)["failed"] == 0
    world.sync()
    world.assert_equal()
    kept = {key: number for key, number in ids.items() if number not in world.target.store.lost}
    assert {key: world.held().ids[key] for key in kept} == kept
    world.assert_quiet()


def test_forty_percent_of_at_least_fifty_fail(sqlite_world: World) -> None:
    """Going on would only do harm."""
    world = sqlite_world
    world.company = Company.made(random.Random(2), people=200, groups=3, seats=30)
    bad = sorted(world.company.people)[::2]
    for number, key in enumerate(bad):
        world.company.people[key]["user_name"] = f"white space {number}"
    world.bring()
    assert "changes failed" in world.sync()["quarantine"]
    assert "changes failed" in world.quarantine()
    assert world.target.count() <= 150, "it went on"
    for number, key in enumerate(bad):
        world.company.people[key]["user_name"] = f"no.white.space.{number}"
    world.bring()
    world.start()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


@pytest.mark.parametrize(("bad", "of"), [(15, 60), (24, 49)])
def test_fewer_failures_stop_nothing(sqlite_world: World, bad: int, of: int) -> None:
    """A quarter of sixty, or half of too few to tell."""
    world = sqlite_world
    world.company = Company.made(random.Random(2), people=of, groups=0, seats=0)
    for number, key in enumerate(sorted(world.company.people)[:bad]):
        world.company.people[key]["user_name"] = f"white space {number}"
    world.bring()
    result = world.sync()
    assert result["failed"] == bad
    assert world.quarantine() == ""
    assert len(world.held().people) == of - bad
