"""Groups by rules at the target, and that the two ways of finding them agree."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Existing, Mapped, Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.provisioning.grouping import ByRole, by_rules
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.source import source_of
from tests.idp.provisioning.world import World, brief, everyone, roster

AB = everyone("A", "B")
A, B = "A@x.example", "B@x.example"
STRIPPED = Rule("strip", (Mapped("role", "AWS-(.*)"),))
TEAMS = {"G": ("AWS-Admins", ["A"]), "H": ("Cooks", ["A", "B"])}


def apply(world: World, *given: Rule) -> None:
    """These are the rules of the app, and in force."""
    app = world.app()
    with world.write() as c:
        for old in rules.rules_of(c, app).edited:
            rules.remove(c, app, old.id, world.now, actor="root")
        for one in given:
            rules.save(c, app, one, world.now, actor="root")
        rules.apply(c, app, world.now, actor="root")


def test_a_rule_decides_and_the_capture_names_the_group(each_world: World) -> None:
    each_world.make_app()
    apply(each_world, STRIPPED)
    result = each_world.synced(AB, TEAMS)
    assert each_world.target.teams() == {"Admins": {A}}
    assert result.requests == result.floor == 3
    each_world.synced(AB, {**TEAMS, "G": ("AWS-Admins", ["B"])})
    assert each_world.target.teams() == {"Admins": {B}}


def test_a_saved_rule_that_is_not_applied_changes_nothing(world: World) -> None:
    world.make_app()
    world.synced(AB, TEAMS)
    app = world.app()
    with world.write() as c:
        rules.save(c, app, STRIPPED, world.now, actor="root")
    assert world.changes() == []


def test_a_pattern_that_moves_the_name_renames_on_the_same_id(world: World) -> None:
    world.make_app()
    world.synced(AB, TEAMS)
    number = world.target.id_of("AWS-Admins")
    apply(world, STRIPPED, Rule("cooks", (Mapped("role", "^Cooks$"),), conditions=(Condition("role", "equals", "99"),)))
    assert brief(world.changes()) == ["group members Cooks", "group rename Admins"]
    world.sync()
    assert world.target.teams() == {"Admins": {A}, "Cooks": set()}
    assert world.target.id_of("Admins") == number


def test_later_rule_wins_per_person(world: World) -> None:
    world.make_app()
    apply(world, Rule("all", (Existing(("Staff",)),)), STRIPPED)
    world.synced(AB, TEAMS)
    assert world.target.teams() == {"Staff": {B}, "Admins": {A}}
    apply(world, STRIPPED, Rule("all", (Existing(("Staff",)),)))
    world.sync()
    assert world.target.teams() == {"Staff": {A, B}, "Admins": set()}


def test_a_disabled_rule_takes_its_groups_away_and_a_deleted_last_one_brings_the_roles_back(world: World) -> None:
    world.make_app()
    apply(world, STRIPPED)
    world.synced(AB, TEAMS)
    apply(world, Rule("strip", STRIPPED.actions, enabled=False))
    assert brief(world.changes()) == ["group delete Admins"]
    world.sync()
    assert world.target.teams() == {}
    apply(world)
    world.sync()
    assert world.target.teams() == {"AWS-Admins": {A}, "Cooks": {A, B}}


def test_a_group_of_a_department_stays_when_the_last_one_has_left_it(world: World) -> None:
    world.make_app()
    apply(world, Rule("departments", (Mapped("department", ".*"),)))
    world.synced({"A": {"department": "Sales"}, "B": {"department": "sales"}})
    assert world.target.teams() == {"Sales": {A, B}}
    number = world.target.id_of("Sales")
    world.synced({"A": {"department": "Research"}, "B": {"department": "Research"}})
    assert world.target.teams() == {"Sales": set(), "Research": {A, B}}
    world.synced({"A": {"department": "Sales"}, "B": {"department": "Research"}})
    assert (world.target.teams(), world.target.id_of("Sales")) == ({"Sales": {A}, "Research": {B}}, number)
    apply(world, Rule("departments", (Mapped("department", "^R.*"),)))
    world.sync()
    assert world.target.teams() == {"Research": {B}}


def test_what_rules_take_away_is_held_like_all_else(world: World) -> None:
    world.make_app("limit-group-deletions=1")
    world.synced(AB, {**TEAMS, "I": ("One", []), "J": ("Two", [])})
    apply(world, STRIPPED)
    held = [one for one in world.plan()[1] if one.state is State.HELD]
    assert [one.name for one in held] == ["Cooks", "One", "Two"]


def test_one_person_gets_what_all_would_get(each_world: World) -> None:
    each_world.make_app()
    apply(each_world, STRIPPED, Rule("departments", (Mapped("department", ".*"),)))
    each_world.synced({"A": {}, "B": {"department": "Sales"}}, TEAMS)
    assert each_world.target.teams() == {"Admins": {A}, "Sales": {B}}
    each_world.become({"A": {"department": "Sales"}, "B": {"department": "Sales"}}, TEAMS)
    assert brief(each_world.changes(only="A")) == ["group members Admins", "user update A@x.example", "group members Sales"]
    assert [one.after for one in each_world.changes(only="A") if one.object == "group"] == [{"remove": [A]}, {"add": [A]}]
    assert brief(each_world.changes(only="B")) == []


def test_who_is_in_a_role_is_in_the_groups_of_all_roles_above(each_world: World) -> None:
    each_world.make_app()
    each_world.synced(everyone("A", "B", "C"), {"G": ("Staff", ["C"]), "H": ("Cooks", ["A"]), "I": ("Sauciers", ["A", "B"])})
    each_world.nest("G", "H")
    each_world.nest("H", "I")
    assert brief(each_world.changes()) == ["group members Cooks", "group members Staff"]
    result = each_world.sync()
    assert (result.requests, result.floor) == (2, 2)
    teams = each_world.target.teams()
    assert teams == {"Staff": {A, B, "C@x.example"}, "Cooks": {A, B}, "Sauciers": {A, B}}
    assert each_world.changes() == []
    assert [each_world.changes(only=one) for one in "ABC"] == [[], [], []]


def test_what_is_taken_out_takes_away_only_what_nothing_else_gives(each_world: World) -> None:
    each_world.make_app()
    each_world.become(AB, {"G": ("Staff", []), "H": ("Cooks", ["A"]), "I": ("Waiters", ["A", "B"])})
    each_world.nest("G", "H")
    each_world.nest("G", "I")
    each_world.sync()
    each_world.unnest("G", "I")
    (change,) = each_world.changes()
    assert (change.name, change.after) == ("Staff", {"remove": [B]})
    each_world.sync()
    assert each_world.target.teams() == {"Staff": {A}, "Cooks": {A}, "Waiters": {A, B}}


def test_a_rule_sees_the_roles_above(each_world: World) -> None:
    each_world.make_app()
    condition = (Condition("role", "equals", "1"),)
    apply(each_world, Rule("staff", (Existing(("Everybody",)),), conditions=condition), STRIPPED)
    each_world.become(AB, {"G": ("AWS-Staff", []), "H": ("AWS-Cooks", ["A"]), "I": ("Others", ["B"])})
    each_world.nest("G", "H")
    each_world.sync()
    assert each_world.target.teams() == {"Everybody": set(), "Staff": {A}, "Cooks": {A}}
    apply(each_world, Rule("staff", (Existing(("Everybody",)),), conditions=condition))
    each_world.sync()
    assert each_world.target.teams() == {"Everybody": {A}}


NAMES = st.sampled_from(["One", "one", "Two", "AWS-x"])
NESTINGS = [*combinations("GHIJ", 2)]
ROSTERS = st.dictionaries(st.sampled_from("GHIJ"), st.tuples(NAMES, st.lists(st.sampled_from("ABC"))))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    ROSTERS, st.sets(st.sampled_from("ABC")), st.sampled_from([None, ["A"], ["B", "C"]]), st.lists(st.sampled_from(NESTINGS))
)
def test_without_rules_both_ways_agree(
    world: World, roles: dict[str, Any], logins: set[str], only: list[str] | None, nestings: list[tuple[str, str]]
) -> None:
    with world.db.write() as c:
        apply_roster(c, roster(everyone("A", "B", "C"), roles), world.now)
        for parent, child in nesting.load(c).children.items():
            for one in child:
                nesting.remove(c, parent, one)
        known = {role.group_id: role.id for role in directory.roles(c)}
        for above, below in nestings:
            if above in known and below in known:
                nesting.add(c, known[above], known[below])
        by_role, asked = ByRole(c, frozenset(logins)), by_rules(c, (), frozenset(logins), only=only)
        assert [(one.key, one.name, one.feeders) for one in by_role.groups] == [
            (one.key, one.name, one.feeders) for one in asked.groups
        ]
        for group in by_role.groups:
            wanted = by_role.wanted(group)
            assert asked.wanted(group) == {key: name for key, name in wanted.items() if only is None or key in only}


@pytest.mark.parametrize("only", [None, ["A"]])
def test_who_does_not_have_the_app_is_in_no_group(world: World, only: list[str] | None) -> None:
    world.make_app(everyone=False)
    apply(world, STRIPPED)
    world.become(AB, TEAMS)
    app = world.app()
    with world.db.read() as c:
        source = source_of(c, app)
        found = by_rules(c, (STRIPPED,), source.logins, only=only)
    assert [found.wanted(group) for group in found.groups] == [{}]


def test_two_rules_for_one_attribute_leave_nothing_to_do_after_one_sync(world: World) -> None:
    """What a rule gave is remembered by its value, which the other rule maps, too: that alone makes no group."""
    world.make_app()
    first = Rule("letters", (Mapped("department", "(.).*"),), conditions=(Condition("role", "equals", "99"),))
    apply(world, first, Rule("names", (Mapped("department", ".*"),)))
    world.synced({"A": {"department": "Sales"}}, {})
    assert world.target.teams() == {"Sales": {A}}
    assert world.changes() == []
    world.synced({"A": {"department": "Legal"}}, {})
    assert world.target.teams() == {"Sales": set(), "Legal": {A}}
    assert world.changes() == []
