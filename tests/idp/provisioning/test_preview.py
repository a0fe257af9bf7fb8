"""What rules would change before they are applied, and what they say of one person."""

import pytest

from lockstep.idp.apps.logins.actions import set_values
from lockstep.idp.apps.rules.evaluate import Fed
from lockstep.idp.apps.rules.records import GROUPS, Existing, Mapped, Rule
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.provisioning.preview import GroupPreview, of_person, preview
from tests.idp.provisioning.world import World, everyone

AB = everyone("A", "B")
A, B = "A@x.example", "B@x.example"
STRIPPED = Rule("strip", (Mapped("role", "AWS-(.*)"),), id=1)
STAFF = Rule("staff", (Existing(("Staff",)),), conditions=(Condition("department", "equals", "Sales"),), id=2)
TEAMS = {"G": ("AWS-Admins", ["A"]), "H": ("Cooks", ["A", "B"]), "I": ("AWS-Ops", [])}


def test_renamed_made_gone_and_the_same(each_world: World) -> None:
    each_world.make_app()
    each_world.become({"A": {}, "B": {"department": "Sales"}}, TEAMS)
    app = each_world.app()
    with each_world.db.read() as c:
        found = preview(c, app, (), (STRIPPED, STAFF))
        assert found.groups == [
            GroupPreview("AWS-Admins", "Admins", 1, 0, 0),
            GroupPreview("Cooks", "", 0, 0, 2, (), (A, B)),
            GroupPreview("AWS-Ops", "Ops", 0, 0, 0),
            GroupPreview("", "Staff", 1, 1, 0, (B,), ()),
        ]
        assert (found.same, found.people) == (0, 2)
        same = preview(c, app, (STRIPPED,), (STRIPPED,))
        assert (same.groups, same.same, same.people) == ([], 2, 0)


def test_many_are_counted_and_a_few_named(world: World) -> None:
    world.make_app()
    keys = [f"P{number}" for number in range(9)]
    world.become(everyone(*keys), {"G": ("AWS-All", keys)})
    app = world.app()
    with world.db.read() as c:
        found = preview(c, app, (Rule("off", STRIPPED.actions, enabled=False, id=1),), (STRIPPED,)).groups[0]
    assert (found.before, found.after, found.added, len(found.come)) == ("", "All", 9, 5)


def test_one_person(world: World) -> None:
    world.make_app(everyone=False)
    world.become({"A": {"department": "Sales"}, "B": {}}, TEAMS)
    app = world.app()
    with world.db.read() as c:
        found = of_person(c, app, (STRIPPED, STAFF), A)
        assert [(one.applies, one.holds) for one in found.verdicts] == [(True, ()), (True, (True,))]
        assert (found.winner, found.groups, found.has_app) == (STAFF, (Fed("Staff", "\nexisting\nStaff"),), False)
        other = of_person(c, app, (STRIPPED, STAFF), "B")
        assert (other.winner, other.groups) == (None, ())
        assert of_person(c, app, (), "A").groups == (Fed("AWS-Admins", "G"), Fed("Cooks", "H"))
        with pytest.raises(NotThereProblem):
            of_person(c, app, (), "nobody")


def test_what_stands_at_a_login_stands_whatever_rules_say(each_world: World) -> None:
    world = each_world
    app = world.make_app()
    world.become(AB, TEAMS)
    boss = (Rule("boss", (Existing(("Boss",), "title"),), id=1),)
    with world.write() as c:
        user = find_user(c, "A")
        set_values(c, app, user, "title", ("Queen",), world.now, actor="root")
        set_values(c, app, user, GROUPS, ("Court",), world.now, actor="root")
        found = preview(c, app, (), boss)
        assert [(one.parameter, one.people, one.few) for one in found.values] == [("title", 1, ((B, "", "Boss"),))]
        assert found.groups == []
        tested = of_person(c, app, boss, "A")
        assert (dict(tested.values), dict(tested.own)) == ({"title": ("Boss",)}, {"title": ("Queen",)})
        court = preview(c, app, boss, (STRIPPED,))
        assert "Court" not in [one.before for one in court.groups]
