"""Two tokens for one target: a refused one gives way to the other inside the same request."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from lockstep.scim.client import ScimClient
from tests.scim.test_client import Handler, talking

OLD, NEW, OTHER = "secret", "new", "other"


@dataclass
class Known:
    """The tokens that there are, and what was told about them."""

    there_now: list[str] = field(default_factory=lambda: [OLD, NEW])
    told: list[tuple[dict[str, int], str]] = field(default_factory=list)
    asked: int = 0

    def there(self) -> Sequence[str]:
        self.asked += 1
        return list(self.there_now)

    def answered(self, refused: Mapping[str, int], took: str) -> None:
        self.told.append((dict(refused), took))


class Target:
    """Takes some tokens, and answers those with what it is told to."""

    def __init__(self, *takes: str, refusal: int = 401) -> None:
        self.takes, self.refusal = set(takes), refusal
        self.asked: list[str] = []
        self.then: list[int] = []
        self.pause = 0.0

    async def handler(self, request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append(token)
        await asyncio.sleep(self.pause)
        if token not in self.takes:
            return web.json_response({"detail": "who is this?"}, status=self.refusal)
        return web.json_response({"id": "1"}, status=self.then.pop(0) if self.then else 200, headers={"Retry-After": "0"})

    def client(self, known: Known | None) -> Any:
        handler: Handler = self.handler
        return talking(handler, tokens=known)


@pytest.mark.parametrize("refusal", [401, 403])
async def test_the_other_token_is_tried_at_once_and_used_from_then_on(refusal: int) -> None:
    target, known = Target(NEW, refusal=refusal), Known()
    async with target.client(known) as client:
        answer = await client.request("POST", "/Users", {"userName": "a"})
        assert (answer.status, answer.sends, client.token) == (200, 1, NEW)  # a refusal says that nothing was done
        assert (await client.request("GET", "/Users")).status == 200
        assert client.meter.sent == 3
    assert target.asked == [OLD, NEW, NEW]
    assert (known.told, known.asked) == ([({OLD: refusal}, NEW)], 1)


async def test_without_another_token_the_refusal_is_the_answer() -> None:
    target, known = Target(), Known([OLD])
    async with target.client(known) as client:
        assert (await client.request("GET", "/Users")).status == 401
    async with target.client(None) as client:
        assert (await client.request("GET", "/Users")).status == 401
    assert target.asked == [OLD, OLD]
    assert known.told == [({OLD: 401}, "")]


async def test_each_is_tried_once_where_all_are_refused() -> None:
    target, known = Target(), Known()
    async with target.client(known) as client:
        assert (await client.request("GET", "/Users")).status == 401
    assert target.asked == [OLD, NEW]
    assert known.told == [({OLD: 401, NEW: 401}, "")]


async def test_one_that_was_given_meanwhile_is_found() -> None:
    target, known = Target(OTHER), Known([OTHER])
    async with target.client(known) as client:
        assert (await client.request("GET", "/Users")).status == 200
    assert target.asked == [OLD, OTHER]
    assert known.told == [({OLD: 401}, OTHER)]


async def test_many_requests_at_once_find_the_other_token_without_a_failure() -> None:
    target, known = Target(NEW), Known()
    target.pause = 0.02
    async with target.client(known) as client:
        found = await asyncio.gather(*(client.request("GET", f"/Users/{one}") for one in range(16)))
        assert {answer.status for answer in found} == {200}
        assert client.meter.sent == 16 + target.asked.count(OLD)
        assert [client.token, (await client.request("GET", "/Users")).status] == [NEW, 200]
    assert known.asked == 1
    assert set(map(str, known.told)) == {str(({OLD: 401}, NEW))}


async def test_a_target_that_throttles_or_fails_says_nothing_about_a_token() -> None:
    target, known = Target(NEW), Known()
    target.then = [429, 200]
    async with target.client(known) as client:
        answer = await client.request("POST", "/Users", {})
        assert (answer.status, answer.sends) == (200, 2)
        assert known.told == [({OLD: 401}, NEW)]
    failing, silent = Target(NEW), Known()
    failing.then = [500]
    async with failing.client(silent) as client:
        assert (await client.request("GET", "/Users")).status == 500
    assert silent.told == []


async def test_the_token_goes_out_with_each_request() -> None:
    target = Target(OLD, NEW)
    async with target.client(None) as client:
        assert isinstance(client, ScimClient)
        await client.request("GET", "/Users")
        client.token = NEW
        await client.request("GET", "/Users")
    assert target.asked == [OLD, NEW]
