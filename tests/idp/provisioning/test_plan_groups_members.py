"""Members in as few requests as can be, what takes access away first: stories, and what holds for any numbers."""

from collections.abc import Sequence
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.provisioning import plan_groups
from lockstep.idp.provisioning.plan_groups import Member, MemberDiff
from lockstep.idp.provisioning.records import Change, Kind, Stage
from tests.idp.provisioning.values import group, group_link, members

LINK = group_link("Readers", "1", number=7)


def keys(letter: str, number: int) -> list[str]:
    return [f"{letter}{index:03}" for index in range(number)]


def diff(now: int = 0, later: int = 0, removals: int = 0, held: int = 0) -> MemberDiff:
    return MemberDiff(
        now=members(keys("n", now)),
        later=members(keys("l", later), there=False),
        removals=members(keys("r", removals)),
        held=members(keys("h", held)),
    )


def patches(change: MemberDiff, limit: int = 100) -> list[Change]:
    return list(plan_groups.members("readers", "Readers", LINK, change, limit))


def sizes(found: Sequence[Change]) -> list[tuple[int, int, int]]:
    """(stage, adds, removals) of each request."""
    return [(one.stage, len(one.payload["add"]), len(one.payload["remove"])) for one in found]


TAKEN, AFTER = Stage.TAKEN_AWAY, Stage.MEMBERS


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (diff(), []),
        (diff(now=1), [(AFTER, 1, 0)]),
        (diff(removals=1), [(TAKEN, 0, 1)]),
        (diff(now=30, removals=20), [(TAKEN, 30, 20)]),
        (diff(now=90, removals=20), [(TAKEN, 80, 20), (AFTER, 10, 0)]),
        (diff(removals=150), [(TAKEN, 0, 100), (TAKEN, 0, 50)]),
        (diff(now=70, removals=150), [(TAKEN, 0, 100), (TAKEN, 50, 50), (AFTER, 20, 0)]),
        (diff(later=5), [(AFTER, 5, 0)]),
        (diff(removals=100, later=5), [(TAKEN, 0, 100), (AFTER, 5, 0)]),
        (diff(now=90, removals=30, later=40), [(TAKEN, 70, 30), (AFTER, 60, 0)]),
        (diff(removals=10, later=95), [(TAKEN, 0, 10), (AFTER, 95, 0)]),
    ],
)
def test_requests(change: MemberDiff, found: list[tuple[int, int, int]]) -> None:
    assert sizes(patches(change)) == found


def test_removals_that_would_cost_a_request_more_wait_for_the_people_who_are_made_first() -> None:
    assert sizes(patches(diff(removals=10, later=90))) == [(AFTER, 90, 10)]


counts = st.integers(0, 12)


@given(now=counts, later=counts, removals=counts, limit=st.integers(1, 7))
def test_as_few_requests_as_can_be_for_any_numbers(now: int, later: int, removals: int, limit: int) -> None:
    change = diff(now, later, removals)
    found = patches(change, limit)
    assert len(found) == ceil((now + later + removals) / limit)
    assert all(0 < adds + removed <= limit for _, adds, removed in sizes(found))
    added = [tuple(one) for patch in found for one in patch.payload["add"]]
    removed = [tuple(one) for patch in found for one in patch.payload["remove"]]
    assert sorted(added) == sorted((one.key, one.target_id) for one in (*change.now, *change.later))
    assert sorted(removed) == sorted((one.key, one.target_id) for one in change.removals)


@given(now=counts, later=counts, removals=counts, limit=st.integers(1, 7))
def test_removals_go_first_where_it_costs_nothing(now: int, later: int, removals: int, limit: int) -> None:
    found = patches(diff(now, later, removals), limit)
    early = [one for one in found if one.stage == TAKEN]
    assert all(one.payload["remove"] for one in early), "a request without removals overtakes"
    assert all(one[1] for patch in early for one in patch.payload["add"]), "it needs nobody who is not there"
    late = sum(len(one.payload["remove"]) for one in found if one.stage != TAKEN)
    apart = ceil((now + removals) / limit) + ceil(later / limit)
    costs_nothing = apart == ceil((now + later + removals) / limit)
    assert late == 0 if costs_nothing else late < limit
    assert [one.stage for one in found] == sorted(one.stage for one in found)


@given(held=st.integers(1, 300), now=counts)
def test_held_removals_are_one_change_beside_the_rest(held: int, now: int) -> None:
    *going, waiting = patches(diff(now=now, held=held))
    assert (waiting.limited, waiting.weight, len(waiting.payload["remove"])) == ("removals", held, held)
    assert sizes(going) == ([(AFTER, now, 0)] if now else [])
    assert all(one.limited is None for one in going)


def test_a_patch_says_who_and_for_which_group() -> None:
    [change] = patches(MemberDiff(now=members(["A"]), later=members(["B"], there=False), removals=members(["C"])))
    assert (change.kind, change.object, change.action) == (Kind.MEMBERS, "group", "update")
    assert (change.key, change.name, change.link_id, change.target_id) == ("readers", "Readers", 7, "t-Readers")
    assert change.after == {"add": ["A@x", "B@x"], "remove": ["C@x"]}
    assert change.payload["add"] == [["A", "t-A"], ["B", ""]]
    assert change.payload["remove"] == [["C", "t-C"]]


def test_the_digest_binds_to_who_comes_and_goes() -> None:
    base = patches(diff(now=3, removals=2))[0].digest
    assert base == patches(diff(now=3, removals=2))[0].digest
    assert base != patches(diff(now=3, removals=1))[0].digest
    assert base != patches(diff(now=2, removals=3))[0].digest


def test_the_digest_does_not_change_when_somebody_was_made_meanwhile() -> None:
    """What was approved stays approved: it is the same people who come."""
    one = patches(MemberDiff(now=members(["B"]), later=members(["A"], there=False)))
    other = patches(MemberDiff(now=members(["A", "B"])))
    assert [change.digest for change in one] == [change.digest for change in other]


def made(number: int, limit: int = 100) -> list[Change]:
    return list(plan_groups.create(group("Readers", "1"), members(keys("m", number)), None, limit))


@pytest.mark.parametrize(("number", "found"), [(0, [0]), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_a_new_group_has_its_first_members_inside(number: int, found: list[int]) -> None:
    changes = made(number)
    assert [len(one.payload["add"]) for one in changes] == found
    assert [one.kind for one in changes] == [Kind.CREATE, *[Kind.MEMBERS] * (len(found) - 1)]
    assert [one.stage for one in changes] == [Stage.GROUPS_MADE, *[Stage.MEMBERS] * (len(found) - 1)]
    assert {one.target_id for one in changes} == {""}


@given(number=st.integers(0, 40), limit=st.integers(1, 7))
def test_a_new_group_costs_one_request_and_one_for_each_full_piece_more(number: int, limit: int) -> None:
    changes = made(number, limit)
    assert len(changes) == 1 + max(0, ceil(number / limit) - 1)
    listed = [tuple(one) for change in changes for one in change.payload["add"]]
    assert listed == [(one.key, one.target_id) for one in members(keys("m", number))]


def test_what_a_new_group_is_shown_as() -> None:
    people = [*members(["A"]), Member("B", "", "B@x")]
    [change] = plan_groups.create(group("Readers", "1", "2"), people, group_link("Readers", number=7, missing=True), 100)
    assert (change.key, change.name, change.action, change.link_id) == ("readers", "Readers", "create", 7)
    assert change.after == {"displayName": "Readers", "members": ["A@x", "B@x"]}
    assert change.payload == {"name": "Readers", "feeders": ("1", "2"), "add": [["A", "t-A"], ["B", ""]]}
