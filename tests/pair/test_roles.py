"""Roles and their groups: names, ids, and groups that are nobody's business."""

import pytest

from lockstep.idp.directory.nesting.actions import CircleProblem
from tests.pair.both import Both
from tests.pair.floor import floor
from tests.pair.rosters import Roster, small
from tests.support.idp import AT_ONCE

PEOPLE = "E1 E2 E3"


def begin() -> Roster:
    return small(PEOPLE, {"Readers": "E1 E2", "Writers": "E2", "Editors": "E3"})


def test_a_renamed_role_is_one_patch_on_the_same_group(both: Both) -> None:
    both.begin(begin())
    before = both.held().group_ids()
    both.idp.rename("R0", "Lecteurs")
    assert both.sync()["requests"] == 1
    assert both.tenant.writes()[-1]["eventName"] == "PatchGroup"
    assert both.held().group_ids() == {
        "lecteurs": before["readers"],
        "writers": before["writers"],
        "editors": before["editors"],
    }
    assert both.held().group("Lecteurs") == {"e1@x.example", "e2@x.example"}


# What the names of R0, R1, R2 become, and the fewest requests for it, worked out by hand.
NAMES = {
    "case only": (["READERS", "Writers", "Editors"], 1),
    "all three": (["A", "B", "C"], 3),
    "one takes another's name": (["Writers", "Writers", "Editors"], 2),  # E1 comes in, Readers is deleted
    "two swap": (["Writers", "Readers", "Editors"], 2),  # the groups stay, E1 moves from one to the other
    "around in a circle": (["Writers", "Editors", "Readers"], 3),
    "two merge under a new name": (["New", "New", "Editors"], 2),  # one renamed, with all members; one deleted
    "a chain of names": (["Writers", "New", "Editors"], 3),  # E1 comes in, New is made, Readers is deleted
}


@pytest.mark.parametrize("change", NAMES)
def test_names_change_at_the_floor_and_ids_follow_names(both: Both, change: str) -> None:
    roster = begin()
    both.begin(roster)
    before = both.held().group_ids()
    names, cost = NAMES[change]
    after = roster.copy()
    after.groups = dict(zip(("R0", "R1", "R2"), names, strict=True))
    wanted = floor(roster, after)
    assert wanted.requests == cost
    both.take(after)
    assert both.sync()["requests"] == cost
    both.assert_equal(after)
    now = both.held().group_ids()
    assert {key: now[key] for key in wanted.heirs} == {key: before[past] for key, past in wanted.heirs.items()}


def test_a_new_role_inherits_the_name_of_a_leaving_one_for_nothing(both: Both) -> None:
    roster = begin()
    both.begin(roster)
    before = both.held().group_ids()
    after = roster.copy()
    del after.groups["R0"]
    after.groups["R9"] = "Readers"
    after.seats = {("R9", "E1"), ("R9", "E2"), ("R1", "E2"), ("R2", "E3")}
    both.take(after)
    assert both.sync()["requests"] == 0
    both.idp.rename("R9", "Readers of old")  # the link is the new role's now
    assert both.sync()["requests"] == 1
    assert both.held().group_ids()["readers of old"] == before["readers"]


def test_roles_of_one_name_feed_one_group_until_the_last_has_gone(both: Both) -> None:
    roster = small(PEOPLE, {"Readers": "E1", "READERS": "E2", "readers": "E2 E3"})
    both.begin(roster)
    assert both.held().group("Readers") == {"e1@x.example", "e2@x.example", "e3@x.example"}
    before = both.held().group_ids()
    both.idp.close_role("R0")
    assert both.sync()["requests"] == 2  # E1 goes; and it is spelt as by the lowest that is left
    assert both.held().group("READERS") == {"e2@x.example", "e3@x.example"}
    both.idp.close_role("R1")
    assert both.sync()["requests"] == 1
    assert both.held().group_ids() == before
    both.idp.close_role("R2")
    assert both.sync()["requests"] == 1
    assert both.held().groups == []


def test_a_group_is_not_deleted_because_it_became_empty(both: Both) -> None:
    both.begin(begin())
    before = both.held().group_ids()
    both.idp.unseat("Writers", "E2")
    assert both.sync()["requests"] == 1
    assert both.held().group("Writers") == set()
    assert both.held().group_ids() == before


def test_without_groups_none_is_sent_and_switching_them_off_leaves_all_as_it_is(both: Both) -> None:
    roster = begin()
    both.connect(roster, "groups=off")
    assert both.sync()["requests"] == 3
    assert both.held().groups == []
    both.idp.set("groups=on")
    assert both.sync()["requests"] == 3
    both.assert_equal(roster)
    both.idp.set("groups=off")
    both.idp.close_role("R0")
    both.idp.rename("R1", "Renamed")
    both.idp.unseat("R2", "E3")
    assert both.sync()["requests"] == 0
    both.assert_equal(roster)


def test_an_app_for_one_role_has_its_people_and_all_groups(both: Both) -> None:
    """Who does not have the app is in no group there; who gets it comes with all memberships, whoever loses it goes."""
    both.take(small(PEOPLE, {"Readers": "E1 E2", "Writers": "E2 E3", "Nobody": ""}))
    both.idp.app(both.tenant.url, both.tenant.scim.token, *AT_ONCE, "leavers=delete", role="Readers")
    assert both.sync()["requests"] == 5
    both.assert_equal(small("E1 E2", {"Readers": "E1 E2", "Writers": "E2", "Nobody": ""}))
    both.idp.seat("Readers", "E3")
    assert both.sync()["requests"] == 3
    both.idp.unseat("Readers", "E2")
    assert both.sync()["requests"] == 1
    both.assert_equal(small("E1 E3", {"Readers": "E1 E3", "Writers": "E3", "Nobody": ""}))


def test_roles_in_roles_are_flat_at_the_target(both: Both) -> None:
    """Whoever is in a role is in the groups of all roles above it; what is taken out takes away only its own."""
    both.begin(small(PEOPLE, {"Staff": "E1", "Cooks": "E2", "Sauciers": "E2 E3", "Waiters": "E3"}))
    before = both.held().group_ids()
    both.idp.nest("Staff", "Cooks")
    both.idp.nest("Cooks", "Sauciers")
    both.idp.nest("Staff", "Waiters")
    with pytest.raises(CircleProblem, match=r"Sauciers \(R2\) → Staff \(R0\) → Cooks \(R1\) → Sauciers \(R2\)"):
        both.idp.nest("Sauciers", "Staff")
    assert both.sync()["requests"] == 2
    both.assert_equal(small(PEOPLE, {"Staff": PEOPLE, "Cooks": "E2 E3", "Sauciers": "E2 E3", "Waiters": "E3"}))
    assert both.sync()["requests"] == 0
    both.idp.unnest("Cooks", "Sauciers")  # E3 stays among the staff as a waiter
    assert both.sync()["requests"] == 1
    both.assert_equal(small(PEOPLE, {"Staff": PEOPLE, "Cooks": "E2", "Sauciers": "E2 E3", "Waiters": "E3"}))
    both.idp.close_role("Cooks")
    assert both.sync()["requests"] == 2
    both.assert_equal(small(PEOPLE, {"Staff": "E1 E3", "Sauciers": "E2 E3", "Waiters": "E3"}))
    assert both.held().group_ids() == {key: one for key, one in before.items() if key != "cooks"}


def test_an_app_for_a_role_is_for_the_people_of_all_roles_in_it(both: Both) -> None:
    both.take(small(PEOPLE, {"Staff": "E1", "Cooks": "E2", "Waiters": "E3"}))
    both.idp.app(both.tenant.url, both.tenant.scim.token, *AT_ONCE, "leavers=delete", role="Staff")
    both.sync()
    both.assert_equal(small("E1", {"Staff": "E1", "Cooks": "", "Waiters": ""}))
    both.idp.nest("Staff", "Cooks")
    assert both.sync()["requests"] == 3  # E2 is made, and comes into two groups
    both.assert_equal(small("E1 E2", {"Staff": "E1 E2", "Cooks": "E2", "Waiters": ""}))
    both.idp.unnest("Staff", "Cooks")
    assert both.sync()["requests"] == 1
    both.assert_equal(small("E1", {"Staff": "E1", "Cooks": "", "Waiters": ""}))


def test_a_nested_role_that_is_renamed_onto_another_feeds_both_ways(both: Both) -> None:
    both.begin(small(PEOPLE, {"Staff": "E1", "Cooks": "E2", "Waiters": "E3"}))
    before = both.held().group_ids()
    both.idp.nest("Staff", "Cooks")
    both.sync()
    both.idp.rename("Cooks", "waiters")  # Cooks goes; E2 comes to the Waiters, which are spelt as by the lower group_id
    assert both.sync()["requests"] == 3
    both.assert_equal(small(PEOPLE, {"Staff": "E1 E2", "waiters": "E2 E3"}))
    assert both.held().group_ids() == {"staff": before["staff"], "waiters": before["waiters"]}


def test_protected_groups_are_neither_made_nor_changed_nor_deleted(both: Both) -> None:
    theirs = both.tenant.scim.create_group("AWSControlTowerAdmins", both.tenant.scim.create_user("tower@x.example"))
    both.writes()
    roster = small(PEOPLE, {"AWSControlTowerAdmins": "E1", "awslogArchive": "E2", "AWS Readers": "E3"})
    both.connect(roster, "adopt=adopt")
    assert both.sync()["requests"] == len(PEOPLE.split()) + 1
    assert {group["displayName"] for group in both.held().groups} == {"AWSControlTowerAdmins", "AWS Readers"}
    assert both.held().group("AWSControlTowerAdmins") == {"tower@x.example"}
    both.idp.close_role("R0")
    assert both.sync(full=True)["requests"] == 0
    assert both.held().group_ids()["awscontroltoweradmins"] == theirs


def test_the_protect_list_can_be_another_one(both: Both) -> None:
    roster = begin()
    both.begin(roster)
    both.idp.set("protect=Read*, Edit*")
    both.idp.unseat("Readers", "E1")
    both.idp.close_role("R1")
    both.idp.rename("R2", "Renamed")
    both.sync()
    assert both.held().group("Readers") == {"e1@x.example", "e2@x.example"}
    assert {group["displayName"] for group in both.held().groups} >= {"Readers", "Editors"}
    assert "writers" not in both.held().group_ids()
