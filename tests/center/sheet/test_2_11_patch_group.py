"""facts/aws-identity-center.md, section 2.11: PatchGroup."""

from typing import Any, NamedTuple

import pytest

from tests.center.client import ABSENT, CATCH_ALL, GROUP, PATCH, Answer, Client, Json
from tests.center.conftest import Make

REPLACING = "Replacing group memberships is not supported."
PATHLESS = (
    'Current PATCH support allows omitting "path" attribute only for Add and Replace operations modifying a single attribute.'
)


class Team(NamedTuple):
    """A group with Alice in it; Bob is not."""

    scim: Client
    id: str
    alice: str
    bob: str

    async def patch(self, *operations: Json) -> Answer:
        return await self.scim.patch(f"/Groups/{self.id}", *operations)

    async def members(self) -> list[str]:
        return await self.scim.members(self.id)

    async def name(self) -> str:
        return str((await self.scim.get(f"/Groups/{self.id}")).json["displayName"])


async def make_team(scim: Client) -> Team:
    alice, bob = await scim.user(userName="alice"), await scim.user(userName="bob")
    group = await scim.group(displayName="Team", externalId="g1", members=[{"value": alice["id"]}])
    return Team(scim, group["id"], alice["id"], bob["id"])


@pytest.fixture
async def team(scim: Client) -> Team:
    return await make_team(scim)


def member(op: str, *ids: str) -> Json:
    return {"op": op, "path": "members", "value": [{"value": one} for one in ids]}


def selected(op: str, user_id: str) -> Json:
    return {"op": op, "path": f'members[value eq "{user_id}"]'}


# What changes


async def test_2_11_answers_204_without_a_body(team: Team) -> None:
    answer = await team.patch(member("add", team.bob))
    assert (answer.status, answer.raw) == (204, b"")
    assert "content-type" not in answer.headers


async def test_2_11_the_canonical_member_operations(team: Team) -> None:
    assert (await team.patch(member("add", team.bob), member("remove", team.alice))).status == 204
    assert await team.members() == ["bob"]


@pytest.mark.parametrize("op", ["add", "Add", "ADD"])
async def test_2_3_op_counts_without_case(team: Team, op: str) -> None:
    assert (await team.patch(member(op, team.bob))).status == 204
    assert await team.members() == ["alice", "bob"]


@pytest.mark.parametrize("path", ["members", "Members", f"{GROUP}:members"])
async def test_path_of_members(team: Team, path: str) -> None:
    assert (await team.patch({"op": "add", "path": path, "value": [{"value": team.bob}]})).status == 204
    assert await team.members() == ["alice", "bob"]


@pytest.mark.parametrize("op", ["add", "replace"])
async def test_2_11_display_name(team: Team, op: str) -> None:
    assert (await team.patch({"op": op, "path": "displayName", "value": "New"})).status == 204
    assert await team.name() == "New"
    assert (await team.scim.find("/Groups", 'displayName eq "Team"')).ids == []
    assert (await team.scim.find("/Groups", 'displayName eq "New"')).ids == [team.id]


async def test_2_11_a_rename_keeps_id_and_members(team: Team) -> None:
    await team.patch({"op": "replace", "path": "displayName", "value": "TEAM"})
    assert await team.name() == "TEAM"
    assert await team.members() == ["alice"]


async def test_2_11_external_id(team: Team) -> None:
    assert (await team.patch({"op": "replace", "path": "externalId", "value": "g2"})).status == 204
    assert (await team.scim.find("/Groups", 'externalId eq "g2"')).ids == [team.id]
    assert (await team.patch({"op": "remove", "path": "externalId"})).status == 204
    assert "externalId" not in (await team.scim.get(f"/Groups/{team.id}")).json


async def test_2_11_attributes_and_members_in_one_request(team: Team) -> None:
    rename = {"op": "replace", "path": "displayName", "value": "New"}
    assert (await team.patch(rename, member("add", team.bob))).status == 204
    assert (await team.name(), await team.members()) == ("New", ["alice", "bob"])


@pytest.mark.parametrize(
    "path", ["description", "id", "meta", "schemas", "members.value", "members.display", "nickName", "urn:x:y"]
)
async def test_2_11_only_three_attributes(team: Team, path: str) -> None:
    assert (await team.patch({"op": "replace", "path": path, "value": "x"})).status == 400


@pytest.mark.parametrize("value", ["", None, 1, [], {}, "x" * 1025, "a\u200bb", "Administrator"])
async def test_2_11_a_display_name_that_does_not_fit(team: Team, value: Any) -> None:
    assert (await team.patch({"op": "replace", "path": "displayName", "value": value})).status == 400
    assert await team.name() == "Team"


async def test_2_11_the_display_name_cannot_be_removed(team: Team) -> None:
    assert (await team.patch({"op": "remove", "path": "displayName"})).status == 400


# One hundred


async def test_2_11_one_hundred_changes_summed_over_operations(team: Team) -> None:
    ids = [(await team.scim.user())["id"] for _ in range(100)]
    assert (await team.patch(member("add", *ids[:60]), member("add", *ids[60:]))).status == 204
    assert len((await team.scim.find("/Users", f'groups.value eq "{team.id}"')).ids) == 100
    answer = await team.patch(member("remove", *ids[:60]), member("remove", *ids[60:]), member("add", team.bob))
    assert (answer.status, answer.detail) == (400, CATCH_ALL)
    assert (await team.patch(member("remove", *ids))).status == 204
    assert await team.members() == ["alice"]


async def test_2_11_one_hundred_and_one_by_selection(team: Team) -> None:
    assert (await team.patch(*[selected("remove", team.alice) for _ in range(101)])).status == 400
    assert await team.members() == ["alice"]


# Replacing and removing all


@pytest.mark.parametrize("value", [[], None, "both"])
async def test_2_11_replacing_all_members(team: Team, value: Any) -> None:
    operation = (
        member("replace", team.alice, team.bob) if value == "both" else {"op": "replace", "path": "members", "value": value}
    )
    answer = await team.patch(operation)
    assert (answer.status, answer.detail) == (400, REPLACING)
    assert await team.members() == ["alice"]


async def test_2_11_replacing_all_members_without_a_path(team: Team) -> None:
    answer = await team.patch({"op": "replace", "value": {"members": [{"value": team.bob}]}})
    assert (answer.status, answer.detail) == (400, REPLACING)


@pytest.mark.parametrize("operation", [{"op": "remove", "path": "members"}, {"op": "remove", "path": "members", "value": []}])
async def test_2_11_removing_all_members(team: Team, operation: Json) -> None:
    assert (await team.patch(operation)).status == 400
    assert await team.members() == ["alice"]


# Without a path


@pytest.mark.parametrize("value", [{"displayName": "New"}, {"id": "{id}", "displayName": "New"}, {"DisplayName": "New"}])
@pytest.mark.parametrize("op", ["add", "replace"])
async def test_2_11_pathless_changes_one_attribute_and_id_does_not_count(team: Team, op: str, value: Json) -> None:
    sent = {key: team.id if inner == "{id}" else inner for key, inner in value.items()}
    assert (await team.patch({"op": op, "value": sent})).status == 204
    assert await team.name() == "New"


async def test_2_11_pathless_members(team: Team) -> None:
    assert (await team.patch({"op": "add", "value": {"members": [{"value": team.bob}]}})).status == 204
    assert await team.members() == ["alice", "bob"]


@pytest.mark.parametrize(
    "value", [{"displayName": "New", "externalId": "x"}, {}, {"id": "x"}, {"displayName": "A", "members": []}]
)
async def test_2_11_pathless_with_another_number_of_attributes(team: Team, value: Json) -> None:
    answer = await team.patch({"op": "replace", "value": value})
    assert (answer.status, answer.detail) == (400, PATHLESS)
    assert await team.name() == "Team"


@pytest.mark.parametrize("operation", [{"op": "remove"}, {"op": "remove", "value": {"displayName": "Team"}}])
async def test_2_11_remove_without_a_path(team: Team, operation: Json) -> None:
    answer = await team.patch(operation)
    assert (answer.status, answer.detail) == (400, "Missing path in PATCH request")


# One member by selection


async def test_2_11_remove_one_by_selection(team: Team) -> None:
    await team.patch(member("add", team.bob))
    assert (await team.patch(selected("remove", team.alice))).status == 204
    assert await team.members() == ["bob"]


@pytest.mark.parametrize("op", ["add", "replace"])
async def test_2_11_only_remove_takes_a_selection(team: Team, op: str) -> None:
    assert (await team.patch({**selected(op, team.bob), "value": {"value": team.bob}})).status == 400


@pytest.mark.parametrize(
    "path", ['members[display eq "x"]', 'members[value ne "x"]', "members[value pr]", 'members[value eq "x"].value']
)
async def test_2_11_members_are_selected_by_value(team: Team, path: str) -> None:
    assert (await team.patch({"op": "remove", "path": path})).status == 400


# Unknown users, idempotence


@pytest.mark.parametrize("op", ["add", "remove"])
@pytest.mark.parametrize("unknown", [ABSENT, "nonsense"])
async def test_2_11_an_unknown_user_is_404_and_nothing_happens(team: Team, op: str, unknown: str) -> None:
    rename = {"op": "replace", "path": "displayName", "value": "New"}
    assert (await team.patch(rename, member("add", team.bob), member(op, team.alice, unknown))).status == 404
    assert (await team.name(), await team.members()) == ("Team", ["alice"])


async def test_2_11_status_of_an_unknown_user_is_a_setting(scim_with: Make) -> None:
    team = await make_team(scim_with(absent_member_status=400))
    assert (await team.patch(member("add", ABSENT))).status == 400
    assert (await team.patch(member("remove", ABSENT))).status == 404
    assert (await team.patch(selected("remove", ABSENT))).status == 404


async def test_2_11_a_user_of_another_instance_is_unknown(team: Team, scim_with: Make) -> None:
    stranger = await scim_with().user()
    assert (await team.patch(member("add", stranger["id"]))).status == 404


async def test_2_11_adding_and_removing_twice(team: Team) -> None:
    for operations, expected in (
        ([member("add", team.alice)], ["alice"]),
        ([member("add", team.alice, team.bob, team.bob)], ["alice", "bob"]),
        ([member("remove", team.alice)], ["bob"]),
        ([member("remove", team.alice)], ["bob"]),
        ([selected("remove", team.alice)], ["bob"]),
        ([member("add", team.alice), member("remove", team.alice)], ["bob"]),
        ([member("remove", team.bob), member("add", team.bob)], ["bob"]),
    ):
        assert (await team.patch(*operations)).status == 204
        assert await team.members() == expected


async def test_adding_nobody_is_done_at_once(team: Team) -> None:
    assert (await team.patch(member("add"))).status == 204
    assert await team.members() == ["alice"]


# What is no PATCH


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"schemas": [PATCH]},
        {"schemas": [PATCH], "Operations": []},
        {"schemas": [PATCH], "Operations": {}},
        {"schemas": [PATCH], "Operations": ["x"]},
        {"schemas": [PATCH], "Operations": [{"path": "displayName", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": "copy", "path": "displayName", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": 1, "path": "displayName", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "displayName"}]},
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": 5, "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members[", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": "add", "path": "members", "value": "x"}]},
        {"schemas": [PATCH], "Operations": [{"op": "add", "value": "x"}]},
        {"schemas": [GROUP], "Operations": [{"op": "add", "path": "displayName", "value": "x"}]},
    ],
)
async def test_2_12_op_path_and_value_are_mandatory(team: Team, body: Json) -> None:
    assert (await team.scim("PATCH", f"/Groups/{team.id}", body)).status == 400
    assert await team.name() == "Team"


# History


async def legacy(scim_with: Make) -> Team:
    return await make_team(scim_with(legacy_patch=True))


@pytest.mark.parametrize(
    ("operation", "status", "left"),
    [
        ({"op": "replace", "path": "members", "value": []}, 204, ["alice"]),
        ({"op": "replace", "path": "members"}, 204, ["alice"]),
        ({"op": "replace", "path": "members", "value": [{"value": ""}]}, 400, []),
        ({"op": "replace", "path": "members", "value": [{"value": "{bob}"}]}, 204, ["bob"]),
    ],
)
async def test_2_11_history_is_a_setting(scim_with: Make, operation: Json, status: int, left: list[str]) -> None:
    team = await legacy(scim_with)
    if operation.get("value") == [{"value": "{bob}"}]:
        operation = member("replace", team.bob)
    answer = await team.patch(operation)
    assert answer.status == status
    assert status == 204 or answer.detail == CATCH_ALL
    assert await team.members() == left


async def test_2_11_history_is_over_without_the_setting(team: Team) -> None:
    assert (await team.patch({"op": "replace", "path": "members", "value": [{"value": ""}]})).status == 400
    assert (await team.patch({"op": "replace", "path": "members"})).status == 400
    assert await team.members() == ["alice"]


# OneLogin's older connectors


async def test_scim_1_bodies_are_a_setting(team: Team, scim_with: Make) -> None:
    def body(one: Team) -> Json:
        leaves = {"value": one.alice, "operation": "delete"}
        return {"schemas": ["urn:scim:schemas:core:1.0"], "members": [{"value": one.bob, "operation": "add"}, leaves]}

    assert (await team.scim("PATCH", f"/Groups/{team.id}", body(team))).status == 400
    other = await make_team(scim_with(profile="rfc"))
    assert (await other.scim("PATCH", f"/Groups/{other.id}", body(other))).status == 204
    assert await other.members() == ["bob"]
