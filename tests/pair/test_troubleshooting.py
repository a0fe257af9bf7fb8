"""The four cases of the guide's troubleshooting, each as a test of both services, and the page that says what happens here."""

import ast
import re
from pathlib import Path

import pytest

from lockstep.idp.apps.actions import find_app
from lockstep.idp.console.hints import hints_of, waiting_of
from lockstep.kit.clock import now_ms
from tests.pair.both import Both
from tests.pair.rosters import Roster, small
from tests.pair.test_drift import delete_a_group
from tests.support.idp import APP

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"
CASES = (
    "Groups are not provisioned",
    "Nothing is synced",
    "A deleted group lives on",
    "A group was deleted at the target first",
)


def company() -> Roster:
    return small("E1 E2 E3", {"AWS-Readers": "E1 E2", "AWS-Writers": "E2 E3"})


def said(both: Both) -> list[str]:
    """What every page of the app says is in the way."""
    with both.idp.db.read() as c:
        app = find_app(c, APP)
        return [hint.text for hint in hints_of(c, app, waiting_of(c, app), now_ms())]


def test_groups_are_not_provisioned(both: Both) -> None:
    """The parameter's flag is off: it is said, and once it is on, groups go over by themselves."""
    roster = company()
    both.connect(roster, "groups=off")
    both.sync()
    assert both.held().groups == []
    assert any(text.startswith("Groups are not sent") for text in said(both))
    both.idp.set("groups=on")
    assert not any(text.startswith("Groups are not sent") for text in said(both))
    assert both.sync()["requests"] == len(roster.groups)
    both.assert_equal(roster)


def test_nothing_is_synced_as_approvals_wait(both: Both) -> None:
    """What waits is counted on every page, and by every sync."""
    roster = company()
    both.connect(roster, "approve-create=on", "approve-update=on", "approve-delete=on")
    assert both.sync()["waiting"] == 5
    assert "5 changes wait for your approval." in said(both)
    both.idp.approve()
    assert both.sync()["requests"] == 5
    both.assert_equal(roster)
    assert not any("approval" in text for text in said(both))


def test_nothing_is_synced_as_a_rule_was_not_applied(both: Both) -> None:
    """A rule that was saved is not in force, which is said; people and roles need no reapplying."""
    roster = company()
    both.begin(roster)
    both.command("app", "rule", APP, "--add", "strip", "--matching", "AWS-(.*)").ended(0)
    assert both.sync()["requests"] == 0
    assert any(text.startswith("Rules have changed and are not applied yet") for text in said(both))
    both.idp.seat("AWS-Readers", "E3")
    assert both.sync()["requests"] == 1, "a person's change goes by itself"
    both.command("app", "rule", APP, "--apply").ended(0)
    assert both.sync()["requests"] == 2
    assert {group["displayName"] for group in both.held().groups} == {"Readers", "Writers"}
    assert not any(text.startswith("Rules") for text in said(both))


def test_a_deleted_group_goes_at_the_target(both: Both) -> None:
    """With its role, under the app's limits and approvals."""
    roster = company()
    both.begin(roster)
    both.idp.set("approve-delete=on")
    both.idp.close_role("AWS-Writers")
    assert both.sync()["waiting"] == 1
    assert "1 change waits for your approval." in said(both)
    both.idp.approve()
    assert both.sync()["requests"] == 1
    assert {group["displayName"] for group in both.held().groups} == {"AWS-Readers"}


@pytest.mark.parametrize("found_by", ["a full check", "the next change"])
def test_a_group_deleted_at_the_target_first_comes_back(both: Both, found_by: str) -> None:
    """Nothing breaks: it is made again with its members, and everybody else's changes go in the same run."""
    roster = small("E1 E2 E3", {"Readers": "E1 E2", "Writers": "E2 E3"})
    both.begin(roster)
    delete_a_group(both)
    both.idp.change("E3", title="Somebody else")
    roster.people["E3"]["title"] = "Somebody else"
    if found_by == "the next change":
        both.idp.unseat("Readers", "E1")
        roster.seats.remove(("R0", "E1"))
    assert both.idp.sync(full=found_by == "a full check")["failed"] == 0
    both.assert_equal(roster)
    assert both.idp.sync()["requests"] == 0


def test_to_be_rid_of_a_group_its_role_goes_whichever_is_deleted_first(both: Both) -> None:
    both.begin(small("E1 E2", {"Readers": "E1 E2", "Writers": "E2"}))
    delete_a_group(both)
    both.idp.close_role("Readers")
    result = both.idp.sync()
    assert (result["failed"], [group["displayName"] for group in both.held().groups]) == (0, ["Writers"])


def test_the_page_has_each_case_and_names_tests_that_there_are() -> None:
    """A section for each case, each with tests; and every test of this file that is about a case stands on the page."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    titles = [section.partition("\n")[0] for section in sections]
    assert [re.sub(r"^\d\. ", "", title) for title in titles[: len(CASES)]] == list(CASES)
    named: set[tuple[str, str]] = set()
    for section in sections[: len(CASES)]:
        found = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", section)
        assert found, section
        named.update(found)
    for path, name in sorted(named):
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path} has no {name}"
    mine = {name for name in globals() if name.startswith("test_") and not name.startswith("test_the_page")}
    assert mine <= {name for _, name in named}
