"""What should be at the target: people through the parameters, one group for each name of a role."""

from typing import Any

import pytest

from lockstep.idp.apps.connectors import CONNECTORS, NOTHING, parameters_of
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.settings import Settings
from lockstep.idp.directory.records import Role, Status, User
from lockstep.idp.provisioning import desired
from lockstep.idp.provisioning.records import DesiredGroup
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA

RECIPE = Recipe(parameters_of(CONNECTORS["aws-iam-identity-center"], []))
ONLY_NAME = Recipe(tuple(one for one in RECIPE.parameters if one.key in ("userName", "manager")))
EVERYONE = frozenset({"E1", "E2"})


def user(key: str = "E1", **fields: Any) -> User:
    return User(employee_id=key, user_name=f"{key}@x", **fields)


def active(person: User, **settings: Any) -> bool:
    found = desired.for_user(person, RECIPE, Settings(**settings), EVERYONE)
    assert found.key == person.employee_id
    return bool(found.document["active"])


@pytest.mark.parametrize("status", list(Status))
def test_only_who_is_suspended_is_switched_off(status: Status) -> None:
    """Not who is locked out or has an expired password: that says nothing about whether they belong there."""
    assert active(user(status=status)) is (status != Status.SUSPENDED)


def test_suspended_people_stay_as_they_are_where_the_app_says_so() -> None:
    assert active(user(status=Status.SUSPENDED), suspended="nothing")


def test_a_manager_who_has_the_app_is_named_by_employee_id() -> None:
    found = desired.for_user(user(manager_id="E2"), RECIPE, Settings(), EVERYONE)
    assert found.document[ENTERPRISE] == {"employeeNumber": "E1", "manager": {"value": "E2"}}


@pytest.mark.parametrize("manager", ["E3", "E1", ""])
def test_a_manager_outside_the_app_and_oneself_are_left_out(manager: str) -> None:
    found = desired.for_user(user(manager_id=manager), RECIPE, Settings(), EVERYONE)
    assert found.document[ENTERPRISE] == {"employeeNumber": "E1"}


def test_an_extension_that_held_only_such_a_manager_goes_with_them() -> None:
    found = desired.for_user(user(manager_id="E3"), ONLY_NAME, Settings(), EVERYONE)
    assert found.document == {"active": True, "userName": "E1@x", "schemas": [USER_SCHEMA]}


def test_only_those_who_have_the_app_in_their_order() -> None:
    found = desired.for_users([(user(f"E{one}"), NOTHING) for one in range(4)], RECIPE, Settings(), EVERYONE)
    assert [one.key for one in found] == ["E1", "E2"]


def role(number: int, group_id: str, name: str) -> Role:
    return Role(id=number, group_id=group_id, name=name)


def test_a_group_for_each_role_by_name() -> None:
    assert desired.for_roles([role(1, "G1", "Writers"), role(2, "G2", "Readers")]) == [
        DesiredGroup("readers", "Readers", ("G2",), (2,)),
        DesiredGroup("writers", "Writers", ("G1",), (1,)),
    ]


def test_roles_of_one_name_feed_one_group_spelt_as_by_the_lowest_group_id() -> None:
    found = desired.for_roles([role(3, "G3", "ADMINS"), role(2, "G2", "Admins"), role(1, "G9", "admins")])
    assert found == [DesiredGroup("admins", "Admins", ("G2", "G3", "G9"), (2, 3, 1))]


def test_names_are_compared_without_case_in_every_script() -> None:
    found = desired.for_roles(
        [role(1, "G1", "Straße"), role(2, "G2", "STRASSE"), role(3, "G3", "ÉCOLE"), role(4, "G4", "école")]
    )
    assert [(one.name, one.feeders) for one in found] == [("Straße", ("G1", "G2")), ("ÉCOLE", ("G3", "G4"))]


def test_the_order_of_roles_does_not_matter() -> None:
    roles = [role(1, "G1", "A"), role(2, "G2", "b"), role(3, "G3", "a")]
    assert desired.for_roles(roles) == desired.for_roles(reversed(roles))


def test_no_roles() -> None:
    assert desired.for_roles([]) == []
