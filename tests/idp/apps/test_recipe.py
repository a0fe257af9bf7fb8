"""All that makes of a person what is sent."""

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.recipe import Recipe, nameable
from lockstep.idp.apps.records import Parameter
from lockstep.idp.directory.records import User

PARAMETERS = parameters_of(CONNECTORS["scim2"], [])
ALICE = User(employee_id="E1", user_name="alice", email="a@x.example", title="Trader")


def own(key: str) -> dict[str, tuple[str, ...]]:
    return {"title": ("Boss",)} if key == "E1" else {}


@pytest.mark.parametrize("template", [None, {"title": "{$parameters.title}"}])
def test_what_stands_at_a_login_goes_over_rules_and_rules_over_the_attribute(template: dict[str, str] | None) -> None:
    recipe = Recipe(PARAMETERS, template, own=own)
    ruled = {"title": ("by a rule",)}
    bob = User(employee_id="E2", user_name="bob", title="Clerk")
    assert [recipe.writer(one, True, given)["title"] for one in (ALICE, bob) for given in ({}, ruled)] == [
        *("Boss", "Boss"),
        *("Clerk", "by a rule"),
    ]
    assert [recipe.value("title", one, ruled) for one in (ALICE, bob)] == ["Boss", "by a rule"]
    assert recipe.value("nothing", ALICE) == ""


@pytest.mark.parametrize(
    ("template", "field"),
    [
        (None, "user_name"),
        ({"userName": "{$parameters.scimusername}"}, "user_name"),
        ({"userName": "{$user.email}"}, "email"),
        ({"userName": "{$user.custom_fields.x}"}, ""),
        ({"userName": "x-{$user.email}"}, ""),
        ({}, ""),
    ],
)
def test_which_field_alone_feeds_the_user_name(template: dict[str, str] | None, field: str) -> None:
    assert Recipe(PARAMETERS, template).fed_by("userName")[0] == field
    assert Recipe(PARAMETERS, template, own=own).fed_by("userName") == ("", "")


def test_the_one_address_of_a_list() -> None:
    emails = [{"type": "work", "value": "{$user.email}"}]
    assert Recipe(PARAMETERS, {"emails": emails}).fed_by("emails") == ("email", "")
    assert Recipe(PARAMETERS, {"emails": emails * 2}).fed_by("emails") == ("", "")
    assert Recipe(PARAMETERS).fed_by("emails") == ("email", "emails")


def test_a_template_can_name_what_nothing_feeds_yet() -> None:
    found = nameable((Parameter("title", "department", False),))
    assert (found["title"].source, found["locale"].source, found["nameid"].source) == ("department", "none", "none")
