"""Documents that are kept ready to send."""

import msgspec

from lockstep.center.directory.documents import attributes_of, group_document, user_document, with_members
from lockstep.scim.messages import ENTERPRISE, GROUP, USER

AT = 1_585_622_175_999
USER_ATTRIBUTES = {"externalId": "1", "userName": "ü", "name": {"givenName": "a", "familyName": "b"}, "displayName": "c"}


def test_a_user() -> None:
    assert msgspec.json.decode(user_document(USER_ATTRIBUTES, "u-1", AT, AT + 1000)) == {
        "id": "u-1",
        "meta": {"resourceType": "User", "created": "2020-03-31T02:36:15Z", "lastModified": "2020-03-31T02:36:16Z"},
        "schemas": [USER],
        **USER_ATTRIBUTES,
    }


def test_schemas_follow_the_enterprise_extension() -> None:
    document = user_document({**USER_ATTRIBUTES, ENTERPRISE: {"department": "d"}}, "u-1", AT, AT)
    assert msgspec.json.decode(document)["schemas"] == [USER, ENTERPRISE]


def test_attributes_come_out_as_they_went_in() -> None:
    assert attributes_of(user_document(USER_ATTRIBUTES, "u-1", AT, AT)) == USER_ATTRIBUTES


def test_a_group_with_and_without_members() -> None:
    document = group_document({"displayName": '"}'}, "g-1", AT, AT)
    assert msgspec.json.decode(document)["schemas"] == [GROUP]
    assert "members" not in msgspec.json.decode(document)
    assert msgspec.json.decode(with_members(document)) == {**msgspec.json.decode(document), "members": []}
    members = [{"value": "u", "display": "ü"}]
    assert msgspec.json.decode(with_members(document, members))["members"] == members
