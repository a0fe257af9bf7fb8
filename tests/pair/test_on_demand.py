"""Provision on demand, from the look to the sending: exactly what was shown arrives, and both sides are equal."""

import msgspec

from tests.pair.both import Both
from tests.pair.rosters import Roster, small

DONE, WAITS = 0, 3


def begin() -> Roster:
    return small("E1 E2 E3", {"Readers": "E1 E2", "Writers": "E3"})


def test_a_user_and_a_group_are_shown_sent_and_then_equal(both: Both) -> None:
    roster = begin()
    both.begin(roster, "leavers=delete")
    after = small("E1 E2 E3 E4", {"Readers": "E1 E2 E4", "Writers": "E1 E2 E3", "New": "E1"})
    after.people["E4"]["title"] = "Lead"
    both.take(after)

    look = ("provision", "aws", "--user", "E4", "--ask-target")
    shown = both.command(*look, "--json").ended(DONE).json
    assert [(one["method"], one["path"].split("/")[1]) for one in shown["requests"]] == [("POST", "Users"), ("PATCH", "Groups")]
    assert next(one["verdict"] for one in shown["steps"] if one["name"] == "there") == "Not there."
    assert both.writes() == 0

    sent = both.command(*look, "--send", "--digest", shown["digest"], "--json").ended(DONE).json
    assert [one["ok"] for one in sent["came_back"]] == [True, True]
    assert sent["sent"]["requests"] == both.writes() == sent["sent"]["floor"] == 2
    body = shown["requests"][0]["body"]
    arrived = both.held().user("E4")
    assert {name: arrived[name] for name in body} == body
    assert both.held().group("Readers") == {after.name_of(key) for key in ("E1", "E2", "E4")}
    assert "New" not in both.held().group_ids()

    for group, requests in (("writers", 1), ("New", 1), ("Readers", 0)):
        sent = both.command("provision", "aws", "--group", group, "--send", "--json").ended(DONE).json
        assert sent["sent"]["requests"] == both.writes() == len(sent["requests"]) == requests
    both.assert_equal(after)
    assert both.command("plan", "aws", "--check").ended(DONE).out.startswith("Nothing to do")
    again = both.command(*look, "--json").ended(DONE).json
    assert again["requests"] == []
    assert next(one["verdict"] for one in again["steps"] if one["name"] == "there") == "As it was written."


def test_what_was_changed_at_the_target_is_seen_by_asking(both: Both) -> None:
    roster = begin()
    both.begin(roster)
    number = both.held().user("E1")["id"]
    both.tenant.scim.patch(f"/Users/{number}", {"op": "replace", "path": "title", "value": "Changed there"})
    both.writes()
    shown = both.command("provision", "aws", "--user", "E1", "--ask-target", "--json").ended(DONE).json
    there = next(one for one in shown["steps"] if one["name"] == "there")
    assert {"What": "title", "As remembered": "", "At the target": "Changed there"} in there["rows"]
    assert both.writes() == 0


def test_a_plan_that_deletes_stops_a_pipeline(both: Both) -> None:
    both.begin(begin(), "leavers=delete")
    after = small("E1 E2", {"Readers": "E1 E2", "Writers": ""})
    both.take(after)
    refused = both.command("plan", "aws", "--at-most", "user-deletions=0", "--json").ended(WAITS)
    assert msgspec.json.decode(refused.out)["over"] == [{"kind": "user-deletions", "count": 1, "at_most": 0}]
    both.command("plan", "aws", "--at-most", "user-deletions=1", "--json").ended(DONE)
