"""Limits: what would take much away at once is held for a person, kind by kind, and nothing is lost meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.pair.both import Both, Json
from tests.pair.floor import floor, groups_of
from tests.pair.history import history
from tests.pair.rosters import Roster, given_days, read, small

WAITS, DONE = 3, 0
MOST, SHARE, NEVER_BY_SHARE = 500, 0.05, 5
DELETE, SUSPEND = "leavers=delete", "leavers=suspend"


def kinds_held(plan: Json) -> dict[str, int]:
    """kind → how many objects, of what a plan holds."""
    return {held["kind"]: held["count"] for held in plan["held"]}


def expected_holds(before: Roster, after: Roster) -> dict[str, int]:
    """What the default limits hold of a day, from the two rosters alone."""
    day, groups = floor(before, after), groups_of(before)
    ends = len(groups.keys() - set(day.heirs.values()))
    counts = {
        "user-deletions": (len(before.people.keys() - after.people.keys()), len(before.people)),
        "group-deletions": (ends, len(groups)),
        "removals": (day.removals, sum(len(group.members) for group in groups.values())),
    }
    return {kind: count for kind, (count, base) in counts.items() if count > MOST or count > max(NEVER_BY_SHARE, SHARE * base)}


def assert_nothing_lost(both: Both, before: Roster, after: Roster, holds: dict[str, int]) -> None:
    """What a held kind would take away is still there."""
    held = both.held()
    ids = held.user_ids()
    if "user-deletions" in holds:
        assert before.people.keys() <= ids.keys()
    if "group-deletions" in holds:
        ended = groups_of(before).keys() - set(floor(before, after).heirs.values())
        assert ended <= held.group_ids().keys()
    if "removals" in holds:
        members = {group["displayName"].casefold(): {one["value"] for one in group["members"]} for group in held.groups}
        for key, past in floor(before, after).heirs.items():
            staying = groups_of(before)[past].members & after.people.keys()
            assert {ids[one] for one in staying} <= members[key]


@pytest.mark.slow
def test_most_days_are_held_and_released_kind_by_kind(both: Both) -> None:
    given = {day.name: read(day) for day in given_days()}
    before, held_days = Roster(), []
    for name, roster in (given or history()).items():
        if not before.people:
            both.begin(roster, DELETE)
        else:
            holds = expected_holds(before, roster)
            held_days += [name] * bool(holds)
            both.take(roster)
            through_limits(both, before, roster, holds)
            both.assert_equal(roster)
            assert both.sync()["requests"] == 0
        before = roster
    assert len(held_days) > len(given) / 2 if given else held_days == ["vacated", "splitting", "leaving"]


def through_limits(both: Both, before: Roster, after: Roster, holds: dict[str, int]) -> None:
    """Sync, and release one kind after the other; each time only what is still held stays away."""
    assert kinds_held(both.idp.plan()) == holds
    assert both.sync()["held"] == sum(holds.values())
    assert_nothing_lost(both, before, after, holds)
    while holds:
        kind, count = sorted(holds.items())[0]
        assert both.idp.release(kind) == {kind: count}
        del holds[kind]
        assert both.sync()["held"] == sum(holds.values())
        assert kinds_held(both.idp.plan()) == holds


def test_a_hold_as_a_person_at_the_command_line_sees_it(both: Both) -> None:
    roster = small("E1 E2 E3 E4 E5 E6 E7 E8", {"Readers": "E1 E2 E3 E4 E5 E6 E7 E8", "Writers": "E1 E8"})
    both.begin(roster, DELETE)
    after = roster.copy()
    after.seats = {("R0", "E1"), ("R1", "E2")}
    both.take(after)
    synced = both.command("sync", "aws", "--json").ended(WAITS).json
    assert (synced["held"], synced["requests"], both.writes()) == (9, 1, 1)
    assert both.held().group("Writers") == {after.name_of("E1"), after.name_of("E8"), after.name_of("E2")}
    plan = both.command("plan", "aws", "--json").ended(DONE).json
    assert plan["changes"] == []
    (held,) = plan["held"]
    assert held["kind"] == "removals"
    assert "9 membership removals" in held["reason"]
    assert sum(len(change["after"]["remove"]) for change in held["changes"]) == 9
    both.command("release", "aws", "--kind", "removals").ended(DONE)
    assert both.command("sync", "aws", "--json").ended(DONE).json["requests"] == 2
    both.assert_equal(after)


@dataclass(frozen=True)
class Case:
    """One limited kind: how a roster loses `count` of it."""

    kind: str
    setting: str
    lose: Callable[[Roster, int], None]


def lose_people(roster: Roster, count: int) -> None:
    for key in sorted(roster.people)[:count]:
        del roster.people[key]
        roster.seats = {seat for seat in roster.seats if seat[1] != key}


def lose_unseated(roster: Roster, count: int) -> None:
    """People in no role: those of others are membership removals, too, when they are only switched off."""
    for key in sorted(roster.people, reverse=True)[:count]:
        del roster.people[key]


def lose_groups(roster: Roster, count: int) -> None:
    for group_id in sorted(roster.groups)[:count]:
        del roster.groups[group_id]
        roster.seats = {seat for seat in roster.seats if seat[0] != group_id}


def lose_seats(roster: Roster, count: int) -> None:
    roster.seats -= set(sorted(roster.seats)[:count])


CASES = [
    Case("user-deletions", DELETE, lose_people),
    Case("switch-offs", SUSPEND, lose_unseated),
    Case("group-deletions", DELETE, lose_groups),
    Case("removals", DELETE, lose_seats),
]
each_kind = pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])


def twelve() -> Roster:
    """Twelve groups of one, and twelve people more."""
    people = [f"E{number:02d}" for number in range(12)]
    others = [f"S{number:02d}" for number in range(12)]
    return small(" ".join(people + others), {f"Team {key}": key for key in people})


def lost(roster: Roster, case: Case, count: int) -> Roster:
    """The roster without `count` of a kind."""
    after = roster.copy()
    case.lose(after, count)
    return after


@each_kind
def test_five_go_and_six_are_held_by_share(both: Both, case: Case) -> None:
    roster = twelve()
    both.begin(roster, case.setting)
    five = lost(roster, case, 5)
    both.take(five)
    assert both.sync()["held"] == 0
    both.take(lost(five, case, 6))
    assert kinds_held(both.idp.plan()) == {case.kind: 6}
    assert both.sync() | {"seconds": 0} == {
        "requests": 0,
        "floor": 0,
        "applied": 0,
        "failed": 0,
        "held": 6,
        "waiting": 0,
        "seconds": 0,
    }


@each_kind
def test_a_limit_by_count_holds_few_too_and_only_its_kind(both: Both, case: Case) -> None:
    roster = twelve()
    both.begin(roster, case.setting, f"limit-{case.kind}=2", "limit-deletions=100", "limit-deletions-share=1")
    after = lost(roster, case, 3)
    after.people["E11"]["title"] = "goes on meanwhile"
    both.take(after)
    assert kinds_held(both.idp.plan()) == {case.kind: 3}
    result = both.sync()
    assert (result["held"], result["requests"]) == (3, 1)
    assert both.held().user("E11")["title"] == "goes on meanwhile"


@each_kind
def test_what_is_discarded_stays_away_until_it_changes_again(both: Both, case: Case) -> None:
    roster = twelve()
    both.begin(roster, case.setting)
    after = lost(roster, case, 6)
    both.take(after)
    both.sync()
    assert both.idp.release(discard=True) == {case.kind: 6}
    for _ in range(2):
        assert both.idp.plan()["held"] == []
        result = both.sync()
        assert (result["requests"], result["held"], result["waiting"]) == (0, 0, 0)
    both.assert_equal(roster)  # nothing was taken away
    both.take(roster)
    assert both.sync()["requests"] == 0
    both.take(after)
    assert kinds_held(both.idp.plan()) == {case.kind: 6}


@each_kind
def test_what_comes_after_a_release_is_held_anew(both: Both, case: Case) -> None:
    roster = twelve()
    both.begin(roster, case.setting, "limit-deletions=2")
    shown = lost(roster, case, 3)
    both.take(shown)
    both.sync()
    both.idp.release()
    both.take(lost(shown, case, 3))
    assert kinds_held(both.idp.plan()) == {case.kind: 3}
    result = both.sync()
    assert (result["held"], result["requests"]) == (3, 3)
    if case.setting == DELETE:
        both.assert_equal(shown)
    else:
        assert {user["externalId"] for user in both.held().users if not user["active"]} == {"S11", "S10", "S09"}
    assert both.sync()["held"] == 3


BY_HAND: dict[str, Callable[[Both], None]] = {
    "a seat": lambda both: both.idp.unseat("R0", "E00"),
    "a person, deleted": lambda both: both.idp.remove("E00"),
    "a person, suspended": lambda both: both.idp.suspend("E00"),
    "a role": lambda both: both.idp.close_role("R0"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_a_single_removal_by_hand_is_never_held(both: Both, what: str) -> None:
    both.begin(twelve(), DELETE, "limit-deletions=0")
    BY_HAND[what](both)
    result = both.sync()
    assert (result["held"], result["requests"]) == (0, 1)


@each_kind
def test_a_single_removal_by_an_import_is_held_where_none_is_allowed(both: Both, case: Case) -> None:
    roster = twelve()
    both.begin(roster, case.setting, "limit-deletions=0")
    both.take(lost(roster, case, 1))
    assert kinds_held(both.idp.plan()) == {case.kind: 1}
    assert both.sync()["held"] == 1
