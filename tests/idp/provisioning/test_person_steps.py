"""The steps of one person."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules.records import Existing, Macro, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.kit.problems import Problem
from tests.idp.provisioning.looking import TEAM, A, exactly, step, user
from tests.idp.provisioning.test_grouping import apply
from tests.idp.provisioning.world import World, everyone


def test_what_stands_in_the_way_is_said(world: World) -> None:
    world.make_app("provisioning=off", everyone=False)
    world.become(everyone("A"), {"G": ("Team", ["A"])})
    assert step(user(world), "scope").verdict == "Nobody has aws yet."
    with world.write() as c:
        apps.assign(c, apps.find_app(c, "aws"), "Team", 1)
    found = user(world)
    assert step(found, "scope").rows == (("role Team", "the role has aws"),)
    assert step(found, "scope").verdict == "Has aws, but nothing is sent: provisioning is off for aws."
    assert step(found, "send").verdict == "1 request, but nothing is sent: provisioning is off for aws."
    assert found.stopped
    world.become(everyone("A", "B"), {"G": ("Team", ["B"])})
    assert "none of their roles gives it" in step(user(world), "scope").verdict
    assert user(world).requests == ()


def test_somebody_who_has_left_is_known_by_their_link(world: World) -> None:
    world.make_app("leavers=suspend")
    world.synced(everyone("A", "B"), TEAM)
    world.by_hand(directory.remove_user, "A")
    for who in ("A", A):
        found = user(world, who)
        assert step(found, "person").verdict == "Not in the directory any more."
        assert [one.kind for one in found.requests] == ["switch-off", "members"]
    assert step(found, "attributes").verdict == "Who leaves is switched off."
    exactly(world, found)
    for who in ("nobody", "a\0b"):
        with pytest.raises(Problem, match="no user is called"):
            user(world, who)


def test_the_role_that_contains_theirs_is_named(world: World) -> None:
    """It gives them the app, and feeds its group, though they are not in it themselves."""
    world.make_app(everyone=False)
    world.become(everyone("A"), {"G": ("Team", ["A"]), "H": ("All", [])})
    with world.write() as c:
        nest_role(c, find_role(c, "All").id, find_role(c, "Team").id, actor="a test", now=world.now)
        apps.assign(c, apps.find_app(c, "aws"), "All", 1)
    found = user(world)
    assert step(found, "scope").rows == (("role All, through Team", "the role has aws"),)
    assert [row[:2] for row in step(found, "groups").rows] == [("All", "role All"), ("Team", "role Team")]


def test_the_rule_that_sets_an_attribute_is_named(each_world: World) -> None:
    world = each_world
    world.make_app()
    world.synced({"A": {"title": "Clerk", "department": "Sales"}, "B": {}}, TEAM)
    early = Rule("early", (Existing(("X",), "title"), Macro("{department} desk", "userType")))
    apply(world, early, Rule("late", (Existing(("Boss",), "title"),)), Rule("off", (Existing(("Y",), "title"),), enabled=False))
    found = user(world)
    rows = {row[0]: row[1:] for row in step(found, "attributes").rows}
    assert rows["title"] == ("rule “late”", "Boss")
    assert rows["userType"] == ("rule “early”", "Sales desk")
    assert rows["department"][1] == "Sales"
    assert [one.kind for one in found.requests] == ["update"]
    exactly(world, found)
    assert world.target.people()["A"]["userType"] == "Sales desk"
