"""PATCH read and applied (RFC 7644 3.5.2)."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from lockstep.scim.messages import ENTERPRISE, GROUP, PATCH_OP, USER, ScimError
from lockstep.scim.patch import Operation, apply, parse_patch
from lockstep.scim.paths import Path

ALICE, BOB = "2819c223-7f76-453a-919d-413861904646", "902c246b-6245-4190-8e05-00816be7344a"


def patched(resource: Mapping[str, Any], *operations: Any) -> dict[str, Any]:
    before = copy.deepcopy(resource)
    after = apply(resource, parse_patch({"schemas": [PATCH_OP], "Operations": list(operations)}))
    assert resource == before, "apply must not touch its input"
    return after


def refused(resource: Mapping[str, Any], *operations: Any) -> str | None:
    before = copy.deepcopy(resource)
    with pytest.raises(ScimError) as caught:
        patched(resource, *operations)
    assert resource == before
    assert caught.value.status == 400
    return caught.value.scim_type


def user(**attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": "babs", **attributes}


WORK = {"type": "work", "value": "bjensen@example.com", "primary": True}
HOME = {"type": "home", "value": "babs@jensen.org"}
WORK_ADDRESS = {"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "country": "US"}
HOME_ADDRESS = {"type": "home", "streetAddress": "456 Hollywood Blvd"}
NEW_ADDRESS = {"type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "postalCode": "91608"}
TEAM = {"schemas": [GROUP], "displayName": "Team", "members": [{"display": "Babs", "value": ALICE}, {"value": BOB}]}
EMPTY_TEAM = {"schemas": [GROUP], "displayName": "Team"}


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        (  # 3.5.2.1: add a member
            EMPTY_TEAM,
            [
                {
                    "op": "add",
                    "path": "members",
                    "value": [{"display": "Babs", "$ref": f"https://example.com/v2/Users/{ALICE}", "value": ALICE}],
                }
            ],
            EMPTY_TEAM | {"members": [{"display": "Babs", "$ref": f"https://example.com/v2/Users/{ALICE}", "value": ALICE}]},
        ),
        (  # 3.5.2.1: add without path
            user(emails=[WORK]),
            [{"op": "add", "value": {"emails": [{"value": "babs@jensen.org", "type": "home"}], "nickname": "Babs"}}],
            user(emails=[WORK, HOME], nickName="Babs"),
        ),
        (  # 3.5.2.2: remove one member by a filter
            TEAM,
            [{"op": "remove", "path": f'members[value eq "{ALICE}"]'}],
            EMPTY_TEAM | {"members": [{"value": BOB}]},
        ),
        (TEAM, [{"op": "remove", "path": "members"}], EMPTY_TEAM),  # 3.5.2.2: remove all members
        (  # 3.5.2.2: remove by a complex filter
            user(emails=[WORK, HOME]),
            [{"op": "remove", "path": 'emails[type eq "work" and value ew "example.com"]'}],
            user(emails=[HOME]),
        ),
        (  # 3.5.2.2: exchange one member for another
            EMPTY_TEAM | {"members": [{"value": BOB}]},
            [
                {"op": "remove", "path": f'members[value eq "{BOB}"]'},
                {"op": "add", "path": "members", "value": [{"display": "James Smith", "value": "08e1d05d"}]},
            ],
            EMPTY_TEAM | {"members": [{"display": "James Smith", "value": "08e1d05d"}]},
        ),
        (  # 3.5.2.3: replace all members
            TEAM,
            [{"op": "replace", "path": "members", "value": [{"display": "James Smith", "value": "08e1d05d"}]}],
            EMPTY_TEAM | {"members": [{"display": "James Smith", "value": "08e1d05d"}]},
        ),
        (  # 3.5.2.3: replace the work address
            user(addresses=[WORK_ADDRESS, HOME_ADDRESS]),
            [{"op": "replace", "path": 'addresses[type eq "work"]', "value": NEW_ADDRESS}],
            user(addresses=[NEW_ADDRESS, HOME_ADDRESS]),
        ),
        (  # 3.5.2.3: one sub-attribute of the work address
            user(addresses=[WORK_ADDRESS, HOME_ADDRESS]),
            [{"op": "replace", "path": 'addresses[type eq "work"].streetAddress', "value": "1010 Broadway Ave"}],
            user(addresses=[WORK_ADDRESS | {"streetAddress": "1010 Broadway Ave"}, HOME_ADDRESS]),
        ),
        (  # 3.5.2.3: replace without path
            user(emails=[HOME], nickName="B"),
            [{"op": "replace", "value": {"emails": [WORK, HOME], "nickname": "Babs"}}],
            user(emails=[WORK, HOME], nickName="Babs"),
        ),
    ],
)
def test_examples_of_rfc_7644(before: Mapping[str, Any], operations: list[Any], after: Mapping[str, Any]) -> None:
    assert patched(before, *operations) == after


NAMED = user(name={"givenName": "Barbara", "familyName": "Jensen"}, title="Guide", active=True)


def named(given: str, family: str) -> dict[str, Any]:
    return NAMED | {"name": {"givenName": given, "familyName": family}}


def employed(**extension: Any) -> dict[str, Any]:
    return user(**{ENTERPRISE: extension}) | {"schemas": [USER, ENTERPRISE]}


EMPLOYED = employed(department="Tours", manager={"value": "1", "displayName": "Ann"})


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        # single values
        (NAMED, {"op": "ADD", "path": "title", "value": "Boss"}, NAMED | {"title": "Boss"}),
        (NAMED, {"op": "Replace", "path": "TITLE", "value": "Boss"}, NAMED | {"title": "Boss"}),
        (user(), {"op": "replace", "path": "title", "value": "Boss"}, user(title="Boss")),
        (user(title="x"), {"op": "remove", "path": "title"}, user()),
        (user(title="x"), {"op": "remove", "path": "Title", "value": "other"}, user()),
        (user(title="x"), {"op": "replace", "path": "title", "value": None}, user()),
        (user(title="x"), {"op": "replace", "path": "title", "value": ""}, user()),
        (user(title="x"), {"op": "add", "path": "title", "value": ""}, user(title="x")),
        (user(), {"op": "remove", "path": "title"}, user()),
        (user(), {"op": "remove", "path": "name.givenName"}, user()),
        (user(), {"op": "remove", "path": f"{ENTERPRISE}:department"}, user()),
        (user(), {"op": "remove", "path": ENTERPRISE}, user()),
        (user(title="x"), {"op": "replace", "path": f"{USER}:title", "value": "y"}, user(title="y")),
        (user(TITLE="x"), {"op": "replace", "path": "title", "value": "y"}, user(TITLE="y")),
        # quoted booleans
        (NAMED, {"op": "replace", "path": "active", "value": "False"}, NAMED | {"active": False}),
        (NAMED, {"op": "replace", "value": {"active": "false"}}, NAMED | {"active": False}),
        (user(), {"op": "add", "path": "active", "value": "True"}, user(active=True)),
        # complex values
        (user(), {"op": "add", "path": "name", "value": {"GivenName": "B"}}, user(name={"givenName": "B"})),
        (NAMED, {"op": "add", "path": "name", "value": {"givenName": "B"}}, named("B", "Jensen")),
        (NAMED, {"op": "replace", "path": "name", "value": {"givenName": "B"}}, named("B", "Jensen")),
        (NAMED, {"op": "replace", "path": "name", "value": {"givenName": None}}, NAMED | {"name": {"familyName": "Jensen"}}),
        (NAMED, {"op": "add", "path": "name", "value": {"givenName": None}}, NAMED),
        (NAMED, {"op": "replace", "path": "name.familyname", "value": "J"}, named("Barbara", "J")),
        (user(), {"op": "add", "path": "name.familyName", "value": "J"}, user(name={"familyName": "J"})),
        (NAMED, {"op": "remove", "path": "name.familyName"}, NAMED | {"name": {"givenName": "Barbara"}}),
        (user(name={"givenName": "x"}), {"op": "remove", "path": "name.givenName"}, user()),
        (user(name={"givenName": "x"}), {"op": "remove", "path": "name"}, user()),
        (user(name={"givenName": "x"}), {"op": "replace", "path": "name", "value": {}}, user()),
        # the extension, and `schemas` with it
        (user(), {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Tours"}, employed(department="Tours")),
        (user(), {"op": "add", "path": ENTERPRISE, "value": {"department": "Tours"}}, employed(department="Tours")),
        (user(), {"op": "add", "value": {ENTERPRISE: {"department": "Tours"}}}, employed(department="Tours")),
        (user(), {"op": "add", "value": {f"{ENTERPRISE}:department": "Tours"}}, employed(department="Tours")),
        (user(), {"op": "add", "value": {ENTERPRISE.upper(): {"Department": "Tours"}}}, employed(department="Tours")),
        (EMPLOYED, {"op": "remove", "path": ENTERPRISE}, user()),
        (EMPLOYED, {"op": "replace", "path": ENTERPRISE, "value": None}, user()),
        (EMPLOYED, {"op": "remove", "path": f"{ENTERPRISE}:manager"}, employed(department="Tours")),
        (
            EMPLOYED,
            {"op": "remove", "path": f"{ENTERPRISE}:manager.displayName"},
            employed(department="Tours", manager={"value": "1"}),
        ),
        (
            EMPLOYED,
            {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "2"}},
            employed(department="Tours", manager={"value": "2", "displayName": "Ann"}),
        ),
        (
            EMPLOYED,
            {"op": "replace", "path": ENTERPRISE, "value": {"manager": {"value": "2"}}},
            employed(department="Tours", manager={"value": "2", "displayName": "Ann"}),
        ),
        # manager as Entra sends it
        (user(), {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "7"}, employed(manager={"value": "7"})),
        (user(), {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": [{"value": "7"}]}, employed(manager={"value": "7"})),
        # without path: dotted keys, keys with URNs, with selections; what is read-only or derived is ignored
        (
            NAMED,
            {"op": "replace", "value": {"name.givenName": "B", "title": "T"}},
            NAMED | {"title": "T", "name": {"givenName": "B", "familyName": "Jensen"}},
        ),
        (user(), {"op": "add", "value": {f"{USER}:title": "T"}}, user(title="T")),
        (user(), {"op": "add", "value": {USER: {"title": "T"}}}, user(title="T")),
        (
            user(emails=[HOME]),
            {"op": "add", "value": {'emails[type eq "home"].value': "new@x"}},
            user(emails=[HOME | {"value": "new@x"}]),
        ),
        (
            user(),
            {
                "op": "replace",
                "value": {"id": "7", "meta": {"created": "x"}, "groups": [{"value": "1"}], "schemas": ["x"], "title": "T"},
            },
            user(title="T"),
        ),
        (user(), {"op": "replace", "value": {}}, user()),
        (user(), {"op": "add", "path": "schemas", "value": ["urn:x:y"]}, user()),
        (user(), {"op": "remove", "path": "schemas"}, user()),
        # attributes that nobody defined
        (user(), {"op": "add", "path": "shoeSize", "value": 38}, user(shoeSize=38)),
        (user(), {"op": "add", "path": "shoe.size", "value": 38}, user(shoe={"size": 38})),
        (
            user(shoe={"size": 38, "color": "red"}),
            {"op": "replace", "path": "SHOE", "value": {"SIZE": 39}},
            user(shoe={"size": 39, "color": "red"}),
        ),
        (user(pets=["cat"]), {"op": "add", "path": "pets", "value": ["cat", "dog"]}, user(pets=["cat", "dog"])),
        (user(pets=["cat"]), {"op": "add", "path": "pets", "value": "dog"}, user(pets=["cat", "dog"])),
        (user(), {"op": "add", "path": "pets", "value": ["cat"]}, user(pets=["cat"])),
        (user(pets=["cat", "dog"]), {"op": "remove", "path": 'pets[value eq "CAT"]'}, user(pets=["dog"])),
        (user(pets=["cat", "dog"]), {"op": "remove", "path": "pets", "value": ["dog"]}, user(pets=["cat"])),
        (
            user(pets=["cat", "dog"]),
            {"op": "replace", "path": 'pets[value eq "dog"]', "value": "hen"},
            user(pets=["cat", "hen"]),
        ),
    ],
)
def test_apply(before: Mapping[str, Any], operation: dict[str, Any], after: Mapping[str, Any]) -> None:
    assert patched(before, operation) == after


CUSTOM = "urn:acme:hr"


def test_an_extension_that_nobody_defined() -> None:
    made = patched(user(), {"op": "add", "value": {CUSTOM: {"level": "x", "tags": ["a"]}}})
    assert made == user(**{CUSTOM: {"level": "x", "tags": ["a"]}}) | {"schemas": [USER, CUSTOM]}
    assert patched(made, {"op": "replace", "path": f"{CUSTOM}:level", "value": "y"})[CUSTOM]["level"] == "y"
    assert patched(made, {"op": "add", "path": CUSTOM, "value": {"tags": ["b"]}})[CUSTOM]["tags"] == ["a", "b"]
    assert patched(made, {"op": "replace", "path": CUSTOM.upper(), "value": {"tags": ["b"]}})[CUSTOM]["tags"] == ["b"]
    assert patched(made, {"op": "remove", "path": CUSTOM}) == user()


def test_the_longest_part_of_a_urn_that_the_resource_holds_is_the_extension() -> None:
    both = user(**{"urn:a:b": {"c": "1"}, "urn:a:b:c": {"d": "2"}})
    assert patched(both, {"op": "remove", "path": "urn:a:b:c:d"}) == user(**{"urn:a:b": {"c": "1"}}) | {
        "schemas": [USER, "urn:a:b"]
    }


def test_where_schemas_is_absent_it_stays_absent() -> None:
    assert apply({"userName": "x", ENTERPRISE: {"department": "y"}}, []) == {"userName": "x", ENTERPRISE: {"department": "y"}}


def test_an_extension_listed_but_absent_is_taken_off_the_list() -> None:
    assert patched(user() | {"schemas": [USER, ENTERPRISE]}, {"op": "add", "path": "title", "value": "x"}) == user(title="x")


def test_the_result_has_no_empty_values() -> None:
    assert apply(user(title="", emails=[], name={"givenName": None}, active=False), []) == user(active=False)


def test_operations_take_effect_one_after_the_other_and_all_or_none() -> None:
    added = {"op": "add", "path": "emails", "value": [WORK]}
    assert patched(user(), added, {"op": "remove", "path": 'emails[type eq "work"].primary'}) == user(
        emails=[{"type": "work", "value": WORK["value"]}]
    )
    assert refused(user(), added, {"op": "replace", "path": 'emails[type eq "home"].value', "value": "x"}) == "noTarget"


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "replace", "path": "userName", "value": ""}, "mutability"),
        ({"op": "replace", "value": {"userName": None}}, "mutability"),
        ({"op": "replace", "path": "id", "value": "7"}, "mutability"),
        ({"op": "remove", "path": "meta"}, "mutability"),
        ({"op": "remove", "path": "meta.version"}, "mutability"),
        ({"op": "add", "path": "groups", "value": [{"value": "1"}]}, "mutability"),
        ({"op": "add", "path": "title", "value": 5}, "invalidValue"),
        ({"op": "add", "path": "title", "value": ["x"]}, "invalidValue"),
        ({"op": "add", "path": "title", "value": {"x": 1}}, "invalidValue"),
        ({"op": "add", "path": "active", "value": "yes"}, "invalidValue"),
        ({"op": "add", "path": "active", "value": 1}, "invalidValue"),
        ({"op": "add", "path": "name", "value": "Babs"}, "invalidValue"),
        ({"op": "add", "path": "name.givenName", "value": 5}, "invalidValue"),
        ({"op": "add", "path": "emails", "value": 5}, "invalidValue"),
        ({"op": "add", "path": "emails", "value": [5]}, "invalidValue"),
        ({"op": "add", "path": ENTERPRISE, "value": "x"}, "invalidValue"),
        ({"op": "add", "path": "userName.x", "value": "x"}, "invalidPath"),
        ({"op": "remove", "path": "userName.x"}, "invalidPath"),
        ({"op": "add", "path": "shoe.size", "value": 1}, "invalidPath"),
        ({"op": "add", "path": 'shoe[value eq "x"]', "value": "y"}, "noTarget"),
        ({"op": "add", "path": "urn:acme:text:level", "value": 1}, "invalidPath"),
        ({"op": "add", "value": {"a b": 1}}, "invalidPath"),
        ({"op": "remove", "path": USER}, "noTarget"),
    ],
)
def test_refused(operation: dict[str, Any], scim_type: str) -> None:
    assert refused(user(shoe="x", **{"urn:acme:text": "x"}), operation) == scim_type


def test_a_group_needs_its_name_and_a_user_does_not() -> None:
    assert refused(TEAM, {"op": "remove", "path": "displayName"}) == "mutability"
    assert patched(user(displayName="x"), {"op": "remove", "path": "displayName"}) == user()


def test_an_object_without_path_is_needed_by_apply_too() -> None:
    with pytest.raises(ScimError) as caught:
        apply(user(), [Operation("add", None, "x")])
    assert caught.value.scim_type == "invalidValue"


def test_a_deeply_nested_value_is_refused() -> None:
    nested: Any = "x"
    for _ in range(5000):
        nested = [nested]
    assert refused_deep(nested) == "invalidValue"


def refused_deep(value: Any) -> str | None:
    with pytest.raises(ScimError) as caught:
        apply(user(), [Operation("add", Path("shoe"), value)])
    return caught.value.scim_type
