"""A target is asked with two reads, and whatever it answers is told from what it says."""

from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from lockstep.idp.apps.capabilities.asking import ask, ask_by
from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.scim.client import ScimClient
from lockstep.scim.messages import SPC, USER


async def asked(status: int, body: Any, seen: list[tuple[str, str]], before: Found | None = None) -> Found:
    async def answer(request: web.Request) -> web.Response:
        seen.append((request.method, request.path))
        return web.json_response(body, status=status, content_type="application/scim+json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        url = str(server.make_url("/scim/v2"))
        if before is None:
            return await ask(url, "token", 7)
        async with ScimClient(url, "token") as client:
            return await ask_by(client, 7, before)
    finally:
        await server.close()


async def test_two_reads() -> None:
    seen: list[tuple[str, str]] = []
    assert await asked(200, {"schemas": [SPC], "patch": {"supported": True}}, seen) == Found(Said(patch=True), 7)
    assert seen == [("GET", "/scim/v2/ServiceProviderConfig"), ("GET", "/scim/v2/Schemas")]


async def test_schemas_that_describe_a_user_are_kept() -> None:
    body = {"schemas": [SPC], "patch": {"supported": True}, "Resources": [{"id": USER, "attributes": [{"name": "userName"}]}]}
    found = await asked(200, body, [])
    assert msgspec.json.decode(found.schemas) == body


async def test_the_schemas_of_aws_are_known() -> None:
    seen: list[tuple[str, str]] = []
    body = {"schemas": [SPC], "documentationUri": "https://docs.aws.amazon.com/singlesignon/latest/developerguide/x.html"}
    await asked(200, body, seen)
    assert seen == [("GET", "/scim/v2/ServiceProviderConfig")]


@pytest.mark.parametrize(
    ("status", "body", "words"), [(404, {"detail": "?"}, "answered with 404"), (200, {"a": 1}, "something else")]
)
async def test_a_target_that_says_nothing(status: int, body: Any, words: str) -> None:
    found = await asked(status, body, [])
    assert (found.said, found.asked_at) == (Said(), 7)
    assert words in found.problem


async def test_what_was_shown_before_stays_known() -> None:
    before = Found(Said(bulk=True), 3, "", frozenset({"bulk"}), 100, 4)
    found = await asked(200, {"schemas": [SPC], "patch": {"supported": False}}, [], before)
    assert found == Found(Said(patch=False), 7, "", frozenset({"bulk"}), 100, 4)
    failed = await asked(500, {}, [], before)
    assert (failed.said, failed.refused, failed.members) == (before.said, before.refused, 100)


async def test_no_answer() -> None:
    found = await ask(f"http://127.0.0.1:{unused_port()}/scim/v2", "token", 7)
    assert found.problem.startswith("no answer: ")
