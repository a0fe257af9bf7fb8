"""Which conditions are so of a person."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.directory.conditions.evaluate import all_hold, holds, is_number
from lockstep.idp.directory.conditions.records import OPERATORS, Condition, Operator
from lockstep.idp.directory.records import Role, User

ADA = User(
    employee_id="1",
    user_name="ada@example.com",
    department="Treasury",
    cost_center="10",
    custom={"site": "Oslo"},
    group_id=12,
    member_of="CN=Admins,OU=x;CN=Cooks,OU=x",
    status=1,
    email="a@b.no",
)
ROLES = [Role(id=7, group_id="g1", name="AWS-Admins"), Role(id=8, group_id="g2", name="Cooks")]


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
        ("department", "is greater than", "1", False),
        ("cost_center", "is greater than", "9", True),
        ("cost_center", "is greater than", "10.0", False),
        ("cost_center", "is less than", "10.0", False),
        ("cost_center", "is less than", "9|100", True),
        ("cost_center", "is less than", "x", False),
        ("title", "is less than", "5", False),
        ("status", "equals", "1|2", True),
        ("status", "does not equal", "1", False),
        ("state", "equals", "1", True),
        ("state", "equals", "0|2", False),
        ("group_id", "equals", "12", True),
        ("group_id", "does not equal", "", True),
        ("external_id", "equals", "1", True),
        ("member_of", "contains", "CN=Admins", True),
        ("role", "equals", "7", True),
        ("role", "equals", "9|8", True),
        ("role", "equals", "9", False),
        ("role", "does not equal", "9", True),
        ("role", "does not equal", "9|8", False),
    ],
)
def test_conditions(source: str, operator: Any, value: str, so: bool) -> None:
    assert holds(Condition(source, operator, value), ADA, ROLES) is so


@pytest.mark.parametrize(
    ("operator", "value", "days", "so"),
    [
        ("is greater than", "90", 91, True),
        ("is greater than", "90", 90, False),
        ("is greater than", "90", None, False),
        ("is less than", "7", 0, True),
        ("is less than", "7", None, False),
        ("equals", "", None, True),
        ("equals", "", 0, False),
        ("equals", "1|2", 2, True),
        ("does not equal", "", 3, True),
    ],
)
def test_days_since_the_last_login(operator: Operator, value: str, days: int | None, so: bool) -> None:
    assert holds(Condition("last_login", operator, value), ADA, ROLES, days) is so


def test_together() -> None:
    yes, no = Condition("department", "equals", "Treasury"), Condition("department", "equals", "Sales")
    assert all_hold([], "all", ADA, ROLES) and all_hold([], "any", ADA, ROLES)
    assert all_hold([yes, yes], "all", ADA, ROLES) and not all_hold([yes, no], "all", ADA, ROLES)
    assert all_hold([no, yes], "any", ADA, ROLES) and not all_hold([no, no], "any", ADA, ROLES)


@pytest.mark.parametrize(
    ("text", "is_one"), [("1", True), (" -2.50 ", True), ("", False), ("NaN", False), ("1" * 41, False), ("x", False)]
)
def test_numbers(text: str, is_one: bool) -> None:
    assert is_number(text) is is_one


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2), st.decimals(allow_nan=False, allow_infinity=False, places=2)
)
def test_numbers_are_compared_as_numbers(one: Any, other: Any) -> None:
    if is_number(str(one)) and is_number(str(other)):
        user = User(employee_id="1", user_name="u", title=str(one))
        assert holds(Condition("title", "is greater than", str(other)), user, []) is (one > other)
        assert holds(Condition("title", "is less than", str(other)), user, []) is (one < other)


OPPOSITES: dict[Operator, Operator] = {"equals": "does not equal", "contains": "does not contain"}


@given(
    st.sampled_from(OPERATORS),
    st.lists(st.text(alphabet="abAB ", max_size=3), min_size=1, max_size=3),
    st.text(alphabet="abAB", max_size=4),
)
def test_what_is_negated_is_the_opposite(operator: Operator, parts: list[str], value: str) -> None:
    user = User(employee_id="1", user_name="u", department=value)
    if operator in OPPOSITES:
        yes = holds(Condition("department", operator, "|".join(parts)), user, [])
        assert holds(Condition("department", OPPOSITES[operator], "|".join(parts)), user, []) is not yes
