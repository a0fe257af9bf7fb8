"""People who leave, are suspended, and come back; managers; user names that pass on."""

from typing import Any

import pytest

from tests.pair.both import Both
from tests.pair.floor import floor
from tests.pair.rosters import Roster, person, small

DAY_MS = 24 * 60 * 60 * 1000
READERS = {"Readers": "E1 E2 E3"}


def three() -> Roster:
    return small("E1 E2 E3", READERS)


def without(key: str) -> Roster:
    roster = three()
    del roster.people[key]
    roster.seats = {seat for seat in roster.seats if seat[1] != key}
    return roster


def user(both: Both, key: str) -> dict[str, Any]:
    return both.held().user(key)


def test_a_leaver_is_deleted_and_memberships_fall_with_them(both: Both) -> None:
    both.begin(three(), "leavers=delete")
    both.take(without("E2"))
    assert both.sync()["requests"] == 1
    both.assert_equal(without("E2"))


def test_a_leaver_is_switched_off_by_default_and_comes_back_as_the_same(both: Both) -> None:
    both.begin(three())
    before = user(both, "E2")
    both.take(without("E2"))
    both.sync()
    assert user(both, "E2")["active"] is False
    assert both.sync()["requests"] == 0
    both.take(three())
    both.sync()
    assert user(both, "E2")["id"] == before["id"]
    both.assert_equal(three())


def test_a_leaver_is_left_as_they_are_if_so_wanted(both: Both) -> None:
    both.begin(three(), "leavers=nothing")
    before = both.held()
    both.take(without("E2"))
    assert both.sync()["requests"] == 0
    assert both.held() == before


def test_a_leaver_has_some_days_of_grace(both: Both) -> None:
    both.begin(three(), "leavers=delete", "grace-days=30")
    before = user(both, "E2")
    both.take(without("E2"))
    both.sync()
    assert user(both, "E2")["active"] is False
    both.idp.ahead_ms = 29 * DAY_MS
    assert both.sync()["requests"] == 0
    both.take(three())  # back within the time: the same person as before
    both.sync()
    assert user(both, "E2") | {"meta": 0} == before | {"meta": 0}
    both.take(without("E2"))  # the time begins anew
    both.sync()
    both.idp.ahead_ms = 58 * DAY_MS
    assert both.sync()["requests"] == 0
    both.idp.ahead_ms = 59 * DAY_MS + 1
    assert both.sync()["requests"] == 1
    both.assert_equal(without("E2"))


def test_a_suspended_user_is_switched_off_and_keeps_memberships(both: Both) -> None:
    both.begin(three())
    both.idp.suspend("E2")
    assert both.sync()["requests"] == 1
    assert user(both, "E2")["active"] is False
    assert "e2@x.example" in both.held().group("Readers")
    both.idp.change("E2", title="Changed meanwhile")
    assert both.sync()["requests"] == 1
    both.idp.reactivate("E2")
    assert both.sync()["requests"] == 1
    roster = three()
    roster.people["E2"]["title"] = "Changed meanwhile"
    both.assert_equal(roster)


def test_a_suspension_is_no_matter_if_so_wanted(both: Both) -> None:
    both.begin(three(), "suspended=nothing")
    both.idp.suspend("E2")
    assert both.sync()["requests"] == 0
    both.assert_equal(three())


def test_managers_are_made_before_those_they_manage_and_follow_changes(both: Both) -> None:
    """A chain of five, the boss with the highest employee_id."""
    roster = small("E1 E2 E3 E4 E5", {})
    for number in range(1, 5):
        roster.people[f"E{number}"]["manager_id"] = f"E{number + 1}"
    both.begin(roster)
    after = roster.copy()
    after.people["E9"] = person("E9")
    after.people["E1"]["manager_id"] = "E9"
    after.people["E2"]["manager_id"] = ""
    after.people["E3"]["manager_id"] = "Z0"  # nobody of ours
    both.take(after)
    assert both.sync()["requests"] == floor(roster, after).requests == 4
    both.assert_equal(after)


def test_a_manager_who_leaves_is_named_by_nobody_any_more(both: Both) -> None:
    roster = three()
    roster.people["E1"]["manager_id"] = roster.people["E3"]["manager_id"] = "E2"
    both.begin(roster, "leavers=delete")
    after = without("E2")
    after.people["E1"]["manager_id"] = "E2"
    after.people["E3"]["manager_id"] = "E1"
    both.take(after)
    assert both.sync()["requests"] == floor(roster, after).requests == 3
    both.assert_equal(after)
    assert both.idp.drift()["differences"] == []


def test_people_who_manage_each_other_both_arrive(both: Both) -> None:
    roster = three()
    roster.people["E1"]["manager_id"], roster.people["E2"]["manager_id"] = "E2", "E1"
    both.connect(roster)
    assert both.idp.sync()["failed"] == 0
    assert both.idp.sync()["requests"] == 0
    both.assert_equal(roster)


NAME, MAIL = "user_name", "email"


@pytest.mark.parametrize("attributes", [(NAME,), (MAIL,), (NAME, MAIL)], ids="+".join)
def test_names_pass_down_a_long_chain_and_on_from_leavers(both: Both, attributes: tuple[str, ...]) -> None:
    """E1 takes E2's, E2 takes E3's, and so on to E8, who gets a new one; a joiner takes the one of E9, who leaves."""
    roster = small("E1 E2 E3 E4 E5 E6 E7 E8 E9", READERS)
    both.begin(roster, "leavers=delete")
    after = roster.copy()
    after.people["F1"] = person("F1")
    for attribute in attributes:
        for number in range(1, 8):
            after.people[f"E{number}"][attribute] = roster.people[f"E{number + 1}"][attribute]
        after.people["F1"][attribute] = roster.people["E9"][attribute]
        after.people["E8"][attribute] = "brand.new@x.example"
    del after.people["E9"]
    both.take(after)
    assert both.sync()["requests"] == floor(roster, after).requests == 10
    both.assert_equal(after)


def test_a_name_is_given_up_by_somebody_with_a_new_manager(both: Both) -> None:
    """The manager is made first, although names are freed before people are made."""
    roster = small("E1 E2", {})
    both.begin(roster)
    after = small("E1 E2 E4", {})
    after.people["E1"] |= {"user_name": "new@x.example", "manager_id": "E4"}
    after.people["E2"]["user_name"] = roster.name_of("E1")
    both.take(after)
    assert both.sync()["requests"] == floor(roster, after).requests == 3
    both.assert_equal(after)


@pytest.mark.parametrize("stays", [False, True], ids=["leaver", "stayer"])
def test_a_new_manager_takes_the_name_of_another(both: Both, stays: bool) -> None:
    """First goes the leaver (or their new name), then comes the manager, then who gives a name up, then who takes it."""
    roster = small("E1 E2 E4", {})
    both.begin(roster, "leavers=delete")
    after = small("E1 E2 E3 E4", {})
    if stays:
        after.people["E4"]["user_name"] = "moved@x.example"
    else:
        del after.people["E4"]
    after.people["E3"]["user_name"] = roster.name_of("E4")
    after.people["E1"] |= {"user_name": "new@x.example", "manager_id": "E3"}
    after.people["E2"]["user_name"] = roster.name_of("E1")
    both.take(after)
    assert both.sync()["requests"] == floor(roster, after).requests == 4
    both.assert_equal(after)


def test_a_name_that_is_held_waits_with_its_reason_and_the_rest_goes(both: Both) -> None:
    roster = small("E1 E2 E3 E4", {})
    both.begin(roster, "leavers=delete", "limit-user-deletions=0")
    after = roster.copy()
    after.people["E1"]["user_name"] = roster.name_of("E2")
    after.people["E3"]["title"] = "Goes"
    del after.people["E2"]
    both.take(after)
    result = both.sync()
    assert (result["requests"], result["held"], result["waiting"]) == (1, 1, 1)
    (waiting,) = [change for change in both.idp.plan()["changes"] if change["state"] == "blocked"]
    assert "is still held by another person" in waiting["reason"]
    both.idp.release()
    both.sync()
    both.assert_equal(after)


def test_two_who_swap_names(both: Both) -> None:
    """One of them is called something else for a moment: one request more, and both keep their ids."""
    roster = three()
    both.begin(roster)
    both.idp.change("E1", user_name="passing@x.example")
    both.idp.change("E2", user_name="e1@x.example")
    both.idp.change("E1", user_name="e2@x.example")
    assert len(both.idp.plan()["changes"]) == 3
    result = both.sync()
    assert (result["requests"], result["floor"], result["failed"], result["waiting"]) == (3, 3, 0, 0)
    after = roster.copy()
    after.people["E1"]["user_name"], after.people["E2"]["user_name"] = "e2@x.example", "e1@x.example"
    both.assert_equal(after)
