"""The floor by formula, against figures worked out by hand."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.engine import floor, rosters
from benchmarks.engine.rosters import Roster


@pytest.fixture(scope="module")
def small() -> Roster:
    return rosters.made(1000, [50] * 100)


@pytest.mark.parametrize(
    ("people", "sizes", "first", "check"),
    [
        (1000, [50] * 100, 1100, 111),
        (10_000, [100] * 1000, 11_000, 1110),
        (10_000, [500] * 200, 11_000, 1102),
        (1000, [0, 1, 100, 101, 1000], 1000 + 5 + 1 + 9, 10 + 1 + 1 + 1 + 1 + 2 + 10),
        (100, [100] * 150, 250, 1 + 2 + 100),
    ],
)
def test_first_run_and_full_check(people: int, sizes: list[int], first: int, check: int) -> None:
    roster = rosters.made(people, sizes)
    assert (floor.first_run(roster), floor.full_check(roster)) == (first, check)


def test_nothing_changed(small: Roster) -> None:
    assert floor.change(small, small) == 0


def test_changes_of_the_benchmark_cost_one_request_each(small: Roster) -> None:
    added = rosters.with_members_added(small, 10)
    assert sum(added.sizes) == sum(small.sizes) + 10
    swapped = rosters.with_members_swapped(small, 10)
    assert sum(swapped.sizes) == sum(small.sizes)
    assert [floor.change(small, after) for after in (added, swapped, rosters.with_one_edit(small))] == [1, 1, 1]


def test_members_are_counted_by_hundreds(small: Roster) -> None:
    assert floor.change(small, rosters.with_members_added(small, 250)) == 3


def test_memberships_fall_with_whoever_goes(small: Roster) -> None:
    gone = next(iter(small.people))
    people = {key: person for key, person in small.people.items() if key != gone}
    members = {group: ids - {gone} for group, ids in small.members.items()}
    assert floor.change(small, Roster(people, small.groups, members)) == 1


def test_groups_made_renamed_and_deleted(small: Roster) -> None:
    first, second, *_ = small.groups
    groups = {key: name for key, name in small.groups.items() if key != first} | {second: "Renamed", "new": "New"}
    members = {key: small.members.get(key, frozenset(list(small.people)[:250])) for key in groups}
    assert floor.change(small, replace(small, groups=groups, members=members)) == 1 + 1 + 3


def test_a_roster_is_written_as_it_is(small: Roster, tmp_path: Path) -> None:
    folder = small.write(tmp_path / "roster")
    with (folder / "memberships.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["group_id"], row["employee_id"]) for row in csv.DictReader(file)]
    assert set(rows) == {(group, person) for group, members in small.members.items() for person in members}
    assert len(rows) == 5000
