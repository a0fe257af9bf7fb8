"""What becomes of a person at a target: the template, parameters laid over it, macros, what is left out."""

from typing import Any

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, PARAMETER_KEYS, check_parameter, parameters_of, render, value_of
from lockstep.idp.apps.connectors.parameters import BUILT_IN, FIRST_NUMBER
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.records import User
from lockstep.kit.problems import Problem, ValueProblem
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA

AWS = CONNECTORS["aws-iam-identity-center"]
ALICE = User(
    employee_id="E1",
    user_name="alice@x.example",
    given_name="Alice",
    middle_name="M",
    family_name="Adams",
    suffix="Jr.",
    nickname="Al",
    display_name="Alice Adams",
    email="alice.adams@x.example",
    phone="+1 555",
    title="Trader",
    department="Research",
    division="Markets",
    cost_center="CC1",
    manager_id="E2",
    locale="en-GB",
    timezone="Europe/Rome",
    custom={"Building": "North", "cost-code": "7"},
)
NOBODY = User(employee_id="E9", user_name="nobody")


def field(key: str, source: str) -> Parameter:
    return Parameter(key, source, macro=False)


def macro(text: str, key: str = "displayName") -> Parameter:
    return Parameter(key, text, macro=True)


def test_the_template_of_aws() -> None:
    """Exactly what COMMANDS says: no locale, no time zone, no custom attribute."""
    assert render(parameters_of(AWS, []), ALICE, active=True) == {
        "schemas": [USER_SCHEMA, ENTERPRISE],
        "active": True,
        "userName": "alice@x.example",
        "externalId": "E1",
        "displayName": "Alice Adams",
        "name": {"givenName": "Alice", "familyName": "Adams", "middleName": "M", "honorificSuffix": "Jr."},
        "nickName": "Al",
        "title": "Trader",
        "emails": [{"value": "alice.adams@x.example", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+1 555", "type": "work"}],
        ENTERPRISE: {
            "employeeNumber": "E1",
            "department": "Research",
            "division": "Markets",
            "costCenter": "CC1",
            "manager": {"value": "E2"},
        },
    }


def test_what_is_empty_is_left_out() -> None:
    assert render(parameters_of(AWS, []), NOBODY, active=False) == {
        "schemas": [USER_SCHEMA, ENTERPRISE],
        "active": False,
        "userName": "nobody",
        "externalId": "E9",
        ENTERPRISE: {"employeeNumber": "E9"},
    }


def test_without_a_value_for_it_the_extension_is_not_named() -> None:
    shown = render([field("userName", "user_name"), field("department", "department")], NOBODY, active=True)
    assert shown == {"schemas": [USER_SCHEMA], "active": True, "userName": "nobody"}


@pytest.mark.parametrize("key", PARAMETER_KEYS)
def test_every_parameter_has_one_place_in_the_document(key: str) -> None:
    shown = render([field(key, "user_name")], ALICE, active=True)
    assert str(shown).count("alice@x.example") == 1


def test_a_parameter_of_the_app_takes_the_place_of_the_template_s() -> None:
    laid_over = parameters_of(AWS, [field("title", "department"), field("locale", "locale"), field("nickName", "none")])
    shown = render(laid_over, ALICE, active=True)
    assert (shown["title"], shown["locale"], "nickName" in shown) == ("Research", "en-GB", False)
    assert [one.key for one in laid_over].count("title") == 1


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("title", "Trader"),
        ("firstname", "Alice"),
        ("lastname", "Adams"),
        ("username", "alice@x.example"),
        ("external_id", "E1"),
        ("name", "Alice Adams"),
        ("manager_user_id", "E2"),
        ("preferred_locale_code", "en-GB"),
        ("email_name_part", "alice.adams"),
        ("email_domain_part", "x.example"),
        ("custom_attribute_Building", "North"),
        ("custom_attribute_nothing", ""),
        ("none", ""),
    ],
)
def test_sources(source: str, value: str) -> None:
    check_parameter(field("title", source))
    assert value_of(field("title", source), ALICE) == value


def test_parts_of_an_address_that_is_not_there_are_empty() -> None:
    assert [value_of(field("title", f"email_{part}_part"), NOBODY) for part in ("name", "domain")] == ["", ""]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{firstname} {lastname}", "Alice Adams"),
        ("{given_name}.{family_name}@corp", "Alice.Adams@corp"),
        ("fixed", "fixed"),
        ("{custom_attribute_Building}-{custom_attribute_cost-code}", "North-7"),
        ("{email_name_part}", "alice.adams"),
    ],
)
def test_macros(text: str, value: str) -> None:
    check_parameter(macro(text))
    assert value_of(macro(text), ALICE) == value


def test_a_macro_whose_parts_are_all_empty_gives_nothing() -> None:
    assert "displayName" not in render([macro("{firstname} {lastname}")], NOBODY, active=True)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (field("surname", "title"), "surname: no such parameter; there are userName, externalId,"),
        (field("title", "rank"), "rank: no such user attribute; custom ones are written custom_attribute_NAME"),
        (field("title", "password"), "password: no such user attribute"),
        (field("title", "id"), "id: no such user attribute"),
        (macro("{firstname} {rank}"), "rank: no such user attribute"),
        (macro("{none}"), "none: no such user attribute"),
        (macro("{FirstName}"), "FirstName: no such user attribute"),
    ],
)
def test_what_does_not_exist_is_refused(parameter: Parameter, words: str) -> None:
    with pytest.raises(Problem) as refused:
        check_parameter(parameter)
    assert str(refused.value).startswith(words)


SAML_ONLY = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"


def test_what_is_for_the_assertion_alone_is_not_sent_over_scim() -> None:
    own = [
        Parameter(SAML_ONLY, "cost_center", False, True),
        Parameter(NAME_ID, "email", False),
        Parameter("title", "title", False, True),
    ]
    for parameter in own:
        check_parameter(parameter)
    assert render(parameters_of(AWS, own), ALICE, active=True) == render(parameters_of(AWS, []), ALICE, active=True)


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (Parameter(SAML_ONLY, "title", False), "add --include-in-saml-assertion"),
        (Parameter(SAML_ONLY.removesuffix("CostCenter"), "title", False, True), "the name of the session tag is missing"),
        (Parameter("", "title", False, True), "1 to 256 characters"),
        (Parameter(" a", "title", False, True), "1 to 256 characters"),
        (Parameter("a" * 257, "title", False, True), "1 to 256 characters"),
        (Parameter("a\nb", "title", False, True), "none of them a control character"),
        (Parameter("USERNAME", "title", False, True), "the parameter is spelt userName"),
        (Parameter("NameId", "title", False, True), "the parameter is spelt nameid"),
        (Parameter(NAME_ID, "title", False, True), "is no attribute"),
        (Parameter(NAME_ID, "title", False, False, True), "it has one value"),
        (Parameter("title", "title", False, False, True), "add --include-in-saml-assertion"),
        (Parameter(SAML_ONLY, "rank", False, True), "rank: no such user attribute"),
    ],
)
def test_parameters_that_an_assertion_cannot_have(parameter: Parameter, words: str) -> None:
    with pytest.raises(Problem, match=words):
        check_parameter(parameter)


def more(**said: Any) -> Parameter:
    return Parameter(**{"key": "title", "source": "title", "macro": False, **said})


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"transform": "amazon_roles"}, "transform"),
        ({"key": "emails", "skip_if_blank": False}, "skip_if_blank"),
        ({"key": NAME_ID, "in_provisioning": True}, "in_provisioning"),
        ({"values": "x" * 1_001}, "values"),
        ({"default_values": ("a",) * 101}, "default_values"),
        ({"default_values": ("a\tb",)}, "default_values"),
        ({"label": "x" * 201}, "label"),
        ({"key": "badge"}, "key"),
    ],
)
def test_what_a_parameter_cannot_be(said: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueProblem) as raised:
        check_parameter(more(**said))
    assert raised.value.field == field


@pytest.mark.parametrize(
    "said",
    [
        {"default_values": "a\nb", "transform": "newline"},
        {"values": ("a", "b"), "label": "Job title"},
        {"key": "badge", "in_provisioning": True},
        {"skip_if_blank": False},
        {"in_provisioning": False},
    ],
)
def test_what_a_parameter_can_be(said: dict[str, Any]) -> None:
    check_parameter(more(**said))


def test_a_parameter_that_is_not_sent_and_one_that_is_sent_empty() -> None:
    rows = parameters_of(AWS, [more(in_provisioning=False), more(key="nickName", source="nickname", skip_if_blank=False)])
    shown = render(rows, User(employee_id="E1", user_name="u", title="Trader"), active=True)
    assert "title" not in shown
    assert shown["nickName"] == ""


def test_several_addresses_where_a_parameter_has_several_values() -> None:
    one = Parameter("emails", "custom_attribute_mails", False, transform="comma")
    user = User(employee_id="E1", user_name="u", custom={"mails": "a@x, b@x"})
    assert render([one], user, active=True)["emails"] == [
        {"value": "a@x", "type": "work", "primary": True},
        {"value": "b@x", "type": "work"},
    ]


def test_the_numbers_of_the_parameters_that_come_with_a_connector_stay() -> None:
    """The API names parameters by them: a new one goes behind the others."""
    assert list(BUILT_IN)[:3] == ["userName", "externalId", "displayName"]
    assert len(set(BUILT_IN.values())) == len(BUILT_IN) < FIRST_NUMBER


def test_what_rules_give_takes_the_place_of_the_source() -> None:
    none = Parameter("userType", "none", macro=False)
    own = parameters_of(AWS, [none])
    given = {"userType": ("a", "b"), "title": ("Boss",), "emails": ("b@x.example",), "department": ("Board",), "Tag": ("x",)}
    found = render(own, ALICE, active=True, given=given)
    assert (found["userType"], found["title"], found[ENTERPRISE]["department"]) == ("a;b", "Boss", "Board")
    assert found["emails"] == [{"value": "b@x.example", "type": "work", "primary": True}]
    assert {key: value for key, value in found.items() if key not in ("userType", "title", "emails", ENTERPRISE)} == {
        key: value for key, value in render(own, ALICE, active=True).items() if key not in ("title", "emails", ENTERPRISE)
    }
    assert value_of(none, ALICE, given) == "a;b"
    assert ENTERPRISE in render([none, field("department", "none")], NOBODY, active=True, given=given)["schemas"]
