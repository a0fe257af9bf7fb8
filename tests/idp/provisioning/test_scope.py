"""Whom a plan looks at.  That such a plan says what a plan of everybody says, every test of this folder checks."""

from collections.abc import Callable

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import actions, ledger, links, scope
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.scope import Scope
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.world import World, everyone

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


def test_what_a_role_gave_by_itself_is_not_known_when_it_is_gone(each_world: World) -> None:
    each_world.make_app(everyone=False)
    each_world.become(PEOPLE, ROLES)
    with each_world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Team", each_world.now)
    each_world.sync()
    each_world.become(PEOPLE, {"H": ROLES["H"]})
    assert of(each_world).everything


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


def test_by_rules_a_role_that_changes_has_everybody_asked(settled: World) -> None:
    app = settled.app()
    with settled.write() as c:
        rules.save(c, app, Rule("all", Mapped("role", "(.*)")), settled.now, actor="root")
        rules.apply(c, app, settled.now, actor="root")
    settled.sync()
    settled.changes()
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, ROLES)
    assert who(settled) == {"C"}
    settled.changes()
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, {**ROLES, "H": ("Chefs", ["C"])})
    assert of(settled).everything


def test_an_event_without_a_key_has_everybody_looked_at(settled: World) -> None:
    """Such as one that was written before events had keys."""
    settled.by_hand(directory.suspend, "A")
    with settled.write() as c:
        c.raw.execute("UPDATE events SET user_key = ''")
    assert of(settled).everything


def test_a_group_alone(settled: World) -> None:
    settled.become({**PEOPLE, "C": {"title": "Cook"}}, {"G": ("Team", ["C"]), "H": ("Cooks", [])})
    app = settled.app()
    with settled.write() as c:
        made = make_plan(c, app, settled.now, group="team")
        changes = [placed.change for placed in ledger.all_changes(c, made.id)]
    assert made.scope == "\nteam"
    assert [(one.key, one.after) for one in changes] == [("team", {"add": ["C@x.example"], "remove": [A, "B@x.example"]})]
