"""What an app is told about a person, and what is in the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.idp.apps.connectors import ACCESS_CONTROL, CONNECTORS, parameters_of, render
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.records import User
from lockstep.idp.signin.claims import ClaimProblem, attributes_for, claims_for, troubles
from lockstep.saml.records import BASIC_NAMES, URI_NAMES, Attribute

AWS = CONNECTORS["aws-iam-identity-center"]
ALICE = User(
    employee_id="E1",
    user_name="alice@x.example",
    email="Alice@x.example",
    department="Research",
    cost_center="CC-7",
    custom={"roles": "reader;writer; ;reader"},
)
COST = f"{ACCESS_CONTROL}CostCenter"
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def included(key: str, source: str, *, many: bool = False, macro: bool = False) -> Parameter:
    return Parameter(key, source, macro, include_in_saml_assertion=True, multi_value=many)


def parameters(*own: Parameter) -> Recipe:
    return Recipe(parameters_of(AWS, own))


def problem_of(user: User, *own: Parameter) -> str:
    with pytest.raises(ClaimProblem) as problem:
        claims_for(parameters(*own), user)
    assert problem.value.trouble.fix
    return problem.value.trouble.problem


def test_the_name_is_what_scim_says() -> None:
    assert claims_for(parameters(), ALICE).name_id == "alice@x.example"
    assert claims_for(parameters(Parameter("userName", "email", macro=False)), ALICE).name_id == "Alice@x.example"
    own = Parameter(NAME_ID, "user_name", macro=False)
    assert claims_for(parameters(own), ALICE) == claims_for(parameters(), ALICE)


def test_what_rules_set_is_said_on_both_wires() -> None:
    own = parameters(included(COST, "cost_center"), included("teams", "none", many=True), included("team", "none"))
    given = {COST: ("R-1",), "userName": ("a@b.example",), "teams": ("x", "y;z"), "team": ("x", "y"), "title": ("Boss",)}
    said = claims_for(own, ALICE, given)
    assert said.name_id == render(own.parameters, ALICE, active=True, given=given)["userName"] == "a@b.example"
    assert {one.name: one.values for one in said.attributes} == {COST: ("R-1",), "teams": ("x", "y", "z"), "team": ("x;y",)}
    assert "is not one that AWS takes" in troubles(own, ALICE, {COST: ("R&D",)})[0].problem


def test_a_name_that_differs_in_case_only_differs() -> None:
    assert "differs from the userName" in problem_of(ALICE, Parameter(NAME_ID, "email", macro=False))


@pytest.mark.parametrize(
    "name", ["alice", "a b@x", "a@b@c", "@x.example", "a@", "a@x\n", "<a@x>", '"a b"@x', "a" * 250 + "@x.example"]
)
def test_a_name_that_is_no_address(name: str) -> None:
    assert "form of an e-mail address" in problem_of(replace_user(user_name=name))


def test_a_name_that_would_arrive_as_another() -> None:
    assert "form NFC" in problem_of(replace_user(user_name="zoe\u0308@x.example"))
    assert "form NFC" in problem_of(replace_user(user_name="zo\u200be@x.example"))


def test_no_name_at_all() -> None:
    assert "no value for the NameID" in problem_of(ALICE, Parameter(NAME_ID, "custom_attribute_none", macro=False))


def replace_user(**fields: str) -> User:
    values = {name: getattr(ALICE, name) for name in ALICE.__struct_fields__}
    return User(**{**values, **fields})


def test_only_what_is_included_is_told() -> None:
    assert claims_for(parameters(), ALICE).attributes == ()
    told = claims_for(parameters(included(COST, "cost_center"), included("title", "department")), ALICE).attributes
    assert set(told) == {Attribute(COST, ("CC-7",), URI_NAMES), Attribute("title", ("Research",), BASIC_NAMES)}


def test_what_is_empty_is_left_out_unless_it_is_to_be_sent() -> None:
    mine = parameters(included("Division", "none"), included("Team", "division", many=True))
    assert attributes_for(mine, ALICE) == ()
    assert [one.values for one in attributes_for(mine, ALICE, empty="send")] == [("",), ("",)]


def test_only_a_multi_value_parameter_is_taken_apart() -> None:
    source = "custom_attribute_roles"
    one, many = Recipe((included("r", source),)), Recipe((included("r", source, many=True),))
    assert [found.values for found in attributes_for(one, ALICE)] == [("reader;writer; ;reader",)]
    assert [found.values for found in attributes_for(many, ALICE)] == [("reader", "writer", "reader")]


def test_an_attribute_for_access_control_has_one_value() -> None:
    assert "refuses more than one" in problem_of(ALICE, included(COST, "custom_attribute_roles", many=True))
    assert claims_for(parameters(included(COST, "cost_center", many=True)), ALICE).attributes[0].values == ("CC-7",)


@pytest.mark.parametrize("value", ["R&D", "a;b", "x" * 257, "<a>", "line\nbreak", "💙"])
def test_a_value_that_aws_does_not_take(value: str) -> None:
    assert "not one that AWS takes" in problem_of(replace_user(cost_center=value), included(COST, "cost_center"))


@pytest.mark.parametrize("value", ["Zoë 7_.:/=+-@", "研究", "x" * 256])
def test_a_value_that_aws_takes(value: str) -> None:
    assert troubles(parameters(included(COST, "cost_center")), replace_user(cost_center=value)) == []


def test_keys_that_aws_does_not_take() -> None:
    for key in ("", "a*b", "x" * 129):
        assert "key" in problem_of(ALICE, included(ACCESS_CONTROL + key, "cost_center"))


def test_fifty_tags_are_the_most() -> None:
    fifty = [included(f"{ACCESS_CONTROL}{number}", "cost_center") for number in range(50)]
    assert troubles(parameters(*fifty), ALICE) == []
    assert "more than 50" in problem_of(ALICE, *fifty, included(COST, "cost_center"))
    assert troubles(parameters(*fifty, included(COST, "division")), ALICE) == []  # without a value there is no tag


@given(TEXT, TEXT, TEXT)
def test_whatever_a_profile_holds_the_name_is_that_of_scim_and_the_values_are_those_of_the_profile(
    user_name: str, cost_center: str, roles: str
) -> None:
    user = User(employee_id="E1", user_name=user_name, cost_center=cost_center, custom={"roles": roles})
    mine = parameters(included(COST, "cost_center"), included("Roles", "custom_attribute_roles", many=True))
    found = troubles(mine, user)
    try:
        claims = claims_for(mine, user)
    except ClaimProblem as problem:
        assert found[0] == problem.trouble
        return
    assert found == []
    assert claims.name_id == render(mine.parameters, user, active=True)["userName"] == user_name
    said = {one.name: one.values for one in claims.attributes}
    assert said.get(COST, ("",)) == (cost_center,)
    assert all(value and value in roles and ";" not in value for value in said.get("Roles", ()))
    assert all(one.values for one in claims.attributes)
    assert claims == claims_for(mine, user)


@given(st.lists(st.sampled_from(["a", "B", ""]), max_size=6))
def test_many_values_keep_their_order(parts: list[str]) -> None:
    user = User(employee_id="E1", user_name="a@x", custom={"roles": ";".join(parts)})
    [*found] = attributes_for(Recipe((included("r", "custom_attribute_roles", many=True),)), user)
    assert [value for one in found for value in one.values] == [part for part in parts if part]
