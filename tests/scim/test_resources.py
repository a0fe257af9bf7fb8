"""Typed records and their JSON form."""

import pytest

from lockstep.scim.messages import ENTERPRISE, GROUP, USER, ScimError
from lockstep.scim.resources import Enterprise, Group, Name, Reference, User, Value, from_json, to_json

ALICE = User(
    user_name="alice",
    name=Name(given_name="Alice", family_name=""),
    emails=[Value(value="alice@example.com", type="work", primary=True)],
    active=False,
    enterprise=Enterprise(cost_center="7", manager=Reference(value="1")),
)


def test_a_user_becomes_json_without_what_is_empty() -> None:
    assert to_json(ALICE) == {
        "schemas": [USER, ENTERPRISE],
        "userName": "alice",
        "name": {"givenName": "Alice"},
        "emails": [{"value": "alice@example.com", "type": "work", "primary": True}],
        "active": False,
        ENTERPRISE: {"costCenter": "7", "manager": {"value": "1"}},
    }
    assert to_json(User(user_name="bob"))["schemas"] == [USER]


def test_a_group_becomes_json() -> None:
    assert to_json(Group(display_name="Team", members=[Reference(value="1", ref="/Users/1", type="User")])) == {
        "schemas": [GROUP],
        "displayName": "Team",
        "members": [{"value": "1", "$ref": "/Users/1", "type": "User"}],
    }


def test_json_becomes_a_record_and_unknown_attributes_are_dropped() -> None:
    body = to_json(ALICE)
    record = from_json(body | {"shoeSize": 38}, User)
    assert (record.user_name, record.enterprise, record.active) == ("alice", ALICE.enterprise, False)
    assert to_json(record) == body


@pytest.mark.parametrize("body", [None, [], {}, {"userName": 5}, {"userName": "x", "emails": {"value": "x"}}])
def test_other_json_is_an_invalid_value(body: object) -> None:
    with pytest.raises(ScimError) as caught:
        from_json(body, User)
    assert (caught.value.status, caught.value.scim_type) == (400, "invalidValue")
