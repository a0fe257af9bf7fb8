"""facts/aws-identity-center.md, section 2.1: the fifteen operations, their statuses, and what is not there."""

from collections.abc import Awaitable, Callable

import pytest

from tests.center.client import ABSENT, GROUP, Answer, Client, a_user
from tests.center.conftest import Make

Asks = Callable[[Client, str, str], Awaitable[Answer]]
"""`(client, id of a user, id of a group)` to the answer."""


def patch_title(scim: Client, user: str, _group: str) -> Awaitable[Answer]:
    return scim.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": "Guide"})


def patch_name(scim: Client, _user: str, group: str) -> Awaitable[Answer]:
    return scim.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "New name"})


OPERATIONS: dict[str, tuple[int, Asks]] = {
    "CreateUser": (201, lambda scim, _user, _group: scim.post("/Users", a_user())),
    "GetUser": (200, lambda scim, user, _group: scim.get(f"/Users/{user}")),
    "ListUsers": (200, lambda scim, _user, _group: scim.get("/Users")),
    "PutUser": (201, lambda scim, user, _group: scim.put(f"/Users/{user}", a_user())),
    "PatchUser": (200, patch_title),
    "DeleteUser": (204, lambda scim, user, _group: scim.delete(f"/Users/{user}")),
    "CreateGroup": (201, lambda scim, _user, _group: scim.post("/Groups", {"displayName": "Another"})),
    "GetGroup": (200, lambda scim, _user, group: scim.get(f"/Groups/{group}")),
    "ListGroups": (200, lambda scim, _user, _group: scim.get("/Groups")),
    "PatchGroup": (204, patch_name),
    "DeleteGroup": (204, lambda scim, _user, group: scim.delete(f"/Groups/{group}")),
    "ServiceProviderConfig": (200, lambda scim, _user, _group: scim.get("/ServiceProviderConfig")),
    "ListResourceTypes": (200, lambda scim, _user, _group: scim.get("/ResourceTypes")),
    "ListSchemas": (200, lambda scim, _user, _group: scim.get("/Schemas")),
    "GetSchema": (200, lambda scim, _user, _group: scim.get(f"/Schemas/{GROUP}")),
}
EMPTY = {"DeleteUser", "DeleteGroup", "PatchGroup"}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_2_1_success_status(scim: Client, name: str) -> None:
    user, group = (await scim.user())["id"], (await scim.group())["id"]
    status, ask = OPERATIONS[name]
    answer = await ask(scim, user, group)
    assert answer.status == status
    assert (answer.raw == b"") == (name in EMPTY)
    assert "x-amzn-requestid" in answer.headers


@pytest.mark.parametrize("name", ["GetUser", "PutUser", "PatchUser", "DeleteUser", "GetGroup", "PatchGroup", "DeleteGroup"])
@pytest.mark.parametrize("absent", [ABSENT, "not-an-id", "\0", "a\N{BLACK HEART SUIT}"])
async def test_2_1_404_for_an_id_that_nobody_has(scim: Client, name: str, absent: str) -> None:
    answer = await OPERATIONS[name][1](scim, absent, absent)
    assert answer.status == 404
    assert answer.json["status"] == "404"


@pytest.mark.parametrize("name", ["CreateUser", "CreateGroup", "PutUser", "PatchUser", "PatchGroup"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"1", b"\xff\xfe", b"{} {}"])
async def test_2_1_400_for_a_body_that_is_no_object(scim: Client, name: str, body: bytes) -> None:
    made = {"User": (await scim.user())["id"], "Group": (await scim.group())["id"]}
    method, kind = {"Cre": "POST", "Put": "PUT", "Pat": "PATCH"}[name[:3]], "User" if "User" in name else "Group"
    path = f"/{kind}s" if method == "POST" else f"/{kind}s/{made[kind]}"
    assert (await scim(method, path, body)).status == 400


async def test_2_1_409_create_user(scim: Client) -> None:
    user = a_user()
    assert (await scim.post("/Users", user)).status == 201
    assert (await scim.post("/Users", user)).status == 409


async def test_2_1_409_put_user(scim: Client) -> None:
    taken, other = await scim.user(), await scim.user()
    assert (await scim.put(f"/Users/{other['id']}", a_user(userName=taken["userName"]))).status == 409


async def test_2_1_409_patch_user(scim: Client) -> None:
    taken, other = await scim.user(), await scim.user()
    answer = await scim.patch(f"/Users/{other['id']}", {"op": "replace", "path": "userName", "value": taken["userName"]})
    assert answer.status == 409
    assert (await scim.get(f"/Users/{other['id']}")).json == other


async def test_2_1_409_create_group(scim: Client) -> None:
    await scim.group(displayName="Team")
    assert (await scim.post("/Groups", {"displayName": "Team"})).status == 409


async def test_2_1_409_patch_group(scim: Client) -> None:
    await scim.group(displayName="Team")
    other = await scim.group()
    answer = await scim.patch(f"/Groups/{other['id']}", {"op": "replace", "path": "displayName", "value": "Team"})
    assert answer.status == 409


async def test_2_1_404_list_groups_filter_names_an_unknown_member(scim: Client) -> None:
    assert (await scim.find("/Groups", f'members.value eq "{ABSENT}"')).status == 404


async def test_2_1_patch_user_answers_the_full_user(scim: Client) -> None:
    user = await scim.user(nickName="Babs")
    answer = await patch_title(scim, user["id"], "")
    assert answer.json == {**user, "title": "Guide", "meta": answer.json["meta"]}


async def test_2_1_put_user_status_is_a_setting(scim_with: Make) -> None:
    scim = scim_with(put_user_status=200)
    assert (await scim.put(f"/Users/{(await scim.user())['id']}", a_user())).status == 200


@pytest.mark.parametrize(("settings", "status"), [({}, 400), ({"put_group_status": 501}, 501)])
async def test_2_1_there_is_no_put_group(scim_with: Make, settings: dict[str, int], status: int) -> None:
    scim = scim_with(**settings)
    group = await scim.group()
    answer = await scim.put(f"/Groups/{group['id']}", {**group, "displayName": "Other"})
    assert answer.status == status
    assert answer.json["status"] == str(status)
    assert (await scim.get(f"/Groups/{group['id']}")).json == group


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/Me"), ("POST", "/Bulk"), ("POST", "/.search"), ("POST", "/Users/.search")]
)
async def test_2_1_not_there_at_all(scim: Client, method: str, path: str) -> None:
    answer = await scim(method, path, {} if method == "POST" else None)
    assert answer.status in (400, 404)
    assert answer.json["status"] == str(answer.status)
