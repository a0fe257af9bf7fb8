"""facts/aws-identity-center.md, section 2.10: the group resource."""

import re
from typing import Any

import pytest

from tests.center.client import ABSENT, GROUP, Client
from tests.center.conftest import Make


async def test_2_10_the_documented_fixture(scim: Client) -> None:
    body = (await scim.post("/Groups", {"schemas": [GROUP], "externalId": "701984", "displayName": "Group Bar"})).json
    assert list(body) == ["id", "externalId", "meta", "schemas", "displayName"]
    assert body == {
        "id": body["id"],
        "externalId": "701984",
        "meta": body["meta"],
        "schemas": [GROUP],
        "displayName": "Group Bar",
    }
    assert body["meta"].keys() == {"resourceType", "created", "lastModified"}
    assert body["meta"]["resourceType"] == "Group"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["meta"]["created"])


async def test_2_10_create_and_get_omit_members_and_list_shows_none(scim: Client) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"]}])
    assert "members" not in group
    assert "members" not in (await scim.get(f"/Groups/{group['id']}")).json
    assert (await scim.get("/Groups")).resources == [{**group, "members": []}]
    assert (await scim.get("/Groups?cursor")).resources == [{**group, "members": []}]


async def test_2_10_members_in_a_list_are_a_setting(scim_with: Make) -> None:
    scim = scim_with(empty_members_in_list=False)
    group = await scim.group()
    assert (await scim.get("/Groups")).resources == [group]


async def test_2_10_members_are_read_from_the_users(scim: Client) -> None:
    alice, bob, _charlie = await scim.user(), await scim.user(), await scim.user()
    group = await scim.group(members=[{"value": bob["id"]}, {"value": alice["id"]}])
    assert await scim.members(group["id"]) == sorted([alice["userName"], bob["userName"]])


@pytest.mark.parametrize(
    "body", [{}, {"displayName": None}, {"displayName": ""}, {"displayName": 1}, {"displayName": "x" * 1025}]
)
async def test_2_10_display_name_is_required(scim: Client, body: dict[str, Any]) -> None:
    assert (await scim.post("/Groups", body)).status == 400


@pytest.mark.parametrize("name", ["x" * 1024, "with spaces", " ", "Tresor & Geldhandel <intern>; 50 %", "資金\u3000部"])
async def test_2_7_group_display_names(scim: Client, name: str) -> None:
    group = await scim.group(displayName=name)
    assert (await scim.get(f"/Groups/{group['id']}")).json["displayName"] == name


async def test_2_10_one_hundred_members_at_most(scim: Client) -> None:
    ids = [(await scim.user())["id"] for _ in range(101)]
    group = await scim.group(members=[{"value": one} for one in ids[:100]])
    assert len(await scim.members(group["id"])) == 100
    answer = await scim.post("/Groups", {"displayName": "Too many", "members": [{"value": one} for one in ids]})
    assert answer.status == 400
    assert (await scim.find("/Groups", 'displayName eq "Too many"')).ids == []


@pytest.mark.parametrize(
    "extra", [{}, {"type": "User"}, {"type": "user"}, {"$ref": "../Users/x"}, {"type": None}, {"display": "Babs"}]
)
async def test_2_10_a_member(scim: Client, extra: dict[str, Any]) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"], **extra}])
    assert await scim.members(group["id"]) == [user["userName"]]


async def test_2_10_display_of_a_member_is_unsupported(scim_with: Make) -> None:
    strict = scim_with(unsupported_sub_attributes="reject")
    user = await strict.user()
    answer = await strict.post("/Groups", {"displayName": "G", "members": [{"value": user["id"], "display": "Babs"}]})
    assert answer.status == 400


@pytest.mark.parametrize("member", [{"value": ""}, {"value": None}, {}, {"value": 1}, "text", None, [], {"value": ["x"]}])
async def test_2_10_what_is_no_member(scim: Client, member: Any) -> None:
    assert (await scim.post("/Groups", {"displayName": "G", "members": [member]})).status == 400


async def test_2_10_no_nested_groups(scim: Client) -> None:
    inner = await scim.group()
    as_group = [{"value": inner["id"], "type": "Group"}]
    assert (await scim.post("/Groups", {"displayName": "Outer", "members": as_group})).status == 400
    assert (await scim.post("/Groups", {"displayName": "Outer", "members": [{"value": inner["id"]}]})).status == 404


@pytest.mark.parametrize(("settings", "status"), [({}, 404), ({"absent_member_status": 400}, 400)])
@pytest.mark.parametrize("unknown", [ABSENT, "nonsense", "a\0b"])
async def test_2_11_an_unknown_member_makes_no_group(
    scim_with: Make, settings: dict[str, int], status: int, unknown: str
) -> None:
    scim = scim_with(**settings)
    user = await scim.user()
    answer = await scim.post("/Groups", {"displayName": "Team", "members": [{"value": user["id"]}, {"value": unknown}]})
    assert answer.status == status
    assert answer.json["status"] == str(status)
    assert (await scim.get("/Groups")).ids == []


async def test_2_10_a_member_of_another_instance_is_unknown(scim: Client, scim_with: Make) -> None:
    stranger = await scim_with().user()
    assert (await scim.post("/Groups", {"displayName": "Team", "members": [{"value": stranger["id"]}]})).status == 404


async def test_2_10_the_same_member_twice_is_one(scim: Client) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"]}, {"value": user["id"]}])
    assert await scim.members(group["id"]) == [user["userName"]]


async def test_2_10_deleting_a_group_keeps_its_users(scim: Client) -> None:
    user = await scim.user()
    group = await scim.group(members=[{"value": user["id"]}])
    assert (await scim.delete(f"/Groups/{group['id']}")).status == 204
    assert (await scim.get(f"/Users/{user['id']}")).status == 200
    assert (await scim.find("/Groups", f'members.value eq "{user["id"]}"')).ids == []
