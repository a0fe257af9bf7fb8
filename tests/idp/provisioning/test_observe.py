"""What a target holds, reduced to what we write."""

from dataclasses import replace
from typing import Any

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, PARAMETER_KEYS, parameters_of, render
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import Parameter
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning.observe import observed, observed_by
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA

TEMPLATE = [parameter.key for parameter in parameters_of(CONNECTORS["scim2"], [])]
KNOWN = {"u2": "E2"}


def seen(resource: dict[str, Any], *keys: str) -> dict[str, Any]:
    return observed(resource, keys or TEMPLATE, KNOWN.get)


def test_what_the_target_adds_of_itself_is_no_drift() -> None:
    ours = {
        "active": True,
        "schemas": [USER_SCHEMA],
        "userName": "ann",
        "emails": [{"value": "a@x", "type": "work", "primary": True}],
    }
    theirs = {
        **ours,
        "id": "u1",
        "meta": {"created": "2026-01-01T00:00:00Z"},
        "name": {"formatted": "Ann"},
        "locale": "en",
        "groups": [{"value": "g1"}],
        "emails": [{"value": "a@x", "type": "work", "primary": True, "display": "Ann"}],
        ENTERPRISE: {"organization": "added there"},
    }
    assert seen(theirs) == ours


@pytest.mark.parametrize("key", PARAMETER_KEYS)
def test_everything_that_is_written_is_seen_again(key: str) -> None:
    user = User(employee_id="E1", user_name="ann@x", manager_id="E2")
    parameter = Parameter(key, "manager_id" if key == "manager" else "user_name", macro=False)
    written = render([parameter], user, active=True)
    at_target = {**written, ENTERPRISE: {"manager": {"value": "u2"}}} if key == "manager" else written
    assert seen(at_target, key) == written


def test_a_manager_is_named_by_employee_id_where_we_know_them() -> None:
    def manager(value: Any) -> Any:
        return seen({"userName": "ann", ENTERPRISE: {"manager": value}}).get(ENTERPRISE)

    assert manager({"value": "u2", "displayName": "Boss"}) == {"manager": {"value": "E2"}}
    assert manager("u2") == {"manager": {"value": "E2"}}
    assert manager({"value": "stranger"}) == {"manager": {"value": "stranger"}}
    assert manager({"displayName": "Boss"}) is None
    assert manager(None) is None


@pytest.mark.parametrize(
    ("value", "active"), [(True, True), (False, False), ("true", True), ("False", False), ("false", False), (None, False)]
)
def test_active_in_every_spelling(value: Any, active: bool) -> None:
    assert seen({"userName": "ann", "active": value})["active"] is active


def test_who_has_no_active_is_active() -> None:
    assert seen({"userName": "ann"})["active"] is True


def test_a_second_address_is_seen() -> None:
    second = {"value": "b@x", "type": "home"}
    found = seen({"userName": "ann", "emails": [{"value": "a@x", "type": "work", "primary": "true"}, second]})
    assert found["emails"] == [{"value": "a@x", "type": "work", "primary": True}, second]


@pytest.mark.parametrize("emails", [None, [], ["a@x"], "a@x"])
def test_no_address_that_we_could_read(emails: Any) -> None:
    assert "emails" not in seen({"userName": "ann", "emails": emails})


@pytest.mark.parametrize("resource", [{}, {"name": None, ENTERPRISE: None}, {"name": {}, ENTERPRISE: {}, "title": ""}])
def test_what_is_empty_is_not_there(resource: dict[str, Any]) -> None:
    assert seen(resource) == {"active": True, "schemas": [USER_SCHEMA]}


def test_what_is_sent_empty_is_there_where_the_target_has_nothing() -> None:
    blank = (Parameter("title", "title", False, skip_if_blank=False), Parameter("name.middleName", "middle_name", False))
    recipe = Recipe(tuple(replace(one, skip_if_blank=False) for one in blank))
    written = recipe.writer(User(employee_id="E1", user_name="u"), True)
    assert observed_by(recipe, {"active": True}, lambda _id: None) == written
    assert observed_by(recipe, {"active": True, "title": "x"}, lambda _id: None) == {**written, "title": "x"}


def test_an_own_template_says_what_is_looked_at() -> None:
    recipe = Recipe((), {"userName": "{$user.email}"})
    there = {"userName": "a", "title": "theirs", "active": True}
    assert observed_by(recipe, there, lambda _id: None) == {"userName": "a", "active": True, "schemas": [USER_SCHEMA]}
