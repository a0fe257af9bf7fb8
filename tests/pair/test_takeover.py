"""A centre that has people already, and a link store that was lost: taken over in one go, with no delete and create."""

from typing import Any

import pytest

from tests.pair.both import Both
from tests.pair.equality import Held
from tests.pair.floor import check_floor
from tests.pair.rosters import Roster, small

DONE, WAITS = 0, 3
Json = dict[str, Any]


def company() -> Roster:
    roster = small("E1 E2 E3 E4", {"Readers": "E1 E2 E3", "Writers": "E2", "Nobody": ""})
    roster.people["E1"]["manager_id"] = "E4"
    roster.people["E2"]["title"] = "Analyst"
    return roster


def takeover(both: Both, **orders: Any) -> Json:
    """The report, at the floor of a full check; nothing was written at the centre."""
    both.writes()
    before = both.held()
    found = both.idp.takeover(**orders)
    assert found["requests"] == found["floor"]
    assert both.writes() == 0
    assert both.held() == before
    return found


def lose_the_links(both: Both) -> None:
    with both.idp.changing() as c:
        c.script([f"DELETE FROM {table}" for table in ("link_members", "group_links", "user_links")])


def ids(held: Held) -> tuple[dict[str, str], dict[str, str]]:
    return held.user_ids(), held.group_ids()


@pytest.mark.parametrize("as_made", [False, True])
def test_lost_links_are_rebuilt_by_matching(both: Both, as_made: bool) -> None:
    roster = company()
    both.begin(roster)
    before = both.held()
    lose_the_links(both)
    found = takeover(both, link=True, as_made=as_made)
    assert found["floor"] == check_floor(4, [3, 1, 0])
    assert (found["taken"]["users"], found["taken"]["groups"], found["taken"]["members"]) == (4, 3, 4)
    assert (found["users"]["conflict"], found["users"]["change"], found["groups"]["change"]) == (0, 0, 0)
    assert both.sync()["requests"] == 0
    assert both.held() == before
    assert both.idp.drift()["differences"] == []


def test_members_and_changes_go_on_after_the_rebuilding(both: Both) -> None:
    """Who came, left and moved while the links were away follows as usual, on the ids that were."""
    roster = company()
    both.begin(roster, "leavers=delete")
    before = ids(both.held())
    lose_the_links(both)
    both.idp.change("E2", title="Treasurer")
    both.idp.unseat("Readers", "E1")
    both.idp.seat("Nobody", "E3")
    both.idp.rename("Writers", "writers")
    found = takeover(both, link=True, as_made=True)
    assert (found["users"]["change"], found["groups"]["change"], found["groups"]["case"]) == (1, 3, 1)
    assert both.sync()["requests"] == 1 + 1 + 1 + 1
    assert ids(both.held()) == before
    roster.people["E2"]["title"] = "Treasurer"
    roster.seats -= {("R0", "E1")}
    roster.seats |= {("R2", "E3")}
    roster.groups["R1"] = "writers"
    both.assert_equal(roster)
    both.idp.remove("E4")
    both.idp.close_role("Nobody")
    both.idp.sync()
    held = both.held()
    assert ("E4" in held.user_ids(), "nobody" in held.group_ids()) == (False, False)


def test_what_was_not_claimed_as_made_is_never_deleted(both: Both) -> None:
    both.begin(company(), "leavers=delete")
    lose_the_links(both)
    takeover(both, link=True)
    both.idp.remove("E4")
    both.idp.close_role("Readers")
    both.idp.sync()
    held = both.held()
    assert held.user("E4")["active"] is False
    assert held.group("Readers") == {"e1@x.example", "e2@x.example", "e3@x.example"}


def test_a_centre_that_has_people_is_taken_over_at_the_command_line(both: Both) -> None:
    """The report comes before provisioning is on; the plan after it is only what differs; every id stays."""
    scim = both.tenant.scim
    one, other = scim.create_user("e1@x.example"), scim.create_user("E2@X.example", title="Analyst")
    stranger = scim.create_user("stranger@x.example")
    readers = scim.create_group("READERS", one, stranger)
    scim.create_group("AWSLogArchive", stranger)
    both.connect(company(), "provisioning=off")
    both.writes()
    report = both.command("takeover", "aws", "--json").ended(DONE).json
    users, groups = report["users"], report["groups"]
    assert {kind: users[kind] for kind in ("adopt", "case", "conflict", "create", "unmatched")} == {
        "adopt": 1,
        "case": 1,
        "conflict": 0,
        "create": 2,
        "unmatched": 1,
    }
    assert (groups["case"], groups["create"], groups["protected"]) == (1, 2, 1)
    assert report["name_id"] == {"now": 1, "after": 0}
    assert "Take over 2 users and 1 group: lockstep idp takeover aws --link" in both.command("takeover", "aws").ended(DONE).out
    both.command("takeover", "aws", "--link").ended(DONE)
    assert both.writes() == 0
    both.idp.set("provisioning=on")
    both.sync()
    held = both.held()
    assert (held.user("E1")["id"], held.user("E2")["id"], held.group_ids()["readers"]) == (one, other, readers)
    assert held.group("Readers") == {"e1@x.example", "e2@x.example", "e3@x.example", "stranger@x.example"}
    assert held.group("AWSLogArchive") == {"stranger@x.example"}
    again = both.command("takeover", "aws", "--link", "--json").ended(DONE).json
    assert (again["taken"]["users"], again["users"]["linked"]) == (0, 4)
    assert both.sync()["requests"] == 0


def test_a_conflict_is_shown_and_left_alone(both: Both) -> None:
    both.tenant.scim.create_user("e1@x.example")
    both.tenant.scim.create_user("other@x.example", externalId="E1")
    both.connect(company(), "provisioning=off")
    ended = both.command("takeover", "aws", "--link").ended(WAITS)
    assert (
        "e1@x.example: agrees with several users there: externalId with other@x.example; userName with e1@x.example"
        in ended.out
    )
    assert "Taken over: 0 users and 0 groups." in ended.out
