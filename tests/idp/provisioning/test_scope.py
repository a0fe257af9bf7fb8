"""Whom a plan looks at.  That such a plan says what a plan of everybody says, every test of this folder checks."""

from collections.abc import Callable

import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import actions, drift_store, ledger, links, scope
from lockstep.idp.provisioning.drift import TakenOver
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.scope import Scope
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, brief, everyone

A = "A@x.example"
PEOPLE = {**everyone("A", "B", "C", "D"), "B": {"manager_id": "A"}}
ROLES = {"G": ("Team", ["A", "B"]), "H": ("Cooks", ["C"])}


@pytest.fixture
def settled(each_world: World) -> World:
    """Both sides are equal, and the last plan knows."""
    each_world.make_app()
    each_world.synced(PEOPLE, ROLES)
    each_world.changes()
    return each_world


def of(world: World) -> Scope:
    app = world.app()
    with world.db.read() as c:
        return scope.of_what_happened(c, app, links.find_target(c, app.id, app.scim_url), world.now)


def who(world: World) -> set[str]:
    found = of(world)
    assert found.users is not None
    assert found.whole
    return set(found.users)


def test_when_nothing_has_happened_nobody(settled: World) -> None:
    assert (who(settled), of(settled).groups, of(settled).match) == (set(), frozenset(), False)


def test_at_first_everybody(each_world: World) -> None:
    each_world.make_app()
    each_world.become(PEOPLE)
    assert of(each_world).everything


def test_an_edit_is_about_one_person(settled: World) -> None:
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, ROLES)
    assert who(settled) == {"C"}


def test_a_membership_is_about_the_one_who_comes_or_goes(settled: World) -> None:
    settled.become(PEOPLE, {**ROLES, "H": ("Cooks", ["D"])})
    assert (who(settled), of(settled).match) == ({"C", "D"}, False)


def test_who_leaves_or_comes_takes_along_those_they_manage(settled: World) -> None:
    settled.become({key: one for key, one in PEOPLE.items() if key != "A"}, ROLES)
    assert who(settled) == {"A", "B"}


def test_a_role_that_is_renamed_has_groups_matched_anew(settled: World) -> None:
    settled.become(PEOPLE, {**ROLES, "H": ("Chefs", ["C"])})
    assert (who(settled), of(settled).match) == (set(), True)


def test_whoever_was_in_a_role_that_is_gone_is_looked_at(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Team", each_world.now)
    each_world.sync()
    each_world.become(PEOPLE, {"H": ROLES["H"]})
    assert (who(each_world), of(each_world).match) == ({"A", "B"}, True)
    assert [change.kind for change in each_world.changes()] == ["switch-off", "switch-off", "delete"]


def test_whoever_was_in_a_role_that_somebody_removes_is_looked_at(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Team", each_world.now)
    each_world.sync()
    with each_world.write() as c:
        directory.remove_role(c, find_role(c, "G").id, actor="somebody", now=each_world.now)
    assert (who(each_world), of(each_world).match) == ({"A", "B"}, True)
    assert [change.kind for change in each_world.changes()] == ["switch-off", "switch-off", "delete"]


def test_whoever_is_in_a_role_that_is_put_into_another_is_looked_at(each_world: World) -> None:
    """Also two roles down; and when a role between them goes, by hand or by an import."""
    each_world.make_app(everyone=False)
    roles = {"T": ("Top", ["D"]), "M": ("Middle", []), "H": ("Cooks", ["C"]), "G": ("Team", ["A", "B"])}
    each_world.become(PEOPLE, roles)
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Top", each_world.now)
    each_world.sync()
    each_world.nest("M", "H")
    assert (who(each_world), of(each_world).match) == ({"C"}, False)
    each_world.nest("T", "M")
    assert who(each_world) == {"C"}
    each_world.synced(PEOPLE, roles)
    assert sorted(each_world.target.people()) == ["C", "D"]
    each_world.unnest("T", "M")
    assert who(each_world) == {"C"}
    each_world.nest("T", "M")
    each_world.sync()
    each_world.become(PEOPLE, {key: role for key, role in roles.items() if key != "M"})
    assert who(each_world) == {"C"}
    assert "switch-off" in {change.kind for change in each_world.changes() if change.key == "C"}


def test_who_enters_a_pilot_of_some_people_or_falls_out_is_looked_at(each_world: World) -> None:
    each_world.make_app("pilot-people=2")
    people = everyone("B", "C", "D", "E", "F")
    each_world.synced(people)
    each_world.changes()
    each_world.become({**people, "A": {}})
    assert who(each_world) == {"A", "B", "C"}  # one place to either side of where the second one is now
    each_world.changes()
    each_world.become({**people, "A": {}, "F": {"title": "Cook"}})
    assert "F" in who(each_world)
    assert "E" not in who(each_world)


def test_who_comes_into_the_role_of_a_pilot_is_looked_at(each_world: World) -> None:
    each_world.make_app()
    each_world.become(PEOPLE, ROLES)
    each_world.set("pilot-role=Cooks")
    each_world.sync()
    each_world.changes()
    each_world.become(PEOPLE, {**ROLES, "H": ("Cooks", ["C", "D"])})
    assert who(each_world) == {"D"}
    each_world.changes()
    each_world.become(PEOPLE, {**ROLES, "H": ("Chefs", ["C", "D"])})
    assert who(each_world) == {"C", "D"}


def test_only_those_whom_something_taken_over_is_about_are_looked_at(settled: World) -> None:
    with settled.write() as c:
        target = settled.link_target(c)
        drift_store.take_over(c, target, [TakenOver("value", "user", "D", "D", 0, "title", None, "theirs")], "Kim", 3)
    assert who(settled) == {"D"}


def test_by_rules_a_group_deleted_there_for_good_has_everybody_looked_at(settled: World) -> None:
    apply_rules(settled)
    settled.sync()
    settled.changes()
    with settled.write() as c:
        target = settled.link_target(c)
        drift_store.take_over(c, target, [TakenOver("gone", "group", "team", "Team", theirs=["G"])], "Kim", 3)
    assert of(settled).everything


SETTINGS: list[Callable[[World], None]] = [
    lambda world: world.set("leavers=delete"),
    lambda world: world.set("pilot-people=1"),
]


@pytest.mark.parametrize("change", SETTINGS)
def test_another_setting_has_everybody_looked_at(settled: World, change: Callable[[World], None]) -> None:
    change(settled)
    assert of(settled).everything


def test_another_target_has_everybody_looked_at(settled: World) -> None:
    with settled.write() as c:
        c.raw.execute("UPDATE apps SET scim_url = 'https://other.example/scim'")
    assert of(settled).everything


def test_what_failed_is_looked_at_until_it_is_mended(settled: World) -> None:
    settled.target.faults = lambda sent: Fault(400) if sent.method == "PATCH" else None
    settled.become({**PEOPLE, "D": {"title": "Cook"}}, ROLES)
    settled.sync()
    assert who(settled) == {"D"}
    settled.target.faults = lambda _sent: None
    settled.sync()
    settled.changes()
    assert who(settled) == set()


def test_whoever_is_gone_at_the_target_is_looked_at(settled: World) -> None:
    settled.target.lose(settled.target.id_of(A))
    settled.become({**PEOPLE, "A": {"title": "Cook"}}, ROLES)
    settled.target.faults = lambda sent: Fault(503) if sent.method == "POST" else None
    settled.sync()
    assert "A" in who(settled)


def test_a_time_of_grace_that_has_ended_is_looked_at(each_world: World) -> None:
    each_world.make_app("leavers=delete", "grace-days=1")
    each_world.synced(PEOPLE, ROLES)
    each_world.synced(everyone("A", "B", "C"), ROLES)
    each_world.changes()
    assert who(each_world) == set()
    each_world.now += 86_400_000
    assert who(each_world) == {"D"}


def test_a_removal_that_was_thrown_away_is_met_again(settled: World) -> None:
    settled.set("limit-removals=0", "limit-removals-share=0")
    settled.become(PEOPLE, {"G": ("Team", []), "H": ROLES["H"]})
    settled.sync()
    app = settled.app()
    with settled.write() as c:
        actions.release(c, app, None, discard=True, now=settled.now)
    for _ in range(2):
        assert settled.changes() == []
    assert {"A", "B"} <= who(settled)


def apply_rules(world: World) -> None:
    app = world.app()
    with world.write() as c:
        rules.save(c, app, Rule("all", (Mapped("role", "(.*)"),)), world.now, actor="root")
        rules.apply(c, app, world.now, actor="root")


def test_by_rules_whoever_is_in_a_role_that_changes_is_asked(settled: World) -> None:
    apply_rules(settled)
    settled.sync()
    settled.changes()
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, ROLES)
    assert who(settled) == {"C"}
    settled.changes()
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, {**ROLES, "G": ("Crew", ["A", "B"])})
    assert (who(settled), of(settled).match) == ({"A", "B", "C"}, True)


def test_by_rules_who_was_in_a_group_that_is_gone_there_is_asked(settled: World) -> None:
    apply_rules(settled)
    settled.sync()
    settled.changes()
    with settled.write() as c:
        target = settled.link_target(c)
        team = links.group_by_key(c, target, "team")
        assert team is not None
        links.set_group_missing(c, target, team.id)
    assert (who(settled), set(of(settled).groups)) == ({"A", "B"}, {"team"})
    assert brief(settled.changes()) == ["group create Team"]
    assert who(settled) == {"A", "B"}  # as long as the group is not made


def test_by_rules_a_group_alone_asks_its_members_and_whoever_was_heard_of(settled: World) -> None:
    apply_rules(settled)
    settled.sync()
    settled.changes()
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, {"G": ("Team", ["A", "C"]), "H": ROLES["H"]})
    app = settled.app()
    with settled.write() as c:
        about = scope.one_group(c, app, settled.link_target(c), settled.now, "team")
        made = make_plan(c, app, settled.now, group="team")
        changes = [placed.change.after for placed in ledger.all_changes(c, made.id)]
    assert about.asked == frozenset("ABC")
    assert about.few
    assert changes == [{"add": ["C@x.example"], "remove": ["B@x.example"]}]


def test_an_event_without_a_key_has_everybody_looked_at(settled: World) -> None:
    """Such as one that was written before events had keys."""
    with settled.write() as c:
        events.append(c, Event(type=EventType.USER_SUSPENDED, user_name=A), settled.now)
    assert of(settled).everything


def test_a_group_alone(settled: World) -> None:
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, {"G": ("Team", ["C"]), "H": ("Cooks", [])})
    app = settled.app()
    with settled.write() as c:
        made = make_plan(c, app, settled.now, group="team")
        changes = [placed.change for placed in ledger.all_changes(c, made.id)]
    assert made.scope == "\nteam"
    assert [(one.key, one.after) for one in changes] == [("team", {"add": ["C@x.example"], "remove": [A, "B@x.example"]})]
