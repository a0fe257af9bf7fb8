"""Many requests at once: nothing is lost, nothing is there twice, and nothing is acknowledged that is not kept."""

import asyncio

import pytest

from lockstep.center.app import build
from lockstep.kit.db import SqliteDatabase
from lockstep.kit.groupcommit import GroupCommit
from tests.center.client import Client, Stage, a_user


async def test_thirty_two_writers_lose_nothing(scim: Client) -> None:
    answers = await asyncio.gather(*(scim.post("/Users", a_user()) for _ in range(32)))
    assert {answer.status for answer in answers} == {201}
    assert sorted((await scim.get("/Users")).ids) == sorted(answer.json["id"] for answer in answers)


async def test_one_name_is_given_once(scim: Client) -> None:
    answers = await asyncio.gather(*(scim.post("/Users", a_user(userName="same")) for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 11
    assert len((await scim.get("/Users")).ids) == 1


async def test_patches_of_one_user_do_not_overwrite_each_other(scim: Client) -> None:
    user = await scim.user()
    names = ["title", "nickName", "locale", "timezone", "userType", "preferredLanguage", "profileUrl", "externalId"]
    operations = [{"op": "replace", "path": name, "value": name} for name in names]
    answers = await asyncio.gather(*(scim.patch(f"/Users/{user['id']}", operation) for operation in operations))
    assert {answer.status for answer in answers} == {200}
    body = (await scim.get(f"/Users/{user['id']}")).json
    assert {name: body.get(name) for name in names} == {name: name for name in names}


async def test_members_added_to_one_group_at_once(scim: Client) -> None:
    group = await scim.group()
    users = [await scim.user() for _ in range(20)]

    async def join(start: int) -> int:
        value = [{"value": user["id"]} for user in users[start : start + 10]]
        return (await scim.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": value})).status

    assert set(await asyncio.gather(*(join(start) for start in range(11)))) == {204}
    assert len(await scim.members(group["id"])) == 20


async def test_a_user_deleted_while_it_joins(scim: Client) -> None:
    for _ in range(5):
        user, group = await scim.user(), await scim.group()
        add = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
        joined, deleted = await asyncio.gather(scim.patch(f"/Groups/{group['id']}", add), scim.delete(f"/Users/{user['id']}"))
        assert deleted.status == 204
        assert joined.status in (204, 404)
        assert await scim.members(group["id"]) == []


async def test_a_failed_commit_fails_every_request_of_its_batch(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    center = build(sqlite)
    await center.start()
    scim = Stage(sqlite, "failing").client(center)
    commit, disk_is_full = GroupCommit._commit, True

    def fails(self: GroupCommit) -> None:
        if disk_is_full:
            raise OSError("no space left")
        commit(self)

    monkeypatch.setattr(GroupCommit, "_commit", fails)
    answers = await asyncio.gather(*(scim.post("/Users", a_user()) for _ in range(8)))
    assert {answer.status for answer in answers} == {500}
    assert (await scim.get("/Users")).ids == []
    disk_is_full = False
    await scim.user()
    assert len((await scim.get("/Users")).ids) == 1
    await center.stop()


async def test_two_servers_on_one_database(scim: Client) -> None:
    other = build(scim.stage.database)
    await other.start()
    twin = Client(other, scim.instance, scim.token, scim.stage)
    answers = await asyncio.gather(*((twin if number % 2 else scim).post("/Users", a_user()) for number in range(16)))
    assert {answer.status for answer in answers} == {201}
    assert (await twin.get("/Users")).ids == (await scim.get("/Users")).ids
    assert len((await twin.get("/Users")).ids) == 16
    await other.stop()
