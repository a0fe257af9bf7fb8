"""What OneLogin, Okta and Entra send, and what becomes of it."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.scim.dialects import normalise_group, normalise_patch, normalise_user
from lockstep.scim.messages import CORE_1, ENTERPRISE, ENTERPRISE_1, GROUP, PATCH_OP, USER, ScimError
from lockstep.scim.patch import apply, parse_patch
from tests.scim import strategies
from tests.scim.strategies import Json

ONELOGIN_OLD = {
    "schemas": [CORE_1],
    "userName": "alice",
    "name": {"givenName": "Alice", "familyName": "A", "formatted": ""},
    "emails": {"value": "alice@example.com", "type": "work", "primary": "true"},
    "active": "true",
    "title": None,
}
ONELOGIN_V2 = {
    "schemas": [USER, ENTERPRISE],
    "userName": "alice",
    "emails": [{"value": "alice@example.com", "type": "work", "primary": True}],
    ENTERPRISE: {"department": "", "division": None, "manager": {"value": "", "displayName": ""}},
}


def test_onelogin_old_template() -> None:
    assert normalise_user(ONELOGIN_OLD) == {
        "schemas": [USER],
        "userName": "alice",
        "name": {"givenName": "Alice", "familyName": "A"},
        "emails": [{"value": "alice@example.com", "type": "work", "primary": True}],
        "active": True,
    }


def test_an_extension_of_empty_macros_is_none() -> None:
    assert normalise_user(ONELOGIN_V2) == {
        "schemas": [USER],
        "userName": "alice",
        "emails": [{"value": "alice@example.com", "type": "work", "primary": True}],
    }


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"username": "x", "ACTIVE": "False"}, {"schemas": [USER], "userName": "x", "active": False}),
        ({"Schemas": USER, "userName": "x"}, {"schemas": [USER], "userName": "x"}),
        ({"schemas": [USER.upper(), 5, "", USER]}, {"schemas": [USER]}),
        ({"schemas": ["urn:x:y"]}, {"schemas": [USER, "urn:x:y"]}),
        (
            {"schemas": [ENTERPRISE, USER], ENTERPRISE: {"division": "x"}},
            {"schemas": [ENTERPRISE, USER], ENTERPRISE: {"division": "x"}},
        ),
        ({ENTERPRISE_1: {"Department": "x"}}, {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"department": "x"}}),
        (
            {"schemas": [CORE_1, ENTERPRISE_1], ENTERPRISE: {"manager": "7"}},
            {"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": "7"}}},
        ),
        ({"urn:x:y": {"a": 1}}, {"schemas": [USER, "urn:x:y"], "urn:x:y": {"a": 1}}),
        ({"phoneNumbers": {"value": "1"}}, {"schemas": [USER], "phoneNumbers": [{"value": "1"}]}),
        (
            {"addresses": {"locality": "x"}, "roles": "a"},
            {"schemas": [USER], "addresses": [{"locality": "x"}], "roles": [{"value": "a"}]},
        ),
        ({"shoeSize": 38}, {"schemas": [USER], "shoeSize": 38}),
        ({}, {"schemas": [USER]}),
    ],
)
def test_users(body: Json, result: Json) -> None:
    before = copy.deepcopy(body)
    assert normalise_user(body) == result
    assert body == before


def test_groups() -> None:
    assert normalise_group({"schemas": [CORE_1], "DisplayName": "Team", "members": {"value": "1"}}) == {
        "schemas": [GROUP],
        "displayName": "Team",
        "members": [{"value": "1"}],
    }


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_what_is_no_object_is_refused(body: object) -> None:
    for normalise in (normalise_user, normalise_group, normalise_patch):
        with pytest.raises(ScimError) as caught:
            normalise(body)
        assert (caught.value.status, caught.value.scim_type) == (400, "invalidSyntax")


def test_a_value_that_cannot_be_is_refused() -> None:
    with pytest.raises(ScimError) as caught:
        normalise_user({"active": "perhaps"})
    assert caught.value.scim_type == "invalidValue"


@settings(deadline=None)
@given(strategies.users())
def test_a_canonical_user_stays_as_it_is(user: Json) -> None:
    assert normalise_user(user) == user


@settings(deadline=None)
@given(strategies.groups())
def test_a_canonical_group_stays_as_it_is(group: Json) -> None:
    assert normalise_group(group) == group


def patch(*operations: Any) -> Json:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


@pytest.mark.parametrize(
    ("body", "result"),
    [
        # SCIM 1.1, as OneLogin's 1.1 connectors send it
        (
            {"schemas": [CORE_1], "members": [{"value": "1", "operation": "add"}]},
            patch({"op": "add", "path": "members", "value": [{"value": "1"}]}),
        ),
        (
            {
                "schemas": [CORE_1],
                "members": [{"value": "1", "operation": "Delete"}, {"value": "2", "operation": "delete"}, {"value": "3"}],
            },
            patch(
                {"op": "remove", "path": "members", "value": [{"value": "1"}, {"value": "2"}]},
                {"op": "add", "path": "members", "value": [{"value": "3"}]},
            ),
        ),
        ({"members": {"value": "1", "operation": "add"}}, patch({"op": "add", "path": "members", "value": [{"value": "1"}]})),
        ({"members": []}, patch()),
        (
            {"schemas": [CORE_1], "id": "7", "displayName": "Team", "meta": {"attributes": ["externalId"]}},
            patch({"op": "remove", "path": "externalId"}, {"op": "replace", "path": "displayName", "value": "Team"}),
        ),
        ({"schemas": [CORE_1], "meta": "x"}, patch()),
        # Entra
        ({"operations": [{"op": "Add", "Path": "title", "Value": "x"}]}, patch({"op": "add", "path": "title", "value": "x"})),
        (
            patch({"op": "Replace", "path": "active", "value": "False"}),
            patch({"op": "replace", "path": "active", "value": False}),
        ),
        (
            patch({"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "7"}),
            patch({"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "7"}}),
        ),
        (
            patch({"op": "add", "path": 'emails[type eq "work"].primary', "value": "True"}),
            patch({"op": "add", "path": 'emails[type eq "work"].primary', "value": True}),
        ),
        (
            patch({"op": "add", "path": 'emails[type eq "work"]', "value": {"Value": "x"}}),
            patch({"op": "add", "path": 'emails[type eq "work"]', "value": {"value": "x"}}),
        ),
        (
            patch({"op": "add", "path": 'emails[type eq "work"]', "value": [{"value": "x"}, {"value": "y"}]}),
            patch({"op": "add", "path": 'emails[type eq "work"]', "value": [{"value": "x"}, {"value": "y"}]}),
        ),
        (  # one that names nothing is left for `apply` to refuse
            patch({"op": "Remove", "path": "members", "value": [{}]}),
            patch({"op": "remove", "path": "members", "value": [{}]}),
        ),
        # OneLogin
        (
            patch({"op": "add", "path": "emails", "value": {"value": "x"}}),
            patch({"op": "add", "path": "emails", "value": [{"value": "x"}]}),
        ),
        ({"schemas": [CORE_1], "Operations": []}, patch()),
        # what is left for parse_patch to refuse
        (patch("x"), patch("x")),
        (patch({"op": 5, "path": 7, "value": 1}), patch({"op": 5, "path": 7, "value": 1})),
        (patch({"op": "add", "path": "a b", "value": 1}), patch({"op": "add", "path": "a b", "value": 1})),
        (
            patch({"op": "add", "path": "active", "value": "perhaps"}),
            patch({"op": "add", "path": "active", "value": "perhaps"}),
        ),
        (patch({"op": "replace", "path": "title", "value": None}), patch({"op": "replace", "path": "title", "value": None})),
        (
            patch({"op": "replace", "path": "shoeSize", "value": [38]}),
            patch({"op": "replace", "path": "shoeSize", "value": [38]}),
        ),
        ({"schemas": [USER], "Operations": 5}, {"schemas": [USER], "Operations": 5}),
        ({"displayName": "x"}, {"displayName": "x"}),
    ],
)
def test_patches(body: Json, result: Json) -> None:
    before = copy.deepcopy(body)
    assert normalise_patch(body) == result
    assert normalise_patch(result) == result
    assert body == before


@pytest.mark.parametrize(
    "members", [[5], [{}], [{"operation": "add"}], {}, [{"value": "1", "operation": "move"}], [{"value": "1", "operation": 5}]]
)
def test_partial_bodies_that_make_no_sense(members: Any) -> None:
    with pytest.raises(ScimError) as caught:
        normalise_patch({"schemas": [CORE_1], "members": members})
    assert (caught.value.status, caught.value.scim_type) == (400, "invalidSyntax")


def test_a_1_1_body_changes_a_group() -> None:
    body = {"schemas": [CORE_1], "members": [{"value": "1", "operation": "delete"}, {"value": "3", "operation": "add"}]}
    group = {"schemas": [GROUP], "displayName": "Team", "members": [{"value": "1"}, {"value": "2"}]}
    after = apply(group, parse_patch(normalise_patch(body)))
    assert after == {"schemas": [GROUP], "displayName": "Team", "members": [{"value": "2"}, {"value": "3"}]}


KEYS = st.sampled_from(["schemas", "Operations", "members", "meta", "active"])


@settings(deadline=None)
@given(strategies.json_values | st.dictionaries(KEYS, strategies.json_values))
def test_any_json_is_normalised_or_a_scim_error(body: Any) -> None:
    for normalise in (normalise_user, normalise_group, normalise_patch):
        try:
            once = normalise(body)
        except ScimError as error:
            assert error.status == 400
        else:
            assert normalise(once) == once
