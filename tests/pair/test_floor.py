"""The floor itself, against figures worked out by hand; and that the made company's days hold what they are made for."""

from itertools import pairwise

import pytest

from tests.pair.floor import check_floor, floor, groups_of, sizes_of
from tests.pair.history import history
from tests.pair.rosters import Roster, person, small


def company(people: int, groups: int, members: int) -> Roster:
    """So many people, and so many groups of so many members."""
    keys = [f"E{number}" for number in range(people)]
    roster = Roster({key: person(key) for key in keys})
    for number in range(groups):
        roster.groups[f"G{number}"] = f"Group {number}"
        roster.seats |= {(f"G{number}", keys[(number + step) % people]) for step in range(members)}
    return roster


@pytest.mark.parametrize(
    ("people", "groups", "members", "first", "check"),
    [(1_000, 100, 50, 1_100, 111), (10_000, 1_000, 100, 11_000, 1_110), (10_000, 200, 500, 11_000, 1_102), (3, 5, 1, 8, 5)],
)
def test_first_run_and_check(people: int, groups: int, members: int, first: int, check: int) -> None:
    roster = company(people, groups, members)
    assert floor(Roster(), roster).requests == first
    assert floor(roster, roster).requests == 0
    assert check_floor(people, sizes_of(roster)) == check


def test_comings_and_goings_share_a_request_unless_goings_are_held() -> None:
    before, after = company(300, 1, 200), company(300, 1, 140)
    after.seats |= {("G0", f"E{number}") for number in range(200, 240)}
    day = floor(before, after)  # sixty go, forty come
    assert (day.requests, day.without_removals, day.removals_alone, day.removals) == (1, 1, 1, 60)
    after.seats.remove(("G0", "E139"))
    assert floor(before, after).requests == 2


def test_memberships_of_the_deleted_cost_nothing() -> None:
    before = small("E1 E2 E3", {"Readers": "E1 E2", "Writers": "E2"})
    after = small("E1 E3", {"Readers": "E1"})
    day = floor(before, after)
    assert (day.users, day.groups, day.requests, day.removals) == (1, 1, 2, 0)


def test_a_manager_counts_only_while_they_are_there() -> None:
    before, after = small("E1 E2", {}), small("E1", {})
    before.people["E1"]["manager_id"] = after.people["E1"]["manager_id"] = "E2"
    assert floor(before, after).requests == 2
    before.people["E1"]["manager_id"] = after.people["E1"]["manager_id"] = "nobody"
    assert floor(before, after).requests == 1


def test_the_made_company_goes_through_what_it_is_made_for() -> None:
    days = list(history().values())
    assert days == list(history().values())
    texts = [text for day in days for one in day.people.values() for text in one.values()]
    assert max(map(len, texts)) > 300
    assert any(ord(character) > 0xFFFF for text in texts for character in text)
    sizes = [size for day in days for size in sizes_of(day)]
    assert {0, 100} <= set(sizes)
    assert any(100 < size < 200 for size in sizes)
    assert max(sizes) > 200
    assert any(not day.seats for day in days)
    assert any(len(group.feeders) > 1 for day in days for group in groups_of(day).values())
    moves = [(floor(one, other), groups_of(one), groups_of(other)) for one, other in pairwise(days)]
    renamed = [(key, past) for day, old, new in moves for key, past in day.heirs.items() if new[key].name != old[past].name]
    assert any(key == past for key, past in renamed)  # in case only
    assert any(key != past for key, past in renamed)
    assert any(old[past].feeders[0] not in new[key].feeders for day, old, new in moves for key, past in day.heirs.items())
    assert any(
        moved.adds + moved.removes > 100 and moved.adds and moved.removes for day, _, _ in moves for moved in day.touched
    )
    assert any(moved.requests == 0 for moved, _, _ in moves)
