"""Instances never see each other; a token opens the one instance it was made for (Alice's, Bob's; Charlie has none)."""

import asyncio
import subprocess
import sys

import pytest

from lockstep.center.app import Center
from lockstep.center.instances import actions
from lockstep.kit.db import PostgresDatabase, SqliteDatabase
from tests.center.client import Client, a_user, request
from tests.center.conftest import Make

PATHS = [
    ("GET", "/Users"),
    ("POST", "/Users"),
    ("GET", "/Users/{user}"),
    ("PUT", "/Users/{user}"),
    ("PATCH", "/Users/{user}"),
    ("DELETE", "/Users/{user}"),
    ("GET", "/Groups"),
    ("POST", "/Groups"),
    ("GET", "/Groups/{group}"),
    ("PATCH", "/Groups/{group}"),
    ("DELETE", "/Groups/{group}"),
    ("GET", "/ServiceProviderConfig"),
    ("GET", "/ResourceTypes"),
    ("GET", "/Schemas"),
    ("GET", "/nothing"),
]


@pytest.fixture
def alice(scim_with: Make) -> Client:
    return scim_with()


@pytest.fixture
def bob(scim_with: Make) -> Client:
    return scim_with()


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_a_token_of_another_instance_is_401(alice: Client, bob: Client, method: str, path: str) -> None:
    user, group = await alice.user(), await alice.group()
    path = path.format(user=user["id"], group=group["id"])
    for token in (bob.token, "", "lscim_" + "A" * 51):
        answer = await alice.with_token(token)(method, path, a_user() if method in ("POST", "PUT", "PATCH") else None)
        assert answer.status == 401
    assert (await alice.get("/Users")).resources == [user]
    assert (await alice.get("/Groups")).ids == [group["id"]]


async def test_ids_of_another_instance_are_404(alice: Client, bob: Client) -> None:
    user, group = await alice.user(), await alice.group()
    operation = {"op": "replace", "path": "displayName", "value": "Mine now"}
    for path in (f"/Users/{user['id']}", f"/Groups/{group['id']}"):
        assert (await bob.get(path)).status == 404
        assert (await bob.patch(path, operation)).status == 404
        assert (await bob.delete(path)).status == 404
    assert (await bob.put(f"/Users/{user['id']}", a_user())).status == 404
    assert (await alice.get(f"/Users/{user['id']}")).json == user


async def test_lists_and_filters_show_one_instance(alice: Client, bob: Client) -> None:
    user = await alice.user(externalId="e")
    group = await alice.group(displayName="Team", externalId="g", members=[{"value": user["id"]}])
    for text in (
        f'userName eq "{user["userName"]}"',
        'externalId eq "e"',
        f'id eq "{user["id"]}"',
        f'groups.value eq "{group["id"]}"',
    ):
        assert (await alice.find("/Users", text)).ids == [user["id"]]
        assert (await bob.find("/Users", text)).ids == []
    for text in ('displayName eq "Team"', 'externalId eq "g"', f'id eq "{group["id"]}"'):
        assert (await alice.find("/Groups", text)).ids == [group["id"]]
        assert (await bob.find("/Groups", text)).ids == []
    assert (await bob.get("/Users?cursor")).ids == (await bob.get("/Groups?cursor")).ids == []


async def test_the_same_names_may_exist_in_both(alice: Client, bob: Client) -> None:
    user = a_user(externalId="e")
    assert {(await client.post("/Users", user)).status for client in (alice, bob)} == {201}
    assert {(await client.post("/Groups", {"displayName": "Team"})).status for client in (alice, bob)} == {201}


async def test_trails_are_apart(alice: Client, bob: Client) -> None:
    user = await alice.user()
    assert [record["eventName"] for record in await bob.trail() if record["eventName"].endswith("User")] == []
    assert (await alice.trail())[-1]["responseElements"] == {"id": user["id"]}


async def test_a_rate_is_an_instances_own(alice: Client, scim_with: Make) -> None:
    slow = scim_with(rate=0.01)
    assert [(await slow.get("/Users")).status for _ in range(3)][-1] == 429
    assert (await alice.get("/Users")).status == 200


DELETES = """
import sys
from pathlib import Path
from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.center.storage import open_center

data, url, name, token_id = sys.argv[1:]
database = open_center(Path(data), url or None)
with database.write() as connection:
    actions.delete_token(connection, actions.admin_call(Operation.DELETE_BEARER, "test", 0), name, token_id)
"""


async def test_a_token_deleted_by_another_process_is_refused_at_once(center: Center, scim: Client) -> None:
    assert (await scim.get("/Users")).status == 200
    database = scim.stage.database
    with database.read() as connection:
        (token,) = actions.list_tokens(connection, scim.instance.name)
    data, url = ".", ""
    if isinstance(database, SqliteDatabase):
        data = str(database.path.parent)
    elif isinstance(database, PostgresDatabase):
        url = database.url
    command = [sys.executable, "-c", DELETES, data, url, scim.instance.name, token.token_id]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (await scim.get("/Users")).status == 401
    headers = {"authorization": f"Bearer {scim.token}"}
    assert (await request(center, "GET", f"{scim.instance.scim_path}/Users", headers=headers)).status == 401
