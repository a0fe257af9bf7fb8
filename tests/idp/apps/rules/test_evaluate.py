"""Which groups rules give a person: conditions, maps, the later one wins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.rules.evaluate import Fed, groups_of, holds, standing, value_of_feeder, verdict
from lockstep.idp.apps.rules.records import OPERATORS, Condition, Existing, Mapped, Rule
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


def rule(action: Existing | Mapped, *conditions: Condition, **more: Any) -> Rule:
    return Rule("r", action, conditions=conditions, **more)


BY_ROLE, ALL = Mapped("role", "AWS-(.*)"), Mapped("role", ".*")


@pytest.mark.parametrize(
    ("source", "operator", "value", "so"),
    [
        ("department", "equals", "treasury", True),
        ("department", "equals", "Research|Treasury", True),
        ("department", "equals", "Research | TREASURY ", True),
        ("department", "does not equal", "Research|Sales", True),
        ("department", "does not equal", "Research|Treasury", False),
        ("department", "contains", "sur", True),
        ("department", "does not contain", "sur", False),
        ("department", "begins with", "Tre", True),
        ("department", "begins with", "reas", False),
        ("department", "ends with", "URY", True),
        ("title", "equals", "", True),
        ("title", "does not equal", "", False),
        ("lastname", "equals", "", True),
        ("custom_attribute_site", "equals", "oslo", True),
        ("custom_attribute_none", "equals", "", True),
        ("email_domain_part", "equals", "b.no", True),
        ("status", "equals", "1|2", True),
        ("status", "does not equal", "1", False),
        ("role", "equals", "7", True),
        ("role", "equals", "9|8", True),
        ("role", "equals", "9", False),
        ("role", "does not equal", "9", True),
        ("role", "does not equal", "9|8", False),
    ],
)
def test_conditions(source: str, operator: Any, value: str, so: bool) -> None:
    assert holds(Condition(source, operator, value), ADA, ROLES) is so


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


@given(st.text(), st.text(alphabet="\nabdeprtm", max_size=12))
def test_a_feeder_says_its_value(value: str, other: str) -> None:
    assert value_of_feeder(f"\ndepartment\n{value}", "department") == value
    assert value_of_feeder(other.lstrip("\n"), "department") == ""


@given(
    st.sampled_from(OPERATORS),
    st.lists(st.text(alphabet="abAB ", max_size=3), min_size=1, max_size=3),
    st.text(alphabet="abAB", max_size=4),
)
def test_what_is_negated_is_the_opposite(operator: Any, parts: list[str], value: str) -> None:
    pairs = {"equals": "does not equal", "contains": "does not contain"}
    user = User(employee_id="1", user_name="u", department=value)
    if operator in pairs:
        yes = holds(Condition("department", operator, "|".join(parts)), user, [])
        assert holds(Condition("department", pairs[operator], "|".join(parts)), user, []) is not yes  # type: ignore[arg-type]
