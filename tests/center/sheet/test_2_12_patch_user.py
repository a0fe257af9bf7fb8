"""facts/aws-identity-center.md, section 2.12: PatchUser."""

from typing import Any

import pytest

from tests.center.client import ENTERPRISE, USER, Client, Json
from tests.center.conftest import Make

PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying a single attribute.'
)


def op(kind: str, path: str | None, value: Any = ...) -> Json:
    operation = {"op": kind, "path": path, "value": value}
    return {key: inner for key, inner in operation.items() if inner is not ... and not (key == "path" and inner is None)}


async def patched(scim: Client, *operations: Json, **user: Any) -> Json:
    """A user made, patched with success, and read again."""
    made = await scim.user(**user)
    answer = await scim.patch(f"/Users/{made['id']}", *operations)
    assert answer.status == 200, answer.raw
    body: Json = answer.json
    assert (await scim.get(f"/Users/{made['id']}")).json == body
    return body


async def refused(scim: Client, *operations: Json, **user: Any) -> str:
    """The detail of a PATCH that is refused and changes nothing."""
    made = await scim.user(**user)
    answer = await scim.patch(f"/Users/{made['id']}", *operations)
    assert answer.status == 400, answer.raw
    assert (await scim.get(f"/Users/{made['id']}")).json == made
    return answer.detail


PATHS: dict[str, Any] = {
    "userName": "renamed",
    "active": False,
    "externalId": "e-2",
    "displayName": "New name",
    "nickName": "Nick",
    "profileUrl": "https://example.com/n",
    "title": "Guide",
    "userType": "Contractor",
    "preferredLanguage": "de",
    "locale": "de-DE",
    "timezone": "Europe/Berlin",
    "name": {"givenName": "New", "familyName": "Name", "middleName": "M"},
    "emails": [{"value": "new@example.com", "type": "work", "primary": True}],
    "addresses": [{"locality": "Berlin", "country": "DE"}],
    "phoneNumbers": [{"value": "+49 30 0", "type": "work"}],
    ENTERPRISE: {"department": "Treasury"},
}


@pytest.mark.parametrize("path", PATHS)
async def test_2_12_paths(scim: Client, path: str) -> None:
    assert (await patched(scim, op("replace", path, PATHS[path])))[path] == PATHS[path]


@pytest.mark.parametrize("path", PATHS)
async def test_2_12_the_same_without_a_path(scim: Client, path: str) -> None:
    assert (await patched(scim, op("replace", None, {path: PATHS[path]})))[path] == PATHS[path]


@pytest.mark.parametrize("path", ["nickName", "title", "locale", "addresses", "phoneNumbers", ENTERPRISE])
@pytest.mark.parametrize("kind", ["add", "Add"])
async def test_2_12_add(scim: Client, path: str, kind: str) -> None:
    assert (await patched(scim, op(kind, path, PATHS[path])))[path] == PATHS[path]


@pytest.mark.parametrize("path", ["externalId", "nickName", "title", "emails", "addresses", "phoneNumbers", ENTERPRISE])
async def test_2_12_remove(scim: Client, path: str) -> None:
    body = await patched(scim, op("remove", path), **{path: PATHS[path]})
    assert path not in body
    assert ENTERPRISE not in body["schemas"]


async def test_2_12_removing_what_is_not_there(scim: Client) -> None:
    assert "title" not in await patched(scim, op("remove", "title"))


async def test_2_12_roles_are_not_listed(scim: Client, scim_with: Make) -> None:
    roles = [{"value": "admin", "primary": True}]
    await refused(scim, op("replace", "roles", roles))
    assert (await patched(scim_with(patch_roles=True), op("replace", "roles", roles)))["roles"] == roles


@pytest.mark.parametrize("path", ["password", "photos", "shoeSize", "id", "meta", "schemas", "groups", "urn:x:y:z", "members"])
async def test_2_12_other_paths(scim: Client, path: str) -> None:
    await refused(scim, op("replace", path, "x"))


async def test_2_14_other_paths_are_dropped_by_setting(scim_with: Make) -> None:
    body = await patched(scim_with(unknown_attributes="drop"), op("replace", "shoeSize", "44"), op("replace", "title", "T"))
    assert body["title"] == "T"
    assert "shoeSize" not in body


# Mandatory parts


async def test_2_12_op_is_mandatory(scim: Client) -> None:
    await refused(scim, {"path": "title", "value": "x"})


async def test_2_12_path_is_mandatory_for_remove(scim: Client) -> None:
    assert await refused(scim, op("remove", None)) == "Missing path in PATCH request"


@pytest.mark.parametrize("kind", ["add", "replace"])
async def test_2_12_value_is_mandatory_for_add_and_replace(scim: Client, kind: str) -> None:
    await refused(scim, op(kind, "title"))


async def test_2_11_pathless_changes_a_single_attribute(scim: Client) -> None:
    assert await refused(scim, op("replace", None, {"title": "A", "nickName": "B"})) == PATHLESS
    assert (await patched(scim, op("replace", None, {"id": "x", "active": False})))["active"] is False


# userName and active


@pytest.mark.parametrize(("path", "value"), [("userName", "x1"), ("active", True)])
async def test_2_12_one_operation_on_user_name_and_active(scim: Client, path: str, value: Any) -> None:
    await refused(scim, op("replace", path, value), op("replace", path, value))
    await refused(scim, op("replace", path, value), op("replace", None, {path: value}))


@pytest.mark.parametrize("path", ["userName", "active"])
async def test_2_12_remove_is_refused_for_user_name_and_active(scim: Client, path: str) -> None:
    await refused(scim, op("remove", path))


@pytest.mark.parametrize("path", ["displayName", "name", "name.givenName", "name.familyName"])
async def test_2_7_what_is_required_cannot_be_removed(scim: Client, path: str) -> None:
    await refused(scim, op("remove", path))


@pytest.mark.parametrize("value", ["false", "False", False])
async def test_2_7_active_as_string(scim: Client, value: Any) -> None:
    assert (await patched(scim, op("replace", "active", value)))["active"] is False


@pytest.mark.parametrize("value", ["no", 0, ""])
async def test_2_7_active_is_nothing_else(scim: Client, value: Any) -> None:
    await refused(scim, op("replace", "active", value))


# Filters in paths


async def test_2_12_only_eq_in_path_filters(scim: Client) -> None:
    for where in ('type ne "work"', 'type sw "w"', "type pr", 'type eq "work" or type eq "home"', 'not (type eq "work")'):
        await refused(scim, op("replace", f"emails[{where}].value", "n@example.com"))


@pytest.mark.parametrize("where", ['type eq "work"', "primary eq true", 'type eq "work" and primary eq true'])
async def test_2_12_eq_in_path_filters(scim: Client, where: str) -> None:
    body = await patched(scim, op("replace", f"emails[{where}].value", "n@example.com"))
    assert body["emails"] == [{"value": "n@example.com", "type": "work", "primary": True}]


# Sub-paths


@pytest.mark.parametrize(
    ("path", "value", "name", "expected"),
    [
        ("name.givenName", "Ada", "name", {"givenName": "Ada", "familyName": "Jensen"}),
        ("name.middleName", "K", "name", {"givenName": "Barbara", "familyName": "Jensen", "middleName": "K"}),
        (f"{ENTERPRISE}:department", "Vault", ENTERPRISE, {"department": "Vault"}),
        (f"{ENTERPRISE}:costCenter", "1", ENTERPRISE, {"costCenter": "1"}),
        (f"{ENTERPRISE}:manager", "m-1", ENTERPRISE, {"manager": {"value": "m-1"}}),
        (f"{ENTERPRISE}:manager", {"value": "m-1", "$ref": "x"}, ENTERPRISE, {"manager": {"value": "m-1"}}),
        (f"{ENTERPRISE}:manager.value", "m-1", ENTERPRISE, {"manager": {"value": "m-1"}}),
        (f"{USER}:title", "T", "title", "T"),
        ('phoneNumbers[type eq "work"].value', "+1", "phoneNumbers", [{"value": "+1", "type": "work"}]),
        ('addresses[type eq "work"].locality', "Bonn", "addresses", [{"locality": "Bonn", "type": "work"}]),
    ],
)
async def test_2_12_sub_paths(scim: Client, path: str, value: Any, name: str, expected: Any) -> None:
    assert (await patched(scim, op("add", path, value)))[name] == expected


async def test_2_12_an_email_that_a_patch_makes_is_primary(scim: Client) -> None:
    body = await patched(scim, op("add", 'emails[type eq "work"].value', "entra@example.com"), emails=None)
    assert body["emails"] == [{"value": "entra@example.com", "type": "work", "primary": True}]


async def test_2_7_a_second_email_is_refused(scim: Client) -> None:
    detail = await refused(scim, op("add", "emails", [{"value": "second@example.com", "type": "home"}]))
    assert detail == "List attribute emails exceeds allowed limit of 1"


# Values


@pytest.mark.parametrize(
    ("path", "value"), [("title", "x" * 1025), ("userName", "a b"), ("displayName", "a\u200bb"), ("externalId", "a b")]
)
async def test_2_7_limits_hold_for_patch(scim: Client, path: str, value: str) -> None:
    assert "validation errors detected" in await refused(scim, op("replace", path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [("title", ""), ("name.givenName", ""), ("emails", [{"value": "", "primary": True}]), (ENTERPRISE, {"department": ""})],
)
async def test_2_7_the_empty_string_is_refused(scim: Client, path: str, value: Any) -> None:
    assert "greater than or equal to 1" in await refused(scim, op("replace", path, value))


async def test_2_7_null_takes_a_value_away(scim: Client) -> None:
    assert "title" not in await patched(scim, op("replace", "title", None), title="Guide")


async def test_2_12_the_answer_is_the_full_user(scim: Client) -> None:
    made = await scim.user(title="Guide", locale="de")
    body = (await scim.patch(f"/Users/{made['id']}", op("replace", "title", "Boss"))).json
    assert body == {**made, "title": "Boss", "meta": body["meta"]}
    assert body["meta"]["created"] == made["meta"]["created"]


async def test_2_12_all_operations_or_none(scim: Client) -> None:
    await refused(scim, op("replace", "title", "New"), op("replace", "userName", ""))


async def test_indexes_follow(scim: Client) -> None:
    made = await scim.user(userName="before", externalId="e-before")
    await scim.patch(f"/Users/{made['id']}", op("replace", "userName", "after"), op("replace", "externalId", "e-after"))
    for text, found in (("before", []), ("after", [made["id"]])):
        assert (await scim.find("/Users", f'userName eq "{text}"')).ids == found
        assert (await scim.find("/Users", f'externalId eq "e-{text}"')).ids == found
    manager = await scim.user()
    await scim.patch(f"/Users/{made['id']}", op("add", f"{ENTERPRISE}:manager", manager["id"]))
    assert (await scim.find("/Users", f'id eq "{made["id"]}" and manager eq "{manager["id"]}"')).ids == [made["id"]]
