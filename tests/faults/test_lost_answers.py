"""A create whose answer never came: it is found again and is ours, whatever has changed here in the meantime."""

import pytest

from tests.faults.world import World, mentions
from tests.support.fault_plan import Fault
from tests.support.faulty_target import FaultyTarget

LOST = (Fault.DROPPED_DONE, Fault.DONE_500, Fault.DONE_503)
MANY = 40


def lose_all_news(target: FaultyTarget, fault: Fault, name: str) -> None:
    """The create of `name` does its work, and from then on nothing about it is answered: not in this run."""
    target.plan.lie_in_wait("POST", "/", fault, where=mentions(name))
    target.plan.lie_in_wait("POST", "/", *[Fault.ERROR_500] * MANY, where=mentions(name))
    for attribute in ("externalId", "userName", "displayName"):
        target.plan.lie_in_wait("GET", f"/Users?filter={attribute}", *[Fault.DROPPED] * MANY)
        target.plan.lie_in_wait("GET", f"/Groups?filter={attribute}", *[Fault.DROPPED] * MANY)


def a_person(world: World) -> str:
    """Somebody who is nobody's manager, in two groups at least."""
    managers = {person["manager_id"] for person in world.company.people.values()}
    found = {key for _, key in world.company.seats if sum(person == key for _, person in world.company.seats) > 1}
    return max(found - managers)


def a_group(world: World) -> str:
    return sorted(world.company.groups)[4]


@pytest.fixture(params=LOST)
def lost_user(request: pytest.FixtureRequest, sqlite_world: World) -> str:
    """Of one person it is not known whether they were made."""
    world = sqlite_world
    key = a_person(world)
    lose_all_news(world.target, request.param, world.company.people[key]["user_name"])
    return _doubtful(world, key)


@pytest.fixture(params=LOST)
def lost_group(request: pytest.FixtureRequest, sqlite_world: World) -> str:
    """Of one group it is not known whether it was made."""
    world = sqlite_world
    key = a_group(world)
    lose_all_news(world.target, request.param, world.company.groups[key])
    return _doubtful(world, key)


def _doubtful(world: World, key: str) -> str:
    world.bring()
    assert world.sync()["failed"] == 1
    assert len(world.troubles()) == 1
    world.restart()
    world.heal()
    return key


def assert_settled(world: World) -> None:
    """Both sides are equal after one plain sync, and nothing was made twice."""
    assert world.sync()["failed"] == 0
    world.assert_equal()
    assert set(world.target.store.created.values()) == {1}, "made twice"
    assert world.troubles() == {}
    world.assert_quiet()


def test_a_user_is_found_again(sqlite_world: World, lost_user: str) -> None:
    world = sqlite_world
    before = world.held().ids[f"person {lost_user}"]
    assert_settled(world)
    assert world.held().ids[f"person {lost_user}"] == before


def test_a_group_is_found_again(sqlite_world: World, lost_group: str) -> None:
    world = sqlite_world
    before = world.held().ids[f"group {world.company.groups[lost_group]}"]
    assert_settled(world)
    assert world.held().ids[f"group {world.company.groups[lost_group]}"] == before


def test_a_user_who_has_left_meanwhile_goes(sqlite_world: World, lost_user: str) -> None:
    world = sqlite_world
    world.company.leave(lost_user)
    world.bring()
    assert_settled(world)
    assert lost_user not in world.held().people


def test_a_user_who_is_called_otherwise_meanwhile(sqlite_world: World, lost_user: str) -> None:
    world = sqlite_world
    world.company.people[lost_user].update(user_name="otherwise@company.example", department="Elsewhere")
    world.bring()
    assert_settled(world)


def test_a_group_whose_role_has_gone_meanwhile_goes(sqlite_world: World, lost_group: str) -> None:
    world = sqlite_world
    world.company.dissolve(lost_group)
    world.bring()
    assert_settled(world)


def test_a_group_that_is_called_otherwise_meanwhile(sqlite_world: World, lost_group: str) -> None:
    world = sqlite_world
    before = world.held().ids[f"group {world.company.groups[lost_group]}"]
    world.company.groups[lost_group] = "Otherwise"
    world.bring()
    assert_settled(world)
    assert world.held().ids["group Otherwise"] == before


def test_a_group_whose_members_are_others_meanwhile(sqlite_world: World, lost_group: str) -> None:
    """What it was made with is read, not assumed."""
    world = sqlite_world
    members = sorted(world.company.members_of(lost_group))
    outside = sorted(world.company.people.keys() - set(members))
    world.company.seats -= {(lost_group, key) for key in members[:3]}
    world.company.seats |= {(lost_group, key) for key in outside[:2]}
    world.bring()
    assert_settled(world)


def test_both_are_found_again(world: World) -> None:
    """On each database."""
    person, group = a_person(world), a_group(world)
    for name in (world.company.people[person]["user_name"], world.company.groups[group]):
        lose_all_news(world.target, Fault.DROPPED_DONE, name)
    world.bring()
    assert world.sync()["failed"] == 2
    ids = world.held().ids
    world.restart()
    world.heal()
    assert_settled(world)
    assert world.held().ids == ids


@pytest.mark.parametrize("everything", [False, True])
def test_a_group_made_without_those_who_were_not_there_yet(sqlite_world: World, everything: bool) -> None:
    """Some of its people fail in the first run, and come in the second: they are put into the group then."""
    world = sqlite_world
    key = a_group(world)
    late = sorted(world.company.members_of(key))[:2]
    for person in late:
        name = world.company.people[person]["user_name"]
        world.target.plan.lie_in_wait("POST", "/Users", *[Fault.ERROR_500] * MANY, where=mentions(name))
    lose_all_news(world.target, Fault.DROPPED_DONE, world.company.groups[key])
    world.bring()
    assert world.sync()["failed"] == 3
    world.heal()
    world.sync(full=everything)
    world.assert_equal()
    world.assert_quiet()


@pytest.mark.parametrize("fault", [*LOST, Fault.HTML_200, Fault.HTML_502, Fault.DROPPED])
def test_a_change_whose_answer_is_lost_is_said_again(sqlite_world: World, fault: Fault) -> None:
    """A PATCH or DELETE takes effect once, however often it is said; and a web page is no answer."""
    world = sqlite_world
    world.bring()
    world.sync()
    groups = sorted(world.company.groups)
    person = a_person(world)
    world.company.leave(person)
    world.company.people[sorted(world.company.people)[0]]["department"] = "Elsewhere"
    world.company.groups[groups[0]] = "Renamed"
    world.company.dissolve(groups[1])
    world.bring()
    sent = world.target.count()
    for method in ("PATCH", "DELETE"):
        for path in ("/Users", "/Groups"):
            world.target.plan.lie_in_wait(method, path, fault)
    result = world.sync()
    assert result["failed"] == 0
    assert world.target.plan.injected[fault] == 4
    world.assert_equal()
    assert world.target.count() - sent == result["floor"] + 4
    assert result["requests"] == result["floor"] + 4, "the meter counts what was sent"
    world.assert_quiet()
