"""The application as a whole."""

from collections.abc import MutableMapping
from typing import Any

from lockstep.center.app import build
from lockstep.kit.db import Database
from tests.center.client import Client, request


async def test_lifespan_starts_and_stops(database: Database) -> None:
    messages: list[MutableMapping[str, Any]] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await build(database)({"type": "lifespan"}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_other_paths_are_404(scim: Client) -> None:
    assert (await request(scim.app, "GET", "/", headers={})).status == 404


async def test_a_public_url_stands_in_locations(scim: Client) -> None:
    public = build(scim.stage.database, public_url="https://scim.example/")
    await public.start()
    headers = {"authorization": f"Bearer {scim.token}", "host": "10.0.0.1:8090"}
    answer = await request(public, "GET", f"{scim.instance.scim_path}/ResourceTypes", headers=headers)
    await public.stop()
    location = answer.resources[1]["meta"]["location"]
    assert location == f"https://scim.example{scim.instance.scim_path}/ResourceTypes/Group"


async def test_a_client_that_goes_away_leaves_nothing(scim: Client) -> None:
    sent: list[Any] = []
    messages: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": b'{"displayName":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{scim.instance.scim_path}/Groups",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {scim.token}".encode())],
        "client": None,
        "scheme": "http",
    }
    await scim.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert (await scim.get("/Groups")).ids == []
