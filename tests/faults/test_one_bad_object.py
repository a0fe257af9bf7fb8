"""What fails for good fails alone: it is reported in words, and the others go on."""

import pytest

from lockstep.idp import events
from lockstep.idp.events import EventType
from tests.faults.world import DAY, World, add_strangers, mentions, stranger
from tests.support.fault_plan import Fault


def errors(world: World, kind: EventType) -> list[str]:
    """What the event stream says about failures of one kind."""
    with world.db.read() as c:
        return [event.error_description for event in events.since(c, 0, 10_000) if event.type is kind]


def nobodys_manager(world: World) -> str:
    """Somebody whose absence shows in nobody else."""
    managers = {person["manager_id"] for person in world.company.people.values()}
    return max(world.company.people.keys() - managers)


def others(world: World, key: str) -> list[str]:
    """How the sides differ, but for one person."""
    expected = world.company.expected()
    del expected.people[key]
    for name, members in expected.groups.items():
        expected.groups[name] = members - {key}
    return expected.differences(world.held())


def test_a_person_whom_the_target_refuses(world: World) -> None:
    """AWS takes no space in a userName."""
    key = nobodys_manager(world)
    world.company.people[key]["user_name"] = "white space"
    world.bring()
    result = world.sync()
    assert (result["failed"], result["applied"]) == (1, result["floor"] - 1)
    assert others(world, key) == []
    (error,) = world.troubles().values()
    assert "refused" in error
    assert "Value at 'userName' failed to satisfy constraint" in error
    assert error in errors(world, EventType.USER_CREATION_FAILED_IN_APP)

    before = world.target.count()
    assert world.sync()["failed"] == 1
    assert 1 <= world.target.count() - before <= 3, "tried again up to three times, and nothing else is sent"

    world.company.people[key]["user_name"] = "whitespace"
    world.bring()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    assert world.troubles() == {}
    world.assert_quiet()


def test_a_change_that_the_target_refuses(sqlite_world: World) -> None:
    world = sqlite_world
    world.bring()
    world.sync()
    key = sorted(world.company.people)[7]
    world.company.people[key]["display_name"] = "bell \u200b"
    world.company.people[sorted(world.company.people)[8]]["title"] = "Promoted"
    world.bring()
    result = world.sync()
    assert (result["failed"], result["applied"]) == (1, 1)
    assert "refused" in world.troubles()["user", key]
    assert errors(world, EventType.USER_UPDATE_FAILED_IN_APP)
    world.company.people[key]["display_name"] = "no bell"
    world.bring()
    world.sync()
    world.assert_equal()


def test_a_group_whose_name_is_a_strangers(world: World) -> None:
    """adopt=report, the default: it is left alone, and said; with adopt=adopt it is taken over."""
    group = sorted(world.company.groups)[3]
    name = world.company.groups[group]
    store = world.target.store
    made = store.create_group({"displayName": name.upper()}, foreign=True, age_seconds=DAY)
    world.remember_strangers()
    world.bring()
    result = world.sync()
    assert result["failed"] == 1
    assert "was not made by Lockstep" in world.troubles()["group", name.casefold()]
    expected = world.company.expected()
    del expected.groups[name]
    assert expected.differences(world.held()) == []
    assert world.strangers() == {made["id"]: {**made, "members": []}}

    world.set("adopt=adopt")
    assert world.sync()["failed"] == 0
    assert store.groups[made["id"]].document["displayName"] == name
    store.groups[made["id"]].foreign = False
    world.remember_strangers()
    world.assert_equal()


def test_a_user_whose_name_is_a_strangers(sqlite_world: World) -> None:
    world = sqlite_world
    key = nobodys_manager(world)
    theirs = stranger(1, userName=world.company.people[key]["user_name"].upper())
    world.target.store.create_user(theirs, foreign=True, age_seconds=DAY)
    world.remember_strangers()
    world.bring()
    assert world.sync()["failed"] == 1
    assert "was not made by Lockstep" in world.troubles()["user", key]
    assert others(world, key) == []
    world.assert_strangers()


@pytest.mark.parametrize("lost", [Fault.DROPPED, Fault.ERROR_500, Fault.ERROR_503, Fault.HTML_502])
def test_a_strangers_twin_is_not_taken_for_ours_when_a_request_is_lost(sqlite_world: World, lost: Fault) -> None:
    """Our create never arrived, so what stands under its name is not what it made."""
    world = sqlite_world
    group, person = sorted(world.company.groups)[2], nobodys_manager(world)
    store = world.target.store
    name, user_name = world.company.groups[group], world.company.people[person]["user_name"]
    store.create_group({"displayName": name}, foreign=True, age_seconds=DAY)
    store.create_user(stranger(2, userName=user_name), foreign=True, age_seconds=DAY)
    world.remember_strangers()
    for path, text in (("/Groups", name), ("/Users", user_name)):
        world.target.plan.lie_in_wait("POST", path, lost, where=mentions(text))
    world.bring()
    assert world.sync()["failed"] == 2
    assert sorted(world.troubles()) == [("group", name.casefold()), ("user", person)]
    world.assert_strangers()


@pytest.mark.parametrize("adopt", ["report", "adopt"])
def test_a_conflict_never_takes_what_is_linked_already(sqlite_world: World, adopt: str) -> None:
    """Somebody gives one of our users, at the target, the name that another person here is about to have."""
    world = sqlite_world
    world.set(f"adopt={adopt}")
    world.bring()
    world.sync()
    one, two = sorted(world.company.people)[:2]
    linked = world.held().ids[f"person {one}"]
    world.target.store.edit_user(linked, userName="wanted@company.example", externalId="")
    del world.target.store.users[linked].document["externalId"]
    world.company.leave(two)
    world.bring()
    world.sync()
    world.company.people[two] = {**world.company.people[one], "employee_id": two, "user_name": "wanted@company.example"}
    world.company.people[two]["email"] = "wanted@company.example"
    world.bring()
    assert world.sync()["failed"] == 1
    assert "linked already" in world.troubles()["user", two]

    world.sync(full=True)
    world.sync()
    world.assert_equal()
    assert world.held().ids[f"person {one}"] == linked


def test_strangers_are_never_touched(sqlite_world: World) -> None:
    """Not even where they hold protected names that a role here bears too."""
    world = sqlite_world
    add_strangers(world)
    world.company.groups["G9999"] = "AWSControlTowerAdmins"
    world.company.seats.add(("G9999", sorted(world.company.people)[0]))
    world.bring()
    assert world.sync()["failed"] == 0
    world.sync(full=True)
    expected = world.company.expected()
    del expected.groups["AWSControlTowerAdmins"]
    assert expected.differences(world.held()) == []
    world.assert_strangers()
