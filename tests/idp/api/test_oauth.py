"""Access tokens by OAuth 2.0 client credentials, over HTTP."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from lockstep.idp.api.credentials import actions
from lockstep.idp.api.credentials.records import TOKEN_SECONDS, Scope
from lockstep.idp.api.oauth import RATE_LIMIT, REVOKE, TOKEN
from tests.idp.api.world import HAND, Said, World

GRANT = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


async def post(world: World, path: str, body: Any, authorization: str = "", form: bool = False) -> Said:
    raw = urlencode(body).encode() if form else json.dumps(body).encode()
    headers = {"content-type": FORM if form else "application/json"}
    if authorization:
        headers["authorization"] = authorization
    async with world.client.post(world.url + path, data=raw, headers=headers) as answer:
        return Said(answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.json())


async def test_three_ways_to_one_token(each_world: World) -> None:
    world = each_world
    made = world.credential(Scope.READ_ALL)
    client, secret = made.credential.client_id, made.secret
    basic = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
    ways = [
        await post(world, TOKEN, GRANT, f"client_id:{client}, client_secret:{secret}"),
        await post(world, TOKEN, GRANT, basic),
        await post(world, TOKEN, {**GRANT, "client_id": client, "client_secret": secret}, form=True),
        await post(world, TOKEN, {**GRANT, "client_id": client, "client_secret": secret}),
    ]
    assert [one.status for one in ways] == [200] * 4
    assert len({one.json["access_token"] for one in ways}) == 1
    assert ways[0].json == {
        "access_token": ways[0].json["access_token"],
        "created_at": "2027-01-15T08:00:00.000Z",
        "expires_in": TOKEN_SECONDS,
        "refresh_token": "",
        "token_type": "bearer",
        "account_id": 1,
    }
    assert ways[0].headers["cache-control"] == "no-store"
    world.now += 1_000_000
    assert (await post(world, TOKEN, GRANT, basic)).json["expires_in"] == TOKEN_SECONDS - 1_000


@pytest.mark.parametrize(
    ("body", "authorization", "status"),
    [
        (GRANT, "", 401),
        (GRANT, "Basic eDp5", 401),
        (GRANT, "client_id:x, client_secret:y", 401),
        (GRANT, "bearer x", 401),
        ([], "", 401),
        ({"client_id": 7, "client_secret": {}}, "", 401),
        ({"client_id": "\0", "client_secret": "\0"}, "", 401),
    ],
)
async def test_strangers_get_none(world: World, body: Any, authorization: str, status: int) -> None:
    said = await post(world, TOKEN, body, authorization)
    assert (said.status, said.json["status"]["error"], said.json["status"]["code"]) == (status, True, status)
    assert said.json["status"]["message"] == "Authentication Failure"
    assert (await post(world, REVOKE, {"access_token": "x"}, authorization)).status == 401


async def test_another_grant_and_a_broken_body(world: World) -> None:
    made = world.credential(Scope.READ_ALL)
    header = f"client_id:{made.credential.client_id}, client_secret:{made.secret}"
    assert (await post(world, TOKEN, {"grant_type": "password"}, header)).status == 400
    async with world.client.post(world.url + TOKEN, data=b"{", headers={"authorization": header}) as answer:
        assert answer.status == 400
    async with world.client.post(world.url + TOKEN, data=b"&".join([b"a=b"] * 99), headers={"content-type": FORM}) as answer:
        assert answer.status == 401
    async with world.client.get(world.url + TOKEN) as answer:
        assert answer.status == 401


async def test_a_revoked_token_is_good_for_nothing(world: World) -> None:
    made = world.credential(Scope.READ_ALL)
    header = f"client_id:{made.credential.client_id}, client_secret:{made.secret}"
    token = (await post(world, TOKEN, GRANT, header)).json["access_token"]
    assert (await world.ask("GET", "/api/2/users", authorization=f"bearer:{token}")).status == 200
    assert (await post(world, REVOKE, {}, header)).status == 400
    assert (await post(world, REVOKE, {"access_token": "another"}, header)).status == 200
    assert (await world.ask("GET", "/api/2/users", authorization=f"bearer {token}")).status == 200
    revoked = (await post(world, REVOKE, {"access_token": token}, header)).json
    assert revoked["status"] == {"error": False, "code": 200, "type": "success", "message": "Success"}
    said = await world.ask("GET", "/api/2/users", authorization=f"bearer {token}")
    assert (said.status, said.json) == (401, {"message": "Unauthorized", "statusCode": 401, "name": "UnauthorizedError"})
    assert (await post(world, TOKEN, GRANT, header)).json["access_token"] != token


async def test_a_deleted_credential_s_tokens_die_at_once(world: World) -> None:
    made = world.credential(Scope.READ_ALL, "gone")
    header = f"client_id:{made.credential.client_id}, client_secret:{made.secret}"
    token = (await post(world, TOKEN, GRANT, header)).json["access_token"]
    with world.changing() as c:
        actions.remove(c, "gone", actor=HAND, now=world.now)
    assert (await world.ask("GET", "/api/2/users", authorization=f"bearer {token}")).status == 401
    assert (await post(world, TOKEN, GRANT, header)).status == 401


async def test_the_rate_limit(world: World) -> None:
    with world.changing() as c:
        actions.set_calls_per_hour(c, 2, actor=HAND, now=world.now)
    look = await world.ask("GET", RATE_LIMIT, scope=Scope.AUTHENTICATION_ONLY)
    assert look.json["data"] == {"X-RateLimit-Limit": 2, "X-RateLimit-Remaining": 2, "X-RateLimit-Reset": 3600}
    said = [await world.ask("GET", "/api/2/users") for _ in range(3)]
    assert [one.status for one in said] == [200, 200, 429]
    assert [one.headers["x-ratelimit-remaining"] for one in said] == ["1", "0", "0"]
    assert said[2].json == {
        "message": "Rate limit exceeded: wait until it is reset.",
        "statusCode": 429,
        "name": "TooManyRequestsError",
    }
    assert said[2].headers["retry-after"] == "3600"
    assert (await world.ask("GET", RATE_LIMIT)).json["data"]["X-RateLimit-Remaining"] == 0
    with world.changing() as c:
        actions.set_calls_per_hour(c, 0, actor=HAND, now=world.now)
    free = await world.ask("GET", "/api/2/users")
    assert free.status == 200
    assert "x-ratelimit-limit" not in free.headers
