"""Each check: what it says where all is well, and where it is not, with what mends it."""

from dataclasses import fields
from dataclasses import replace as changed
from typing import Any

import pytest

from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import Settings
from lockstep.idp.provisioning.whynothing.checks import CHECKS, WORKER_AWAY_MS, findings, in_the_way
from lockstep.idp.provisioning.whynothing.people import PEOPLE
from lockstep.idp.provisioning.whynothing.records import Facts, Failed, Finding, Held, TokenWarning, Twice, Verdict
from lockstep.idp.provisioning.whynothing.waiting import WAITING

NOW, HOUR = 1_800_000_000_000, 3_600_000
WELL = Settings(provisioning=True, groups=True, schedule="0 3 * * *")
APP = App(1, "my app", "scim2", "https://x.example", False, WELL, False, "", NOW - HOUR, "")
FACTS = Facts(
    APP,
    NOW,
    worker_at=NOW - 60_000,
    everyone=True,
    people=7,
    planned=True,
    checked_at=NOW - HOUR,
    next_check=NOW + 2 * HOUR,
)


def with_app(**values: Any) -> Facts:
    return changed(FACTS, app=changed(APP, **values))


def with_settings(**values: Any) -> Facts:
    return with_app(settings=changed(WELL, **values))


def said(check: str, facts: Facts) -> Finding:
    [found] = [one for one in findings(facts) if one.check == check]
    return found


def test_where_all_is_well_nothing_is_in_the_way() -> None:
    found = findings(FACTS)
    assert list(in_the_way(found)) == []
    assert len({one.check for one in found}) == len(CHECKS)
    assert set(PEOPLE) | set(WAITING) < set(CHECKS)
    assert said("schedule", FACTS).text.endswith("the last one was 1 hour ago, the next is due in 2 hours.")
    assert said("assigned", FACTS).text == "7 users have the app."


WRONG: list[tuple[str, Facts, Verdict, str, str, str]] = [
    ("stopped", with_app(stopped=True), Verdict.PROBLEM, "Somebody has stopped", "start", "app start 'my app'"),
    ("stopped", with_app(quarantine="so much is gone"), Verdict.PROBLEM, "quarantine: so much is gone.", "start", "app start"),
    ("installation", changed(FACTS, held=Held("it moved", False, False)), Verdict.PROBLEM, "backup", "do/compare", "drift"),
    (
        "installation",
        changed(FACTS, held=Held("another", True, True)),
        Verdict.PROBLEM,
        "another.",
        "comparison",
        "installation",
    ),
    ("provisioning", with_settings(provisioning=False), Verdict.PROBLEM, "is off", "provisioning", "provisioning=on"),
    ("worker", changed(FACTS, worker_at=0), Verdict.PROBLEM, "none was ever at work.", "", "worker"),
    (
        "worker",
        changed(FACTS, worker_at=NOW - WORKER_AWAY_MS, filed_at=NOW - 2 * HOUR),
        Verdict.PROBLEM,
        "the last one was at work 3 minutes ago, and a job has waited for 2 hours.",
        "",
        "worker",
    ),
    (
        "connection",
        with_app(connect_problem="Refused (401)."),
        Verdict.PROBLEM,
        "Refused (401).",
        "configuration",
        "app connect",
    ),
    ("connection", with_app(connected_at=0), Verdict.ATTENTION, "has not been tested", "configuration", "app connect"),
    (
        "token",
        changed(FACTS, token=TokenWarning("error", "It has expired.")),
        Verdict.PROBLEM,
        "It has expired.",
        "configuration#tokens",
        "token list",
    ),
    (
        "token",
        changed(FACTS, token=TokenWarning("warning", "It ends soon.")),
        Verdict.ATTENTION,
        "It ends soon.",
        "configuration#tokens",
        "token list",
    ),
    ("run", changed(FACTS, run_error="it is away."), Verdict.PROBLEM, "could not be done: it is away.", "do/now", "sync"),
    ("run", changed(FACTS, planned=False), Verdict.ATTENTION, "none yet", "do/sync", "sync"),
    ("assigned", changed(FACTS, everyone=False), Verdict.PROBLEM, "neither to everyone nor to a role", "access", "app assign"),
    (
        "assigned",
        changed(FACTS, everyone=False, roles=2, people=0),
        Verdict.PROBLEM,
        "it is given to 2 roles, and nobody is there",
        "access",
        "app assign",
    ),
    ("approved", changed(FACTS, unapproved=1), Verdict.ATTENTION, "1 user to whom", "/admin/users?state=0", "users --where"),
    (
        "pilot",
        with_settings(pilot_role="Cooks", pilot_people=3),
        Verdict.ATTENTION,
        "Cooks and to 3 people",
        "provisioning",
        "pilot",
    ),
    (
        "pilot",
        with_settings(creates_only=True),
        Verdict.ATTENTION,
        "only makes what is missing",
        "provisioning",
        "creates-only=off",
    ),
    ("groups", with_settings(groups=False), Verdict.ATTENTION, "Groups are not sent", "parameters/groups", "groups=on"),
    (
        "groups",
        changed(with_settings(groups=False), rules_on=1),
        Verdict.PROBLEM,
        "Rules set Groups in vain",
        "parameters/groups",
        "groups=on",
    ),
    ("rules", changed(FACTS, rules_pending=True), Verdict.PROBLEM, "are not applied", "rules/preview", "app rule"),
    (
        "mappings",
        changed(FACTS, mappings_pending=True),
        Verdict.ATTENTION,
        "since they were last reapplied",
        "/admin/mappings/preview",
        "mapping preview",
    ),
    (
        "twice",
        changed(FACTS, twice=(Twice("Readers", ("role A", "named by the rule")),)),
        Verdict.ATTENTION,
        "Readers by role A and named by the rule",
        "groups",
        "groups",
    ),
    (
        "approvals",
        changed(FACTS, waiting={"create": 2, "delete": 1}, waiting_since=NOW - 26 * HOUR),
        Verdict.PROBLEM,
        "3 changes wait for approval, for 1 day: 2 to create, 1 to delete or switch off.",
        "plan?show=waiting",
        "approve",
    ),
    ("limits", changed(FACTS, over_limit=600), Verdict.PROBLEM, "600 are held", "plan?show=held", "plan"),
    ("drift", changed(FACTS, undecided=1), Verdict.PROBLEM, "1 difference at the target waits", "drift", "drift"),
    ("dropped", changed(FACTS, dropped=1), Verdict.ATTENTION, "1 removal was thrown away", "plan?show=dropped", "plan"),
    (
        "failures",
        changed(FACTS, failed=(Failed("no family name", "give one", 4),), failed_all=5, given_up=1),
        Verdict.PROBLEM,
        "5 changes failed: 4 × no family name. 1 of them is given up.",
        "failures",
        "failures",
    ),
    (
        "retries",
        changed(FACTS, failed_all=2, next_try=NOW + HOUR),
        Verdict.ATTENTION,
        "the first of it in 1 hour.",
        "do/now",
        "sync",
    ),
    ("gone", changed(FACTS, groups_gone=1), Verdict.ATTENTION, "1 group was deleted at the target", "do/now", "sync"),
    ("gone", changed(FACTS, users_gone=2, groups_gone=1), Verdict.ATTENTION, "2 users and 1 group were", "do/now", "sync"),
    ("schedule", with_settings(schedule=""), Verdict.ATTENTION, "Nobody looks by a schedule", "provisioning", "schedule="),
]


@pytest.mark.parametrize(("check", "facts", "verdict", "text", "where", "command"), WRONG)
def test_what_is_wrong_is_said_with_what_mends_it(
    check: str, facts: Facts, verdict: Verdict, text: str, where: str, command: str
) -> None:
    found = said(check, facts)
    assert (found.verdict, text in found.text) == (verdict, True), found
    assert found.text.endswith(".")
    assert found.fix is not None
    assert (found.fix.where, command in found.fix.command) == (where, True)
    others = {one.check for one in in_the_way(findings(facts))} - {check}
    assert others <= {"failures", "retries"}, "one thing is one finding"


def test_each_check_can_find_something() -> None:
    assert {one for one, *_ in WRONG} == {one.check for one in findings(FACTS)}
    assert {one.name for one in fields(Facts)} >= {"app", "now"}


def test_what_stops_something_stands_first() -> None:
    found = findings(changed(FACTS, dropped=1, rules_pending=True))
    assert [one.verdict for one in found[:2]] == [Verdict.PROBLEM, Verdict.ATTENTION]
    assert all(one.verdict is Verdict.OK for one in found[2:])
