"""All wiring of the identity provider: the engine's worker, and what answers over HTTP."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from lockstep.idp.provisioning.engine import Engine

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class IdpApp:
    """The ASGI application.  Its worker runs in a thread of its own, so that a long plan never delays an answer."""

    def __init__(self, engine: Engine, *, worker: bool) -> None:
        self._engine = engine
        self._with_worker = worker
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self._with_worker:
                    self._thread = threading.Thread(target=self._work, name="lockstep worker", daemon=True)
                    self._thread.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                self._stop.set()
                if self._thread is not None:
                    await asyncio.to_thread(self._thread.join, 30)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _work(self) -> None:
        asyncio.run(self._engine.serve(self._stop.is_set))

    def _health(self) -> tuple[int, bytes]:
        if self._thread is not None and not self._thread.is_alive():
            return 503, b'{"ok":false,"problem":"the worker has ended"}'
        return 200, b'{"ok":true}'

    async def _http(self, scope: Scope, send: Send) -> None:
        status, body = self._health() if scope["path"] == "/healthz" else (404, b'{"error":"not found"}')
        await send({"type": "http.response.start", "status": status, "headers": _JSON})
        await send({"type": "http.response.body", "body": body})


def build(engine: Engine, *, worker: bool) -> IdpApp:
    """The identity provider as an ASGI application, with or without the engine's worker inside."""
    return IdpApp(engine, worker=worker)


def work_until_stopped(engine: Engine) -> None:
    """Be the worker until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(engine.serve(stop.is_set))
