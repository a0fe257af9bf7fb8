"""The identity provider as an ASGI application: its worker lives as long as the server, and health says so."""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, cast

from lockstep.idp.app import IdpApp, build
from lockstep.idp.provisioning.engine import Engine


class Worker:
    """Stands in for the engine: works until it is stopped, or ends at once."""

    def __init__(self, *, ends: bool = False) -> None:
        self.started = 0
        self.stopped = False
        self._ends = ends

    async def serve(self, stop: Callable[[], bool]) -> None:
        self.started += 1
        for _ in range(0 if self._ends else 2_000):
            if stop():
                break
            await asyncio.sleep(0.01)
        self.stopped = True


async def ask(app: IdpApp, path: str) -> tuple[int, bytes]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app({"type": "http", "path": path, "method": "GET"}, receive, send)
    return sent[0]["status"], sent[1]["body"]


class Lifespan:
    """The server's side of the lifespan protocol."""

    def __init__(self, app: IdpApp) -> None:
        self._in: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._out: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._task = asyncio.ensure_future(app({"type": "lifespan"}, self._in.get, self._out.put))

    async def say(self, what: str) -> str:
        await self._in.put({"type": f"lifespan.{what}"})
        answer = await asyncio.wait_for(self._out.get(), 20)
        return str(answer["type"])


async def test_the_worker_lives_as_long_as_the_server() -> None:
    worker = Worker()
    app = build(cast(Engine, worker), worker=True)
    server = Lifespan(app)
    assert await server.say("startup") == "lifespan.startup.complete"
    assert await ask(app, "/healthz") == (200, b'{"ok":true}')
    assert await server.say("shutdown") == "lifespan.shutdown.complete"
    assert (worker.started, worker.stopped) == (1, True)


async def test_without_a_worker_none_is_started() -> None:
    worker = Worker()
    app = build(cast(Engine, worker), worker=False)
    server = Lifespan(app)
    await server.say("startup")
    assert await ask(app, "/healthz") == (200, b'{"ok":true}')
    await server.say("shutdown")
    assert worker.started == 0


async def test_a_worker_that_has_ended_is_not_healthy() -> None:
    app = build(cast(Engine, Worker(ends=True)), worker=True)
    server = Lifespan(app)
    await server.say("startup")
    for _ in range(200):
        if (await ask(app, "/healthz"))[0] == 503:
            break
        await asyncio.sleep(0.02)
    assert await ask(app, "/healthz") == (503, b'{"ok":false,"problem":"the worker has ended"}')
    await server.say("shutdown")


async def test_there_are_no_pages_yet() -> None:
    assert await ask(build(cast(Engine, Worker()), worker=False), "/users") == (404, b'{"error":"not found"}')
