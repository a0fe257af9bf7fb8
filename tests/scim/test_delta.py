"""`diff` is the inverse of `apply`, and no larger than it has to be."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import EnterpriseUser, Group, PatchOp, ScimPolicy
from scim2_models import User as OracleUser

from lockstep.scim.messages import ENTERPRISE, GROUP, PATCH_OP, USER
from lockstep.scim.patch import apply, diff, parse_patch
from lockstep.scim.values import compact
from tests.scim import strategies
from tests.scim.strategies import Json, canonical

OracleEnterpriseUser = OracleUser[EnterpriseUser]
TAKES_OUT_LISTED = ScimPolicy(remove_value_as_filter=ScimPolicy.RemoveValue.apply)


def request(operations: list[Json]) -> Json:
    return {"schemas": [PATCH_OP], "Operations": operations}


def carried_out(before: Json, operations: list[Json]) -> Json:
    return apply(before, parse_patch(request(operations))) if operations else compact(before)


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Json, Json]:
    """Two users; half of the time the second is the first with some attributes taken from another."""
    before, other = draw(strategies.users()), draw(strategies.users())
    if draw(st.booleans()):
        return before, other
    keep = draw(st.sets(st.sampled_from(sorted(before.keys() | other.keys()))))
    after = {key: before[key] if key in keep and key in before else other.get(key) for key in [*before, *other]}
    after = {key: value for key, value in after.items() if value is not None}
    return before, after | {"schemas": [USER, *(key for key in after if key.startswith("urn:"))]}


@settings(max_examples=200, deadline=None)
@given(neighbours())
def test_diff_then_apply_gives_the_other_user(pair: tuple[Json, Json]) -> None:
    before, after = pair
    assert canonical(carried_out(before, diff(before, after))) == canonical(after)


@settings(max_examples=200, deadline=None)
@given(strategies.groups(), strategies.groups())
def test_diff_then_apply_gives_the_other_group(before: Json, after: Json) -> None:
    assert canonical(carried_out(before, diff(before, after))) == canonical(after)


@settings(deadline=None)
@given(strategies.users() | strategies.groups())
def test_the_same_resource_needs_nothing(resource: Json) -> None:
    reordered = {key: value[::-1] if isinstance(value, list) else value for key, value in reversed(resource.items())}
    assert diff(resource, reordered | {"id": "7", "meta": {"version": "x"}, "title": resource.get("title", "")}) == []


@settings(deadline=None)
@given(neighbours())
def test_each_operation_is_needed(pair: tuple[Json, Json]) -> None:
    before, after = pair
    operations = diff(before, after)
    for index in range(len(operations)):
        rest = operations[:index] + operations[index + 1 :]
        assert canonical(carried_out(before, rest)) != canonical(after)


@settings(deadline=None)
@given(neighbours())
def test_paths_are_those_that_aws_documents(pair: tuple[Json, Json]) -> None:
    """Only a removal inside a complex attribute goes below the top; one operation at most on userName and on active."""
    operations = diff(*pair)
    paths = [operation.get("path", "") for operation in operations]
    assert len(set(paths)) == len(paths)
    for operation in operations:
        path = operation.get("path", "")
        if operation["op"] != "remove":
            assert "." not in path.removeprefix(ENTERPRISE).removeprefix(strategies.VERSIONED).removeprefix(
                strategies.OLD_STYLE
            )
            assert path in pair[1] or list(operation["value"]) == [strategies.UNVERSIONED]


@settings(max_examples=100, deadline=None)
@given(strategies.users(strategies.words), strategies.users(strategies.words))
def test_scim2_models_carries_a_diff_out_alike(before: Json, after: Json) -> None:
    """Without e-mail addresses and foreign extensions, which scim2-models checks against its own models."""
    before, after = _plain(before), _plain(after)
    operations = diff(before, after)
    if operations:
        resource = OracleEnterpriseUser.model_validate(before)
        PatchOp[OracleEnterpriseUser].model_validate(request(operations)).patch(resource)
        assert canonical(_dumped(resource)) == canonical(after)


@settings(max_examples=200, deadline=None)
@given(strategies.groups(), strategies.groups())
def test_scim2_models_carries_a_diff_of_groups_out_alike(before: Json, after: Json) -> None:
    operations = diff(before, after)
    if operations:
        resource = Group.model_validate(before)
        patch = PatchOp[Group].model_validate(request(operations), scim_policy=TAKES_OUT_LISTED)
        patch.patch(resource, TAKES_OUT_LISTED)
        assert canonical(_dumped(resource)) == canonical(after)


def _plain(user: Json) -> Json:
    """The part of `user` that scim2-models knows.  Of the manager only `value`: it takes `$ref` and `value` for required, where
    RFC 7643 4.3 recommends them, and displayName for read-only, which we leave to the services.
    """
    known = {key: value for key, value in user.items() if key not in {strategies.VERSIONED, strategies.UNVERSIONED}}
    known.pop(strategies.OLD_STYLE, None)
    known.pop("emails", None)
    extension = dict(known.pop(ENTERPRISE, {}))
    manager = extension.pop("manager", {}).get("value")
    known[ENTERPRISE] = extension | ({"manager": {"value": manager}} if manager else {})
    known["schemas"] = [USER] + [ENTERPRISE] * bool(known[ENTERPRISE])
    return compacted(known)


def compacted(resource: Json) -> Json:
    result: Json = compact(resource)
    return result


def _dumped(resource: Any) -> Json:
    return compacted(resource.model_dump())


BEFORE = {
    "schemas": [USER, ENTERPRISE],
    "userName": "bjensen",
    "name": {"givenName": "Barbara", "familyName": "Jensen", "middleName": "J"},
    "title": "Guide",
    "active": True,
    "emails": [{"value": "a@x", "type": "work", "primary": True}],
    "phoneNumbers": [{"value": "1"}],
    ENTERPRISE: {"department": "Research", "division": "D", "manager": {"value": "1", "displayName": "Ann"}},
}


@pytest.mark.parametrize(
    ("change", "operations"),
    [
        ({}, []),
        ({"userName": "babs"}, [{"op": "replace", "path": "userName", "value": "babs"}]),
        ({"active": False}, [{"op": "replace", "path": "active", "value": False}]),
        ({"active": None}, [{"op": "remove", "path": "active"}]),
        ({"title": ""}, [{"op": "remove", "path": "title"}]),
        ({"nickName": "B"}, [{"op": "replace", "path": "nickName", "value": "B"}]),
        ({"emails": []}, [{"op": "remove", "path": "emails"}]),
        (
            {"emails": [{"value": "b@x", "type": "work", "primary": True}]},
            [{"op": "replace", "path": "emails", "value": [{"value": "b@x", "type": "work", "primary": True}]}],
        ),
        ({"name": None}, [{"op": "remove", "path": "name"}]),
        (
            {"name": {"givenName": "Barbara", "familyName": "Smith", "formatted": "B. Smith"}},
            [
                {"op": "remove", "path": "name.middleName"},
                {"op": "replace", "path": "name", "value": {"familyName": "Smith", "formatted": "B. Smith"}},
            ],
        ),
        (
            {ENTERPRISE: {"department": "Treasury", "division": "D", "manager": {"value": "1", "displayName": "Ann"}}},
            [{"op": "replace", "path": ENTERPRISE, "value": {"department": "Treasury"}}],
        ),
        (
            {ENTERPRISE: {"division": "D", "manager": {"value": "2"}}},
            [
                {"op": "remove", "path": f"{ENTERPRISE}:department"},
                {"op": "remove", "path": f"{ENTERPRISE}:manager.displayName"},
                {"op": "replace", "path": ENTERPRISE, "value": {"manager": {"value": "2"}}},
            ],
        ),
        (
            {ENTERPRISE: {"department": "Research", "division": "D"}},
            [{"op": "remove", "path": f"{ENTERPRISE}:manager"}],
        ),
        ({ENTERPRISE: {}}, [{"op": "remove", "path": ENTERPRISE}]),
        (
            {"urn:acme:hr": {"level": "x"}},
            [{"op": "add", "value": {"urn:acme:hr": {"level": "x"}}}],
        ),
        (
            {"urn:acme:hr:2.0:User": {"level": "x"}},
            [{"op": "replace", "path": "urn:acme:hr:2.0:User", "value": {"level": "x"}}],
        ),
    ],
)
def test_operations_of_a_user(change: Json, operations: list[Json]) -> None:
    assert diff(BEFORE, BEFORE | change) == operations


def members(*values: str) -> list[Json]:
    return [{"value": value} for value in values]


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ([], members("1", "2"), [{"op": "add", "path": "members", "value": members("1", "2")}]),
        (members("1", "2"), [], [{"op": "remove", "path": "members", "value": members("1", "2")}]),
        (members("1", "2"), members("2", "1"), []),
        (
            members("1", "2"),
            members("2", "3"),
            [
                {"op": "remove", "path": "members", "value": members("1")},
                {"op": "add", "path": "members", "value": members("3")},
            ],
        ),
        (
            [{"value": "1", "type": "User"}],
            [{"value": "1", "type": "Group"}],
            [
                {"op": "remove", "path": "members", "value": members("1")},
                {"op": "add", "path": "members", "value": [{"value": "1", "type": "Group"}]},
            ],
        ),
        (members("1", "1"), members("1"), [{"op": "replace", "path": "members", "value": members("1")}]),
        ([{"display": "x"}], [{"display": "x"}], []),
        ([{"display": "x"}], [{"display": "y"}], [{"op": "replace", "path": "members", "value": [{"display": "y"}]}]),
    ],
)
def test_operations_of_a_group(before: list[Json], after: list[Json], operations: list[Json]) -> None:
    group = {"schemas": [GROUP], "displayName": "Team"}
    assert diff(group | {"members": before}, group | {"members": after}) == operations


def test_a_renamed_group_is_renamed_after_members_leave_and_before_others_join() -> None:
    operations = diff({"displayName": "A", "members": members("1")}, {"displayName": "B", "members": members("2")})
    assert [(operation["op"], operation["path"]) for operation in operations] == [
        ("remove", "members"),
        ("replace", "displayName"),
        ("add", "members"),
    ]


def test_an_object_inside_a_complex_attribute_is_set_anew() -> None:
    before, after = {"shoe": {"size": {"eu": 38, "uk": 5}}}, {"shoe": {"size": {"eu": 39}}}
    operations = diff(before, after)
    assert operations == [
        {"op": "remove", "path": "shoe.size"},
        {"op": "replace", "path": "shoe", "value": {"size": {"eu": 39}}},
    ]
    assert carried_out(before, operations) == after
