"""Objects that are at the target already: reported, adopted or ignored; and what is adopted is never deleted."""

import pytest

from tests.pair.both import Both
from tests.pair.equality import Held, differences
from tests.pair.rosters import Roster, small

SOME_FAILED = 4


def three() -> Roster:
    return small("E1 E2 E3", {"Readers": "E1 E2", "Writers": "E3"})


def occupy(both: Both) -> tuple[str, str]:
    """A user and a group are there, with names that two of ours want; their ids."""
    user = both.tenant.scim.create_user("E1@X.example", title="Of somebody else")
    stranger = both.tenant.scim.create_user("stranger@x.example")
    group = both.tenant.scim.create_group("READERS", stranger)
    both.writes()
    return user, group


def test_what_is_there_is_reported_and_left_alone_by_default(both: Both) -> None:
    user, group = occupy(both)
    both.connect(three())
    result = both.command("sync", "aws", "--json").ended(SOME_FAILED).json
    assert result["failed"] == 2
    held = both.held()
    (theirs,) = [one for one in held.users if one["id"] == user]
    assert (theirs["userName"], theirs["title"], "externalId" in theirs) == ("E1@X.example", "Of somebody else", False)
    assert held.group("READERS") == {"stranger@x.example"}
    assert {"E2", "E3"} <= held.user_ids().keys()
    assert held.group("Writers") == {"e3@x.example"}
    told = [event for event in both.idp.events() if event.get("error_description")]
    advice = "take it over with `adopt=adopt` or `lockstep idp takeover aws --link`"
    assert all(advice in event["error_description"] for event in told)
    assert {event.get("user_name") or event["object_name"] for event in told} == {"e1@x.example", "Readers"}
    assert group == held.group_ids()["readers"]


def test_what_is_there_is_adopted_brought_in_line_and_keeps_its_id(both: Both) -> None:
    user, group = occupy(both)
    both.connect(three(), "adopt=adopt")
    result = both.idp.sync()
    assert (result["failed"], result["waiting"]) == (0, 0)
    held = both.held()
    assert held.user("E1")["id"] == user
    assert held.group_ids()["readers"] == group
    assert held.group("Readers") == {"e1@x.example", "e2@x.example", "stranger@x.example"}  # strangers stay
    assert differences(three(), without_stranger(both)) == []
    assert both.idp.sync()["requests"] == 0


def without_stranger(both: Both) -> Held:
    """What the centre holds, but for the stranger and their membership."""
    held = both.held()
    held.users[:] = [user for user in held.users if user["userName"] != "stranger@x.example"]
    for group in held.groups:
        group["members"] = [member for member in group["members"] if member["display"] != "stranger@x.example"]
    return held


@pytest.mark.parametrize("leavers", ["leavers=delete", "leavers=suspend"])
def test_what_was_adopted_is_never_deleted(both: Both, leavers: str) -> None:
    user, group = occupy(both)
    both.connect(three(), "adopt=adopt", leavers)
    both.idp.sync()
    both.idp.remove("E1")
    both.idp.close_role("Readers")
    both.idp.sync()
    held = both.held()
    (theirs,) = [one for one in held.users if one["id"] == user]
    assert theirs["active"] is False
    assert group in held.group_ids().values()
    assert held.group("Readers") == {"stranger@x.example"}
    assert both.idp.sync()["requests"] == 0


def test_what_is_there_is_ignored_without_a_word(both: Both) -> None:
    occupy(both)
    before = both.held()
    both.connect(three(), "adopt=ignore")
    result = both.idp.sync()
    assert (result["failed"], result["waiting"], result["held"]) == (0, 0, 0)
    held = both.held()
    assert [user for user in held.users if user["userName"] == "E1@X.example"] == [before.users[0]]
    assert held.group("READERS") == {"stranger@x.example"}
    assert {"E2", "E3"} <= held.user_ids().keys()


def test_a_person_is_found_by_external_id_too(both: Both) -> None:
    theirs = both.tenant.scim.create_user("old.name@x.example", externalId="E2")
    both.connect(three(), "adopt=adopt")
    both.idp.sync()
    assert both.held().user("E2")["id"] == theirs
    both.assert_equal(three())


def test_an_account_that_could_be_two_of_ours_is_taken_by_neither(both: Both) -> None:
    """The account of one with the externalId of the other, as a wrong import leaves it: the report calls it a conflict."""
    theirs = both.tenant.scim.create_user("e1@x.example", externalId="E2", title="of E1")
    both.writes()
    both.connect(three(), "adopt=adopt")
    assert both.command("takeover", "aws", "--json").ended(3).json["users"]["conflict"] == 2
    result = both.command("sync", "aws", "--json").ended(SOME_FAILED).json
    assert result["failed"] == 2
    (there,) = [user for user in both.held().users if user["id"] == theirs]
    assert (there["userName"], there["externalId"], there["title"]) == ("e1@x.example", "E2", "of E1")
    assert "may be somebody else of this directory" in both.command("failures", "aws").ended(0).out
    told = {event["user_name"]: event["error_description"] for event in both.idp.events() if event.get("error_description")}
    assert told.keys() == {"e1@x.example", "e2@x.example"}
    assert all("e1@x.example" in why and "e2@x.example" in why for why in told.values())
    both.tenant.scim.patch(f"/Users/{theirs}", {"op": "replace", "path": "externalId", "value": "E1"})
    assert both.idp.sync()["failed"] == 0
    assert both.held().user("E1")["id"] == theirs
    both.assert_equal(three())


def test_nobody_takes_what_belongs_to_somebody_else_of_ours(both: Both) -> None:
    """E2 wants the e-mail address of E1, who is linked: that is no case for adoption, whatever the setting says."""
    roster = three()
    both.begin(roster, "adopt=adopt")
    before = both.held().user("E1")
    after = roster.copy()
    after.people["E4"] = {**roster.people["E2"], "employee_id": "E4", "user_name": "e4@x.example", "email": "E1@x.example"}
    both.take(after)
    result = both.idp.sync()
    assert result["failed"] + result["waiting"] == 1
    assert both.held().user("E1") == before
    both.assert_equal(roster)
