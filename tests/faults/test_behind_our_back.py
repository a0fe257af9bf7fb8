"""What somebody does at the target behind our back is found by a full sync, and put back at the floor."""

import copy
import random
from collections.abc import Callable

import pytest

from tests.faults.world import World, add_strangers
from tests.support.fault_plan import Mischief
from tests.support.mischief import Mischiefs
from tests.support.scim_rules import ScimStore


@pytest.fixture
def synced(sqlite_world: World) -> World:
    """Both sides are equal."""
    add_strangers(sqlite_world)
    sqlite_world.bring()
    sqlite_world.sync()
    return sqlite_world


def assert_put_back(world: World, differences: int, requests: int) -> None:
    """One full sync, at the floors, and then there is nothing to do.  Who was not lost has the same id."""
    ids = world.held().ids
    result = world.sync(full=True)
    assert result["failed"] == 0
    assert result["check"]["differences"] == differences
    assert result["requests"] == result["floor"] == requests
    world.assert_equal()
    after = world.held().ids
    assert [key for key in ids if key in after and ids[key] != after[key]] == []
    world.assert_quiet()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", Mischief)
def test_each_kind_alone(synced: World, kind: Mischief, seed: int) -> None:
    world = synced
    assert Mischiefs(random.Random(seed), {}).do(world.target.store, kind)
    ids = world.held().ids
    assert world.company.expected().differences(world.held()) != []
    result = world.sync(full=True)
    assert (result["failed"], result["check"]["differences"]) == (0, 1)
    assert result["requests"] == result["floor"]
    world.assert_equal()
    assert [key for key in ids if ids[key] != world.held().ids.get(key) and not key.startswith("group Edited")] == []
    world.assert_quiet()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", Mischief)
def test_each_kind_taken_over_and_then_put_back(synced: World, kind: Mischief, seed: int) -> None:
    """Neither the run nor a check touches it again; then a person has second thoughts, and all is as it was."""
    world = synced
    assert Mischiefs(random.Random(seed), {}).do(world.target.store, kind)
    [found] = world.look()["differences"]
    assert world.say_of_drift("take-over", found["digest"]) == 1
    follows = world.sync()
    assert (follows["failed"], follows["requests"]) == (0, follows["floor"])
    assert kind is Mischief.LOSE_USER or follows["requests"] == 0, "those whom she managed have no manager"
    before = copy.deepcopy(world.held())
    world.assert_quiet()
    assert world.held().ids == before.ids
    assert world.company.expected().differences(world.held()) != []
    assert world.say_of_drift("put-back", found["digest"]) == 1
    result = world.sync()
    assert (result["failed"], result["requests"]) == (0, result["floor"])
    world.assert_equal()
    world.assert_quiet()


def managed_by(world: World, key: str) -> list[str]:
    return [one for one, person in world.company.people.items() if person["manager_id"] == key and one != key]


def groups_of(world: World, key: str) -> list[str]:
    return [group for group, person in world.company.seats if person == key]


def test_a_lost_manager(synced: World) -> None:
    """She is made again, put into her groups, and those she manages are given her new id."""
    key = max(synced.company.people, key=lambda one: len(managed_by(synced, one)))
    synced.target.store.lose_user(synced.held().ids[f"person {key}"])
    assert_put_back(synced, 1, 1 + len(groups_of(synced, key)) + len(managed_by(synced, key)))


@pytest.mark.parametrize("full", [True, False])
def test_a_lost_manager_whose_people_change(synced: World, full: bool) -> None:
    """What they are given besides her new id goes in the same run: found by a full check, or by a change of hers."""
    world = synced
    key = max(world.company.people, key=lambda one: len(managed_by(world, one)))
    world.target.store.lose_user(world.held().ids[f"person {key}"])
    for person in (key, *managed_by(world, key)):
        world.company.people[person]["department"] = "Elsewhere"
    world.bring()
    assert world.sync(full=full)["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


def test_a_lost_group_comes_back_with_its_members(synced: World) -> None:
    name = sorted(synced.company.expected().groups)[0]
    synced.target.store.lose_group(synced.held().ids[f"group {name}"])
    assert_put_back(synced, 1, 1)


def test_lost_and_found_by_a_change(synced: World) -> None:
    """Nobody reads the target: that a user is gone shows when the next change for them is answered 404."""
    world = synced
    key = next(one for one in sorted(world.company.people, reverse=True) if not managed_by(world, one))
    world.target.store.lose_user(world.held().ids[f"person {key}"])
    world.company.people[key]["department"] = "Elsewhere"
    world.bring()
    sent = world.target.count()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    assert world.target.count() - sent == 1 + 1 + 1 + len(groups_of(world, key)), (
        "the PATCH that met 404, the look whether it is so, the user, the groups"
    )
    world.assert_quiet()


def test_a_lost_member_found_by_a_change_of_the_group(synced: World) -> None:
    """The PATCH names somebody who is gone: they are made again, and the PATCH goes."""
    world = synced
    group = sorted(world.company.groups)[0]
    key = next(
        one
        for one in sorted(world.company.people)
        if one not in world.company.members_of(group) and not managed_by(world, one) and groups_of(world, one)
    )
    world.target.store.lose_user(world.held().ids[f"person {key}"])
    world.company.seats.add((group, key))
    world.bring()
    sent = world.target.count()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    told_apart = 2  # is it the group that is gone, or its one new member?
    assert world.target.count() - sent == 1 + told_apart + 1 + len(groups_of(world, key))
    world.assert_quiet()


def test_a_lost_group_found_by_a_change_of_its_members(synced: World) -> None:
    world = synced
    group = sorted(world.company.groups)[0]
    world.target.store.lose_group(world.held().ids[f"group {world.company.groups[group]}"])
    world.company.seats.discard(next(seat for seat in sorted(world.company.seats) if seat[0] == group))
    world.bring()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


def lose_leaver(world: World) -> None:
    key = sorted(world.company.people)[-1]
    world.target.store.lose_user(world.held().ids[f"person {key}"])
    world.company.leave(key)


def lose_dissolved(world: World) -> None:
    key = sorted(world.company.groups)[-1]
    world.target.store.lose_group(world.held().ids[f"group {world.company.groups[key]}"])
    world.company.dissolve(key)


@pytest.mark.parametrize("lose", [lose_leaver, lose_dissolved])
def test_what_should_go_is_gone_already(synced: World, lose: Callable[[World], None]) -> None:
    """404 for a DELETE is what was wanted."""
    lose(synced)
    synced.bring()
    assert synced.sync()["failed"] == 0
    synced.assert_equal()
    synced.assert_quiet()


def test_a_rename_of_a_group_that_is_gone(synced: World) -> None:
    world = synced
    group = sorted(world.company.groups)[2]
    world.target.store.lose_group(world.held().ids[f"group {world.company.groups[group]}"])
    world.company.groups[group] = "Otherwise"
    world.bring()
    assert world.sync()["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


def test_a_stranger_takes_a_name_in_the_middle_of_a_run(sqlite_world: World) -> None:
    """The group that needs the name fails alone, and says why; once the name is free it comes."""
    world = sqlite_world
    name = sorted(world.company.groups.values())[0]

    def take_the_name(store: ScimStore, number: int) -> None:
        if number == 10:
            store.create_group({"displayName": name}, foreign=True)

    world.target.before = take_the_name
    world.bring()
    assert world.sync()["failed"] == 1
    assert list(world.troubles()) == [("group", name.casefold())]
    world.target.before = lambda _store, _number: None
    (stranger,) = [key for key, kept in world.target.store.groups.items() if kept.foreign]
    world.target.store.delete_group(stranger)
    assert world.sync()["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


@pytest.mark.parametrize("full", [True, False])
def test_a_stranger_who_was_in_a_group_and_is_deleted(synced: World, full: bool) -> None:
    """What was to be taken out of the group is gone by itself: the group's own changes go all the same."""
    world = synced
    group = sorted(world.company.groups)[0]
    number = world.held().ids[f"group {world.company.groups[group]}"]
    stranger = next(key for key, kept in world.target.store.users.items() if kept.foreign)
    world.target.store.members[number].add(stranger)
    world.set("approve-update=on")
    assert world.sync(full=True)["waiting"] == 1
    world.target.store.delete_user(stranger)
    world.remember_strangers()
    world.set("approve-update=off")
    world.company.seats.discard(next(seat for seat in sorted(world.company.seats) if seat[0] == group))
    world.bring()
    assert world.sync(full=full)["failed"] == 0
    world.assert_equal()
    world.assert_quiet()


@pytest.mark.parametrize("number", [2, 3])
def test_groups_that_were_given_each_others_names(synced: World, number: int) -> None:
    """Each gets its own back, on its own id; one of them is called something else for a moment."""
    world = synced
    names = sorted(world.company.groups.values())[:number]
    ids = {name: world.held().ids[f"group {name}"] for name in names}
    for name in names:
        world.target.store.edit_group(ids[name], f"away {name}")
    for position, name in enumerate(names):
        world.target.store.edit_group(ids[name], names[(position + 1) % number])
    result = world.sync(full=True)
    assert (result["failed"], result["requests"], result["floor"]) == (0, number + 1, number + 1)
    assert {name: world.held().ids[f"group {name}"] for name in names} == ids
    world.assert_equal()
    world.assert_quiet()


def test_groups_each_of_which_was_given_the_next_ones_name(synced: World) -> None:
    """No circle: each gives up the name before another takes it, and no request is wasted."""
    world = synced
    names = sorted(world.company.groups.values())[:4]
    ids = {name: world.held().ids[f"group {name}"] for name in names}
    for name, other in reversed(list(zip(names, [*names[1:], "Free"], strict=True))):
        world.target.store.edit_group(ids[name], other)
    result = world.sync(full=True)
    assert (result["failed"], result["requests"], result["floor"]) == (0, 4, 4)
    assert {name: world.held().ids[f"group {name}"] for name in names} == ids
    world.assert_equal()


PROTECTED = "AWSAuditOfOurs"


@pytest.mark.parametrize("changed", [False, True])
def test_a_group_that_was_given_a_protected_name_is_called_as_before(synced: World, changed: bool) -> None:
    """It is ours by its id, whatever it is called: it is not made a second time, and its members stay ours."""
    world = synced
    group, name = sorted(world.company.groups.items())[0]
    number = world.held().ids[f"group {name}"]
    world.target.store.edit_group(number, PROTECTED)
    if changed:
        world.company.seats.discard(next(seat for seat in sorted(world.company.seats) if seat[0] == group))
        world.bring()
    result = world.sync(full=True)
    assert (result["failed"], result["requests"]) == (0, 1 + changed)
    assert world.held().ids[f"group {name}"] == number
    world.assert_equal()
    world.assert_quiet()


def test_a_protected_name_that_a_person_takes_over_stands(synced: World) -> None:
    world = synced
    name = sorted(world.company.groups.values())[0]
    number = world.held().ids[f"group {name}"]
    world.target.store.edit_group(number, PROTECTED)
    [found] = world.look()["differences"]
    world.say_of_drift("take-over", found["digest"])
    assert world.sync()["requests"] == 0
    assert world.held().ids[f"group {PROTECTED}"] == number
    world.assert_quiet()


def test_a_group_of_a_protected_name_is_not_deleted_when_its_role_goes(synced: World) -> None:
    world = synced
    group, name = sorted(world.company.groups.items())[0]
    number = world.held().ids[f"group {name}"]
    world.target.store.edit_group(number, PROTECTED)
    world.company.dissolve(group)
    world.bring()
    assert world.sync(full=True)["failed"] == 0
    assert world.held().ids[f"group {PROTECTED}"] == number
    assert world.sync()["requests"] == 0


def test_a_group_that_was_given_the_name_of_one_that_is_lost(synced: World) -> None:
    world = synced
    one, other = sorted(world.company.groups.values())[:2]
    ids = dict(world.held().ids)
    world.target.store.lose_group(ids[f"group {other}"])
    world.target.store.edit_group(ids[f"group {one}"], other)
    result = world.sync(full=True)
    assert (result["failed"], result["requests"]) == (0, result["floor"])
    assert world.held().ids[f"group {one}"] == ids[f"group {one}"]
    world.assert_equal()
    world.assert_quiet()


@pytest.mark.parametrize("full", [True, False])
def test_a_group_that_was_given_the_name_of_a_new_role(synced: World, full: bool) -> None:
    """Without a look at the target the new one fails alone, and says that the other is linked; nothing is made twice."""
    world = synced
    name = sorted(world.company.groups.values())[0]
    ids = dict(world.held().ids)
    world.target.store.edit_group(ids[f"group {name}"], "Brand new")
    world.company.groups["zz-new"] = "Brand new"
    world.bring()
    assert world.sync(full=full)["failed"] == (0 if full else 1)
    assert world.sync(full=True)["failed"] == 0
    assert world.held().ids[f"group {name}"] == ids[f"group {name}"]
    world.assert_equal()
    world.assert_quiet()
