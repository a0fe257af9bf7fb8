"""PATCH on multi-valued attributes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scim2_models import EnterpriseUser, PatchOp, ScimPolicy
from scim2_models import User as OracleUser
from scim2_models.exceptions import SCIMException

from lockstep.scim.messages import ENTERPRISE, PATCH_OP, USER, ScimError
from lockstep.scim.patch import apply, parse_patch
from lockstep.scim.schemas import case_key
from lockstep.scim.values import compact
from tests.scim import strategies
from tests.scim.strategies import Json, canonical

A = {"value": "a@x", "type": "work", "primary": True}
B = {"value": "b@x", "type": "home"}
C = {"value": "c@x", "type": "other", "primary": True}
OFF = {"primary": False}


def after(values: list[Any], op: str, path: str, value: Any = None, *, attribute: str = "emails") -> Any:
    operation = {"op": op, "path": path} | ({} if value is None else {"value": value})
    body = {"schemas": [PATCH_OP], "Operations": [operation]}
    return apply({"userName": "x", attribute: values}, parse_patch(body)).get(attribute, [])


@pytest.mark.parametrize(
    ("before", "op", "path", "value", "result"),
    [
        # add: what is there already is not there twice
        ([A], "add", "emails", [A, B], [A, B]),
        ([A], "add", "emails", B, [A, B]),
        ([A], "add", "emails", "b@x", [A, {"value": "b@x"}]),
        ([A], "add", "emails", [{"Value": "A@X", "TYPE": "work", "display": "Ann"}], [A | {"display": "Ann"}]),
        ([A], "add", "emails", [{"value": "a@x", "type": "home"}], [A, {"value": "a@x", "type": "home"}]),
        ([], "add", "emails", [B, B], [B]),
        ([B], "add", "emails", [], [B]),
        ([B], "add", "emails", [{}, {"value": ""}], [B]),
        ([{"display": "x"}], "add", "emails", [{"display": "x"}, {"display": "y"}], [{"display": "x"}, {"display": "y"}]),
        ([B], "add", "emails", "", [B]),
        ([B], "add", 'emails[type eq "home"].value', "", [B]),
        # one primary
        ([A], "add", "emails", [C], [A | OFF, C]),
        ([A, B], "add", "emails", [B | {"primary": "True"}], [A | OFF, B | {"primary": True}]),
        ([A, B], "replace", 'emails[type eq "home"].primary', True, [A | OFF, B | {"primary": True}]),
        ([A, B], "replace", 'emails[type eq "work"].primary', False, [A | OFF, B]),
        ([A, B], "add", 'emails[type eq "home"]', {"primary": True}, [A | OFF, B | {"primary": True}]),
        ([A], "replace", "emails", [B, C], [B, C]),
        ([A, C], "add", "emails", [B], [A, C, B]),
        # replace
        ([A, B], "replace", "emails", [C], [C]),
        ([A, B], "replace", "emails", C, [C]),
        ([A, B], "replace", "emails", [], []),
        ([A, B], "replace", "emails", "", []),
        ([A, B], "replace", "emails.display", "x", [A | {"display": "x"}, B | {"display": "x"}]),
        ([A, B], "replace", 'emails[type eq "home"].VALUE', "n@x", [A, B | {"value": "n@x"}]),
        ([A, B], "replace", 'emails[type eq "home"].type', "", [A, {"value": "b@x"}]),
        ([A | {"display": "x"}], "replace", 'emails[type eq "work"]', {"value": "n@x"}, [{"type": "work", "value": "n@x"}]),
        ([A], "replace", 'emails[type eq "work"]', {"type": "home", "value": "n@x"}, [{"type": "home", "value": "n@x"}]),
        ([A], "replace", 'emails[value sw "a"]', [{"value": "n@x"}], [{"value": "n@x"}]),
        # add at a selection
        ([A, B], "add", 'emails[type eq "home"]', {"display": "x"}, [A, B | {"display": "x"}]),
        ([], "add", 'emails[type eq "work"].value', "a@x", [{"type": "work", "value": "a@x"}]),
        ([B], "add", 'emails[type eq "work" and primary eq true].value', "a@x", [B, A]),
        ([A], "add", 'emails[type eq "home" and primary eq "True"]', {"value": "b@x"}, [A | OFF, B | {"primary": True}]),
        # remove
        ([A, B], "remove", "emails", None, []),
        ([A, B], "remove", "emails", [], [A, B]),
        ([A, B], "remove", "emails", [{"value": "B@x"}], [A]),
        ([A, B], "remove", "emails", {"value": "b@x", "type": None}, [A]),
        ([A, B], "remove", "emails", [{"value": "b@x", "type": "work"}], [A, B]),
        ([A, B], "remove", "emails", [{"type": "work"}], [B]),
        ([A, B], "remove", 'emails[type eq "work"]', None, [B]),
        ([A, B], "remove", 'emails[type eq "other"]', None, [A, B]),
        ([A, B], "remove", 'emails[type eq "work"].primary', None, [{"value": "a@x", "type": "work"}, B]),
        ([A, B], "remove", "emails.type", None, [{"value": "a@x", "primary": True}, {"value": "b@x"}]),
        ([{"value": "a"}, B], "remove", 'emails[value eq "a"].value', None, [B]),
    ],
)
def test_emails(before: list[Json], op: str, path: str, value: Any, result: list[Json]) -> None:
    assert after(before, op, path, value) == result


@pytest.mark.parametrize(
    ("before", "op", "path", "value", "scim_type"),
    [
        ([A], "replace", 'emails[type eq "home"]', B, "noTarget"),
        ([A], "replace", 'emails[type eq "home"].value', "b@x", "noTarget"),
        ([A], "add", 'emails[type ne "work"].value', "b@x", "noTarget"),
        ([A], "add", 'emails[type eq "home" or type eq "other"].value', "b@x", "noTarget"),
        ([A], "add", 'emails[type eq "home"]', {"type": "other"}, "invalidValue"),
        ([], "add", "emails.value", "x", "noTarget"),
        ([], "replace", "emails.value", "x", "noTarget"),
        ([], "add", "emails", [A, C], "invalidValue"),
        ([A, B], "replace", "emails", [A, C], "invalidValue"),
        ([A, B], "replace", "emails.primary", True, "invalidValue"),
        ([A, B], "remove", "emails", [{}], "invalidValue"),
        ([A, B], "remove", "emails", [{"value": ""}], "invalidValue"),
        ([A, B], "remove", "emails", [{"value": None, "type": ""}], "invalidValue"),
        ([A, B], "remove", "emails", [5], "invalidValue"),
        ([A, B], "replace", 'emails[type eq "work"]', [A, B], "invalidValue"),
        ([A, B], "replace", 'emails[type eq "work"]', "", "invalidValue"),
        ([A, B], "replace", 'emails[type eq "work"].value', 5, "invalidValue"),
    ],
)
def test_refused(before: list[Json], op: str, path: str, value: Any, scim_type: str) -> None:
    with pytest.raises(ScimError) as caught:
        after(before, op, path, value)
    assert (caught.value.status, caught.value.scim_type) == (400, scim_type)


ONE, TWO = {"value": "1", "display": "Ann"}, {"value": "2"}


@pytest.mark.parametrize(
    ("before", "op", "path", "value", "result"),
    [
        ([ONE, TWO], "add", "members", [{"value": "1", "type": "User"}, {"value": "3"}], [ONE, TWO, {"value": "3"}]),
        ([{"value": "a"}], "add", "members", [{"value": "A"}], [{"value": "a"}, {"value": "A"}]),
        ([ONE, TWO], "remove", "members", [{"value": "1"}], [TWO]),
        ([ONE, TWO], "remove", "members", [{"value": "1", "$ref": None, "type": "User"}, {"value": "9"}], [TWO]),
        ([ONE, TWO], "remove", "members", [{"display": "Ann"}], [TWO]),
        ([ONE, TWO], "remove", 'members[value eq "1" or value eq "2"]', None, []),
        ([ONE, TWO], "replace", "members", [TWO], [TWO]),
        ([ONE, TWO], "replace", 'members[value eq "2"].display', "Bob", [ONE, {"value": "2", "display": "Bob"}]),
        ([ONE, TWO], "replace", 'members[value eq "2"].value', "2", [ONE, TWO]),
    ],
)
def test_members(before: list[Json], op: str, path: str, value: Any, result: list[Json]) -> None:
    assert after(before, op, path, value, attribute="members") == result


def test_the_id_of_a_member_is_immutable() -> None:
    with pytest.raises(ScimError, match="value cannot change") as caught:
        after([ONE], "replace", 'members[value eq "1"].value', "3", attribute="members")
    assert caught.value.scim_type == "mutability"


def test_plain_values_have_no_sub_attributes() -> None:
    for op, value in (("add", "x"), ("remove", None)):
        with pytest.raises(ScimError) as caught:
            after(["cat"], op, 'pets[value eq "cat"].name', value, attribute="pets")
        assert caught.value.scim_type == "invalidPath"


def test_a_hundred_members_join_and_leave_a_hundred_thousand() -> None:
    crowd = [{"value": str(number)} for number in range(100_000)]
    joining = [{"value": str(number)} for number in range(99_950, 100_050)]
    assert len(after(crowd, "add", "members", joining, attribute="members")) == 100_050
    assert len(after(crowd, "remove", "members", joining, attribute="members")) == 99_950


Oracle = OracleUser[EnterpriseUser]
AS_ENTRA_EXPECTS = ScimPolicy(
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
DEPARTMENT = f"{ENTERPRISE}:department"
SELECTED: dict[str, Callable[[Json], bool]] = {
    'roles[type eq "work"]': lambda role: role.get("type") == "work",
    'roles[type eq "home" and primary eq true]': lambda role: role.get("type") == "home" and role.get("primary") is True,
    'roles[not (value sw "a")]': lambda role: not role.get("value", "").lower().startswith("a"),
}
"""Paths, and which roles they select."""


def _operations() -> st.SearchStrategy[Json]:
    item = st.fixed_dictionaries({"value": strategies.words, "type": st.sampled_from(["work", "home"])})
    return (
        _operation(["add", "replace"], ["title", "userName", "name.givenName", "nickName", DEPARTMENT], strategies.words)
        | _operation(["add", "replace"], ["name"], st.fixed_dictionaries({"givenName": strategies.words}))
        | _operation(["add", "replace"], [ENTERPRISE], st.fixed_dictionaries({"department": strategies.words}))
        | _operation(["add", "replace"], ["active"], st.booleans())
        | _operation(["replace"], ["roles"], st.lists(item, max_size=2))
        | _operation(["add"], ["roles"], st.lists(item, max_size=2, unique_by=str))
        | _operation(["remove"], ["roles"], st.lists(item, min_size=1, max_size=2))
        | _operation(["add", "replace"], [f"{path}.value" for path in [*SELECTED, "roles"]], strategies.words)
        | _operation(["add", "replace"], [f"{path}.primary" for path in SELECTED], st.booleans())
        | _operation(["add"], [*SELECTED], st.fixed_dictionaries({"value": strategies.words}))
        | _operation(
            ["remove"],
            ["title", "name", "name.givenName", "active", ENTERPRISE, DEPARTMENT, "roles", "roles.type", *SELECTED],
        )
        | _operation(
            ["remove"],
            [f"{path}.value" for path in SELECTED],
        )
    )


def _operation(ops: list[str], paths: list[str], values: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Json]:
    fields = {"op": st.sampled_from(ops), "path": st.sampled_from(paths)}
    return st.fixed_dictionaries(fields if values is None else fields | {"value": values})


@settings(max_examples=300, deadline=None)
@given(strategies.users(strategies.words), st.lists(_operations(), min_size=1, max_size=3))
def test_scim2_models_applies_alike(user: Json, operations: list[Json]) -> None:
    before: Json = {key: user[key] for key in ("userName", "title", "name", "active", "roles") if key in user}
    if "department" in user.get(ENTERPRISE, {}):
        before[ENTERPRISE] = {"department": user[ENTERPRISE]["department"]}
    before = {"schemas": [USER] + [ENTERPRISE] * (ENTERPRISE in before)} | before
    for operation in operations:
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        ours = _ours(before, body)
        if not _differs_for_a_reason(before, operation):
            assert _shown(ours) == _shown(_theirs(before, body))
        before = before if isinstance(ours, str) else ours


def _differs_for_a_reason(before: Json, operation: Json) -> bool:
    """Where scim2-models and we part, one line for each, with the reason."""
    op, path, roles = operation["op"], operation["path"], before.get("roles", [])
    # it does nothing and reports success; RFC 7644 3.12 has noTarget for a path that yields nothing to operate on
    writes_to_none = path == "roles.value" and op != "remove" and not roles
    # it adds a value whose type and value are there already, if anything else differs; RFC 7643 2.4 wants each pair once
    pairs = [_pair(item) for item in (operation["value"] if op == "add" and path == "roles" else [])]
    twice = len(set(pairs)) < len(pairs) or any(_pair(role) in pairs and role.keys() != {"value", "type"} for role in roles)
    # told to mark two values primary, of which one is, it marks the other; we refuse, for nobody can tell which was meant
    marked = [role for role in roles if SELECTED.get(path.removesuffix(".primary"), bool)(role)]
    ambiguous = path.endswith(".primary") and operation.get("value") is True and len(marked) > 1
    return bool(writes_to_none or twice or ambiguous)


def _pair(item: Json) -> tuple[str, str]:
    return case_key(item.get("value", "")), item.get("type", "")


def _ours(before: Json, body: Json) -> Json | str:
    try:
        return apply(before, parse_patch(body))
    except ScimError as error:
        return f"{error.status} {error.scim_type}"


def _theirs(before: Json, body: Json) -> Json | str:
    resource = Oracle.model_validate(before)
    policy = AS_ENTRA_EXPECTS if body["Operations"][0]["op"] != "replace" else None
    try:
        PatchOp[Oracle].model_validate(body, scim_policy=policy).patch(resource, policy)
    except SCIMException as error:
        return f"{error.status} {error.scim_type}"
    result: Json = compact(resource.model_dump())
    return result


def _shown(result: Json | str) -> str:
    return result if isinstance(result, str) else canonical(result)
