"""The rules that OneLogin's documents and its customers' guides show, sent as they write them: what comes of them."""

from typing import Any

import pytest

from lockstep.idp.apps.connectors import ACCESS_CONTROL, CONNECTORS, parameters_of, render
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.rules.checks import settable
from lockstep.idp.apps.rules.evaluate import groups_of, values_of
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.rules.wire import read_rule
from lockstep.idp.directory.records import Role, User
from lockstep.idp.signin.claims import attributes_for

COST = f"{ACCESS_CONTROL}CostCenter"
OWN = (
    Parameter("amazonusername", "username", macro=False, include_in_saml_assertion=True),
    Parameter("role", "none", macro=False, include_in_saml_assertion=True),
    Parameter("roles", "none", macro=False, include_in_saml_assertion=True, multi_value=True),
    Parameter(COST, "none", macro=False, include_in_saml_assertion=True),
)
PARAMETERS = parameters_of(CONNECTORS["aws-iam-identity-center"], OWN)
KEYS = settable(PARAMETERS)
ADA = User(
    employee_id="1",
    user_name="ada@example.com",
    given_name="Ada",
    family_name="Byron",
    email="ada.byron@example.com",
    department="Engineering",
    title="Chief Analyst",
    member_of="CN=AWS-Admins,OU=Groups,DC=example; CN=Everybody,DC=example",
    custom={"team": "blue"},
)
ROLES = [
    Role(id=340475, group_id="g1", name="AWS - Admins"),
    Role(id=340476, group_id="g2", name="AWS - Read only"),
    Role(id=340477, group_id="g3", name="Default"),
]
ALWAYS: list[dict[str, Any]] = []


def sent(actions: list[dict[str, Any]], conditions: list[dict[str, Any]] = ALWAYS, match: str = "all", **more: Any) -> Rule:
    body = {"name": "a rule", "match": match, "conditions": conditions, "actions": actions, **more}
    return read_rule(body, KEYS, roles={role.id for role in ROLES}).rule


def groups(*rules: Rule, days: int | None = None) -> list[str]:
    return [fed.name for fed in groups_of(rules, ADA, ROLES, days)]


def condition(source: str, operator: str, value: str) -> dict[str, str]:
    return {"source": source, "operator": operator, "value": value}


NAMED = {"action": "set_groups", "value": ["AWS-Readers"]}
BY_ROLE = {"action": "set_groups", "value": ["role"], "expression": ".*"}
STRIPPED = {"action": "set_groups", "value": ["role"], "expression": "AWS - (.*)"}


@pytest.mark.parametrize(
    ("action", "found"),
    [
        pytest.param(NAMED, ["AWS-Readers"], id="from existing"),
        pytest.param(
            BY_ROLE, ["AWS - Admins", "AWS - Read only", "Default"], id="the name of the role is the name of the group"
        ),
        pytest.param(STRIPPED, ["Admins", "Read only"], id="a capture group strips the prefix"),
        pytest.param(
            {"action": "set_groups", "value": ["member_of"], "expression": "/CN=([^,]+)/"},
            ["AWS-Admins", "Everybody"],
            id="for each item of member_of",
        ),
        pytest.param(
            {"action": "set_groups", "value": ["member_of"], "expression": "/.*/"},
            ["CN=AWS-Admins,OU=Groups,DC=example", "CN=Everybody,DC=example"],
            id="all of each item",
        ),
        pytest.param({"action": "set_groups", "value": ["department"], "expression": ".*"}, ["Engineering"], id="an attribute"),
        pytest.param(
            {"action": "set_groups", "macro": "{department}-{custom_attribute_team}"}, ["Engineering-blue"], id="macro"
        ),
        pytest.param({**STRIPPED, "expression": "GCP - (.*)"}, [], id="nothing matches"),
    ],
)
def test_the_rule_examples_of_the_facts_give_the_facts_results(action: dict[str, Any], found: list[str]) -> None:
    assert groups(sent([action])) == found


@pytest.mark.parametrize(
    ("conditions", "match", "holds"),
    [
        ([condition("has_role", "ri", "340475")], "all", True),
        ([condition("has_role", "ri", "340477"), condition("title", "~", "analyst")], "all", True),
        ([condition("has_role", "rin", "340475")], "all", False),
        ([condition("last_login", ">", "90")], "all", True),
        ([condition("last_login", "<", "90")], "all", False),
        ([condition("department", "=", "Engineering")], "all", True),
        ([condition("department", "!=", "Engineering"), condition("status", "=", "1")], "all", False),
        ([condition("department", "!=", "Engineering"), condition("status", "=", "1")], "any", True),
        ([condition("email", "~", "@example.com")], "all", True),
        ([condition("email", "$~", "@example.org|@example.com")], "all", True),
        ([condition("member_of", "~", "CN=AWS-Admins")], "all", True),
        ([condition("custom_attribute_team", "=", "blue|red")], "all", True),
        ([condition("group_id", "=", "7")], "all", False),
        ([], "all", True),
    ],
)
def test_conditions_of_the_facts(conditions: list[dict[str, Any]], match: str, holds: bool) -> None:
    assert groups(sent([NAMED], conditions, match), days=91) == (["AWS-Readers"] if holds else [])


def test_on_conflict_the_later_rule_wins() -> None:
    assert groups(sent([NAMED]), sent([STRIPPED])) == ["Admins", "Read only"]
    assert groups(sent([STRIPPED]), sent([NAMED])) == ["AWS-Readers"]
    assert groups(sent([STRIPPED]), sent([NAMED], enabled=False)) == ["Admins", "Read only"]


def test_parameters_of_scim_and_of_the_assertion() -> None:
    rules = [
        sent([{"action": "set_amazonusername", "value": ["email"], "expression": "(.*)@"}]),
        sent([{"action": "set_role", "value": ["role"], "expression": "AWS - (.*)"}]),
        sent([{"action": "set_roles", "value": ["role"], "expression": "AWS - (.*)"}]),
        sent([{"action": "set_title", "macro": "{firstinitial}. {lastname}, {department}"}]),
        sent([{"action": f"set_{COST}", "value": ["custom_attribute_team"], "expression": ".*"}]),
    ]
    given = values_of(rules, ADA, ROLES)
    assert render(PARAMETERS, ADA, active=True, given=given)["title"] == "A. Byron, Engineering"
    assert {one.name: one.values for one in attributes_for(Recipe(PARAMETERS), ADA, given)} == {
        "amazonusername": ("ada.byron",),
        "role": ("Admins;Read only",),  # without the flag, several roles are one text
        "roles": ("Admins", "Read only"),
        COST: ("blue",),
    }
