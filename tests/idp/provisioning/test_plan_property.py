"""Whatever happened before, a sync ends where planning from nothing would, at the floor of requests."""

from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.records import Change, Kind
from tests.idp.provisioning.histories import (
    Directory,
    Snapshot,
    cost,
    directories,
    expected_people,
    expected_teams,
    fresh,
    people_there,
)
from tests.idp.provisioning.target import Fault, Sent
from tests.idp.provisioning.world import World

often = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
histories = st.lists(directories(), min_size=1, max_size=4)


def step(world: World, directory: Directory) -> None:
    """The directory becomes this, and one sync brings the target in line."""
    world.become(directory.people, directory.roles)
    result = world.sync()
    assert (result.failed, result.held, result.waiting, result.quarantine) == (0, 0, 0, ""), result
    assert world.changes() == [], "a second plan has nothing to do"


def is_right(world: World, directory: Directory) -> None:
    assert people_there(world.target) == expected_people(directory)
    assert world.target.teams() == expected_teams(directory)


@often
@given(history=histories)
def test_step_by_step_ends_where_planning_from_nothing_does(empty_file: Path, history: list[Directory]) -> None:
    with fresh(empty_file, "leavers=delete") as worn:
        for directory in history:
            step(worn, directory)
            is_right(worn, directory)
        with fresh(empty_file, "leavers=delete") as new:
            step(new, history[-1])
            assert (worn.target.people(), worn.target.teams()) == (new.target.people(), new.target.teams())


@often
@given(history=histories)
def test_every_floor_is_what_the_difference_at_the_target_costs(empty_file: Path, history: list[Directory]) -> None:
    with fresh(empty_file, "leavers=delete") as world:
        for directory in history:
            world.become(directory.people, directory.roles)
            before = Snapshot.of(world.target)
            floor = world.plan()[0].floor
            result = world.sync()
            after = Snapshot.of(world.target)
            assert floor == cost(before, after)
            assert result.requests == result.floor
            if not directory.has_circle():  # else somebody was made before their manager, which costs another request
                assert result.floor == floor


@often
@given(history=histories, leavers=st.sampled_from(["delete", "suspend", "nothing"]))
def test_nobody_who_stays_gets_another_id(empty_file: Path, history: list[Directory], leavers: str) -> None:
    """Access at the target hangs on it: of people, and of groups whose name stays or whose roles all stay."""
    with fresh(empty_file, f"leavers={leavers}") as world:
        ids: dict[str, str] = {}
        for directory in history:
            step(world, directory)
            now = {str(one["externalId"]): number for number, one in world.target.users.items()}
            assert {key: now[key] for key in ids.keys() & directory.people.keys()} == {
                key: ids[key] for key in ids.keys() & directory.people.keys()
            }
            assert leavers == "delete" or ids.items() <= now.items()
            ids = now


@often
@given(history=st.lists(directories(), min_size=2, max_size=3))
def test_a_group_whose_name_stays_keeps_its_id(empty_file: Path, history: list[Directory]) -> None:
    with fresh(empty_file, "leavers=delete") as world:
        ids: dict[str, str] = {}
        for directory in history:
            step(world, directory)
            now = {one["displayName"].casefold(): number for number, one in world.target.groups.items()}
            assert all(now[name] == ids[name] for name in now.keys() & ids.keys())
            ids = now


@often
@given(history=histories)
def test_leavers_who_are_switched_off_are_nowhere_but_in_the_list(empty_file: Path, history: list[Directory]) -> None:
    with fresh(empty_file, "leavers=suspend") as world:
        for directory in history:
            step(world, directory)
            there = people_there(world.target)
            assert {key for key, one in there.items() if one["active"]} == directory.people.keys()
            assert {key: one for key, one in there.items() if one["active"]} == expected_people(directory)
            assert world.target.teams() == expected_teams(directory)


@often
@given(history=st.lists(directories(shared_names=True), min_size=2, max_size=3))
def test_names_move_between_people_without_a_conflict(empty_file: Path, history: list[Directory]) -> None:
    """Also where they swap: everything goes in an order in which the target never says 409, and nothing is left."""
    with fresh(empty_file, "leavers=delete") as world:
        for directory in history:
            world.become(directory.people, directory.roles)
            world.target.refused.clear()
            result = world.sync()
            assert (world.target.refused, result.failed) == ([], 0)
            assert world.changes() == []
            assert people_there(world.target) == expected_people(directory)


def of_user(changes: list[Change], key: str) -> tuple[set[str], set[tuple[str, str]]]:
    """What a plan says of one person: the digests of their own changes, and (group, add or remove)."""
    own = {change.digest for change in changes if change.object == "user" and change.key == key}
    seats = {
        (change.key, what)
        for change in changes
        if change.kind is Kind.MEMBERS and change.target_id
        for what in ("add", "remove")
        for member, _ in change.payload[what]
        if member == key
    }
    return own, seats


@often
@given(
    before=directories(),
    after=directories(),
    leavers=st.sampled_from(["delete", "suspend", "nothing"]),
)
def test_a_plan_for_one_user_says_what_the_whole_plan_says(
    empty_file: Path, before: Directory, after: Directory, leavers: str
) -> None:
    with fresh(empty_file, f"leavers={leavers}") as world:
        step(world, before)
        world.become(after.people, after.roles)
        whole = world.changes()
        for key in sorted(before.people.keys() | after.people.keys()):
            alone = world.changes(only=key)
            assert of_user(alone, key) == of_user(whole, key)
            assert all(one.key == key for one in alone if one.object == "user")


@often
@given(before=directories(), after=directories())
def test_a_plan_does_not_depend_on_the_way_to_its_directory(empty_file: Path, before: Directory, after: Directory) -> None:
    """Other row ids, another order of coming in: the same digest."""
    with fresh(empty_file) as worn, fresh(empty_file) as new:
        worn.become(before.people, before.roles)
        for world in (worn, new):
            world.become(after.people, after.roles)
        (one, changes), (other, others) = worn.plan(), new.plan()
        assert (one.digest, one.floor) == (other.digest, other.floor)
        assert [change.digest for change in changes] == [change.digest for change in others]


def _fault(number: int, broken: set[int]) -> Fault | None:
    """What is done to the request of that number."""
    return Fault(500 if number % 2 else 0, done=number % 3 > 0) if number in broken else None


@often
@given(before=directories(), after=directories(), broken=st.sets(st.integers(1, 12)))
def test_lost_answers_leave_no_trace(empty_file: Path, before: Directory, after: Directory, broken: set[int]) -> None:
    """Requests that are done but not answered, and requests that fail: once it answers again, the target ends right."""

    def faults(_sent: Sent) -> Fault | None:
        number = len(world.target.log)
        return Fault(500 if number % 2 else 0, done=number % 3 > 0) if number in broken else None

    with fresh(empty_file, "leavers=delete") as world:
        step(world, before)
        world.target.log.clear()
        world.become(after.people, after.roles)
        world.target.faults = faults
        with suppress(TargetProblem):  # it may look as if the target were down
            world.sync()
        world.target.faults = lambda _sent: None
        world.sync()
        is_right(world, after)
        assert world.changes() == []
