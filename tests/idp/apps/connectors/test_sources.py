"""The attributes of a person, by our names and by OneLogin's."""

import pytest

from lockstep.idp.apps.connectors.sources import ONELOGIN_NAMES, PARTS, USER_ATTRIBUTES, attribute_of, check_source
from lockstep.idp.directory.records import User
from lockstep.kit.problems import ValueProblem

ALICE = User(employee_id="E1", user_name="alice", email="a.b@x.example", custom={"badge": "7"})


@pytest.mark.parametrize("name", [*sorted(USER_ATTRIBUTES), *ONELOGIN_NAMES, *PARTS, "custom_attribute_anything"])
def test_every_name_that_is_taken_has_a_value(name: str) -> None:
    check_source(name)
    assert isinstance(attribute_of(ALICE, name), str)


def test_parts_and_custom_attributes() -> None:
    names = ("email_name_part", "email_domain_part", "custom_attribute_badge", "custom_attribute_none", "external_id")
    assert [attribute_of(ALICE, name) for name in names] == ["a.b", "x.example", "7", "", "E1"]


def test_another_name_is_said() -> None:
    with pytest.raises(ValueProblem, match="no such user attribute; custom ones are written custom_attribute_NAME"):
        check_source("id")
