"""Which groups rules give a person: conditions, maps, the later one wins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.rules.evaluate import (
    Fed,
    deciding,
    group_rules,
    groups_of,
    standing,
    value_of_feeder,
    value_rules,
    values_of,
    verdict,
)
from lockstep.idp.apps.rules.records import Action, Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.records import Role, User

ADA = User(
    employee_id="1",
    user_name="ada@example.com",
    department="Treasury",
    title="",
    custom={"site": "Oslo"},
    status=1,
    email="a@b.no",
)
ADMINS, COOKS = Role(id=7, group_id="g1", name="AWS-Admins"), Role(id=8, group_id="g2", name="Cooks")
ROLES = [ADMINS, COOKS]


def rule(action: Action, *conditions: Condition, **more: Any) -> Rule:
    return Rule("r", (action,), conditions=conditions, **more)


BY_ROLE, ALL = Mapped("role", "AWS-(.*)"), Mapped("role", ".*")


def test_all_any_none_and_disabled() -> None:
    yes, no = Condition("department", "equals", "Treasury"), Condition("department", "equals", "Sales")
    assert verdict(rule(ALL, yes, no), ADA, ROLES).applies is False
    found = verdict(rule(ALL, yes, no, match="any"), ADA, ROLES)
    assert (found.applies, found.holds) == (True, (True, False))
    assert verdict(rule(ALL), ADA, ROLES).applies is True
    off = verdict(rule(ALL, yes, enabled=False), ADA, ROLES)
    assert (off.applies, off.holds, off.groups) == (False, (True,), ())


def test_the_later_rule_wins_and_one_that_finds_nothing_sets_nothing() -> None:
    everyone, mapped = rule(Existing(("Staff",))), rule(BY_ROLE)
    assert [one.name for one in groups_of([everyone, mapped], ADA, ROLES)] == ["Admins"]
    assert [one.name for one in groups_of([mapped, everyone], ADA, ROLES)] == ["Staff"]
    assert [one.name for one in groups_of([everyone, mapped], ADA, [COOKS])] == ["Staff"]
    assert groups_of([rule(BY_ROLE, enabled=False)], ADA, ROLES) == ()


def test_without_any_rule_each_role_is_the_group_of_its_name() -> None:
    assert groups_of([], ADA, ROLES) == (Fed("AWS-Admins", "g1"), Fed("Cooks", "g2"))
    assert list(standing([], ROLES)) == [Fed("AWS-Admins", "g1"), Fed("Cooks", "g2")]


def test_what_feeds_a_group() -> None:
    given_by = [rule(BY_ROLE), rule(Existing(("A", "B"))), rule(Mapped("department", "(.).*"))]
    assert [groups_of([one], ADA, ROLES) for one in given_by] == [
        (Fed("Admins", "g1"),),
        (Fed("A", "\nexisting\nA"), Fed("B", "\nexisting\nB")),
        (Fed("T", "\ndepartment\nTreasury"),),
    ]
    assert groups_of([rule(Mapped("title", ".*"))], ADA, ROLES) == ()


def test_groups_that_stand_with_nobody_in_them() -> None:
    rules = [
        rule(BY_ROLE, Condition("role", "equals", "99")),
        rule(Existing(("A",)), enabled=False),
        rule(Mapped("department", ".*")),
    ]
    remembered = [
        Fed("Admins", "g1"),
        Fed("Sales", "\ndepartment\nSales"),
        Fed("Nord", "\ndivision\nNord"),
        Fed("Old", "\nexisting\nOld"),
    ]
    assert list(standing(rules, ROLES, remembered)) == [Fed("Admins", "g1"), Fed("Sales", "\ndepartment\nSales")]


SALES = "\ndepartment\nSales"


@pytest.mark.parametrize(
    ("known", "stands"),
    [(["Sales"], ["Sales"]), (["S"], ["S"]), (["s", "Sales"], ["S", "Sales"]), (["Another"], ["Sales"])],
)
def test_a_value_that_several_rules_map_makes_no_group_that_never_was(known: list[str], stands: list[str]) -> None:
    rules = [rule(Mapped("department", "(.).*")), rule(Mapped("department", ".*")), rule(Mapped("title", ".*"))]
    assert list(standing(rules, ROLES, [Fed(name, SALES) for name in known])) == [Fed(name, SALES) for name in stands]


def test_a_group_by_a_macro_stands_while_a_rule_has_the_macro() -> None:
    teams = rule(Macro("Team {department}"))
    fed = Fed("Team Treasury", "\nmacro\nTeam {department}\nTeam Treasury")
    assert groups_of([teams], ADA, ROLES) == (fed,)
    assert list(standing([teams], ROLES, [fed])) == [fed]
    assert list(standing([rule(Macro("{department}"))], ROLES, [fed])) == []
    assert groups_of([teams], User(employee_id="2", user_name="u"), ROLES) == ()  # a name that is about nobody is none


TITLE, ROLE_TITLES = Existing(("Boss",), "title"), Mapped("role", "(.*)s$", "title")


@pytest.mark.parametrize(
    ("rules", "values"),
    [
        ([rule(TITLE)], {"title": ("Boss",)}),
        ([rule(TITLE), rule(ROLE_TITLES)], {"title": ("AWS-Admin", "Cook")}),
        ([rule(ROLE_TITLES), rule(TITLE)], {"title": ("Boss",)}),
        ([rule(ROLE_TITLES), rule(TITLE, enabled=False)], {"title": ("AWS-Admin", "Cook")}),
        ([rule(TITLE), rule(Mapped("role", "^nobody$", "title"))], {"title": ("Boss",)}),
        ([rule(Macro("{email_name_part}.{department}", "userName"))], {"userName": ("a.Treasury",)}),
        ([rule(Macro("{title}", "title")), rule(Macro("x", "nickName"))], {"nickName": ("x",)}),
        ([rule(BY_ROLE), rule(Mapped("custom_attribute_site", ".*", "Tag"))], {"Tag": ("Oslo",)}),
        ([rule(TITLE, Condition("title", "equals", "x"))], {}),
        ([], {}),
    ],
)
def test_what_rules_set_beside_groups(rules: list[Rule], values: dict[str, tuple[str, ...]]) -> None:
    assert values_of(rules, ADA, ROLES) == values


def test_actions_of_one_rule_add_up_and_no_value_comes_twice() -> None:
    both = Rule("r", (TITLE, ROLE_TITLES, TITLE, Existing(("A",)), BY_ROLE))
    assert values_of([both], ADA, ROLES) == {"title": ("Boss", "AWS-Admin", "Cook")}
    assert [one.name for one in groups_of([both], ADA, ROLES)] == ["A", "Admins"]


def test_rules_that_set_no_groups_leave_each_role_the_group_of_its_name() -> None:
    assert [one.name for one in groups_of([rule(TITLE)], ADA, ROLES)] == ["AWS-Admins", "Cooks"]
    assert [one.name for one in standing([rule(TITLE)], ROLES)] == ["AWS-Admins", "Cooks"]
    off = rule(BY_ROLE, enabled=False)
    assert (group_rules([rule(TITLE), off]), value_rules([rule(TITLE), rule(TITLE, enabled=False), off])) == (
        (off,),
        (rule(TITLE),),
    )


def test_which_rule_decides() -> None:
    first, second = Rule("1", (TITLE, BY_ROLE, Macro("x", "nickName"))), Rule("2", (ROLE_TITLES,))
    verdicts = [verdict(one, ADA, ROLES) for one in (first, second)]
    assert {key: one.name for key, one in deciding(verdicts).items()} == {"title": "2", "groups": "1", "nickName": "1"}
    assert [one.sets for one in verdicts] == [True, True]
    assert not verdict(rule(Macro("{title}", "title")), ADA, ROLES).sets


@given(st.text(), st.text(alphabet="\nabdeprtm", max_size=12))
def test_a_feeder_says_its_value(value: str, other: str) -> None:
    assert value_of_feeder(f"\ndepartment\n{value}", "department") == value
    assert value_of_feeder(other.lstrip("\n"), "department") == ""
