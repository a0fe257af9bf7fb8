"""Who a person is to an app."""

from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.apps.subject import name_id_of, user_name_of
from lockstep.idp.directory.records import User

ALICE = User(employee_id="E1", user_name="alice@x.example", email="Alice@x.example")


def parameters(*own: Parameter) -> Recipe:
    return Recipe(parameters_of(CONNECTORS["aws-iam-identity-center"], own))


def test_the_name_id_is_the_user_name_unless_a_parameter_of_its_own_says_otherwise() -> None:
    assert (user_name_of(parameters(), ALICE), name_id_of(parameters(), ALICE)) == ("alice@x.example", "alice@x.example")
    mail = parameters(Parameter("userName", "email", macro=False))
    assert (user_name_of(mail, ALICE), name_id_of(mail, ALICE)) == ("Alice@x.example", "Alice@x.example")
    own = parameters(Parameter(NAME_ID, "{employee_id}@x.example", macro=True))
    assert (user_name_of(own, ALICE), name_id_of(own, ALICE)) == ("alice@x.example", "E1@x.example")


def test_without_a_value_it_is_empty() -> None:
    none = Recipe((Parameter(NAME_ID, "none", macro=False),))
    assert (user_name_of(none, ALICE), name_id_of(none, ALICE)) == ("", "")


def test_the_template_says_what_the_user_name_is_and_the_name_id_follows() -> None:
    own = Recipe(parameters().parameters, {"userName": "{$user.email}"})
    assert (user_name_of(own, ALICE), name_id_of(own, ALICE)) == ("Alice@x.example", "Alice@x.example")


def test_what_stands_at_the_login_goes_over_what_rules_give() -> None:
    own = Recipe(parameters().parameters, own=lambda _key: {"userName": ("own@x.example",)})
    assert user_name_of(own, ALICE, {"userName": ("rule@x.example",)}) == "own@x.example"
    assert user_name_of(parameters(), ALICE, {"userName": ("rule@x.example",)}) == "rule@x.example"
