"""All wiring of the identity provider: the engine's worker, and what answers over HTTP."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from lockstep.idp import events
from lockstep.idp.api.application import Api
from lockstep.idp.api.context import Context as ApiContext
from lockstep.idp.api.context import SignIn, Sso
from lockstep.idp.apps.records import App
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.console.context import Context as ConsoleContext
from lockstep.idp.console.routes import build_console
from lockstep.idp.directory import housekeeping as directory
from lockstep.idp.directory.batches import work as batches
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.removed import actions as removed
from lockstep.idp.eventlog import housekeeping
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.signin import addresses, settings
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.signin.people import store as people
from lockstep.idp.signin.people.passwords import set_password
from lockstep.idp.signin.site.context import Context
from lockstep.idp.signin.site.routes import build_sign_in
from lockstep.kit import log
from lockstep.kit.db import Connection
from lockstep.kit.runner import Runner, open_runner

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WARN_SECONDS = 6 * 3600.0
"""How often it is looked whether the signing certificate ends soon, and who was deleted long ago."""
LEFT_SECONDS = 10.0
"""How often it is looked whether an action on many users was left by the process that began it."""
_JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class IdpApp:
    """The ASGI application.  Its worker runs in a thread of its own, so that a long plan never delays an answer.

    What needs an event loop is made at `lifespan.startup`, when the public URL is in the settings.
    """

    def __init__(self, engine: Engine, *, worker: bool) -> None:
        self._engine = engine
        self._with_worker = worker
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._runner: Runner | None = None
        self._context: Context | None = None
        self._site: Any = None
        self._console: Any = None
        self._api: Any = None
        self._console_context: ConsoleContext | None = None
        self._watches: list[asyncio.Task[None]] = []
        self._houses: dict[str, asyncio.Future[None]] = {}
        """The look after the events that is under way in a thread."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            if scope["path"] == "/healthz":
                await self._health(send)
            elif scope["path"] == "/admin" or scope["path"].startswith("/admin/"):
                await self._console(scope, receive, send)
            elif scope["path"].startswith(("/api/", "/auth/")):
                await self._api(scope, receive, send)
            else:
                await self._site(scope, receive, send)

    def stopping(self) -> None:
        """The server is about to stop: streams end, which nobody would wait for."""
        if self._console_context is not None:
            self._console_context.news.close()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._end()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _start(self) -> None:
        with self._engine.db.read() as c:
            origin = settings.read(c).public_url
        self._runner = open_runner(self._engine.db)
        self._context = Context(self._runner, self._engine.vault, self._engine.clock, origin)
        self._site = build_sign_in(self._context)
        self._console_context = ConsoleContext(self._engine, origin, self._context.hasher)
        self._console = build_console(self._console_context)
        self._api = Api(ApiContext(self._engine, self._context.hasher, sign_in_for_api(origin)))
        loop = asyncio.get_running_loop()
        watches = (
            self._look_after(self._runner),
            self._keep_house("events", housekeeping.EVERY_SECONDS, self._look_after_events),
            self._keep_house("directory", directory.EVERY_SECONDS, self._look_after_directory),
            self._keep_house("batches", LEFT_SECONDS, self._look_after_batches),
        )
        self._watches = [loop.create_task(one) for one in watches]
        if self._with_worker:
            self._thread = threading.Thread(target=self._work, name="lockstep worker", daemon=True)
            self._thread.start()

    async def _end(self) -> None:
        self._stop.set()
        for watch in self._watches:
            watch.cancel()
        if self._houses:
            await asyncio.wait(self._houses.values(), timeout=30)  # each looks whether to stop, and still needs the database
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 30)
        if self._context is not None:
            await self._context.hasher.close()
        if self._runner is not None:
            await self._runner.close()

    async def _look_after(self, runner: Runner) -> None:
        def look(c: Connection) -> None:
            certificates.warn(c, self._engine.clock())
            removed.forget_old(c, self._engine.clock())

        while True:
            try:
                await runner.write(look)
            except Exception:  # the next look may be better; the server serves on
                log.exception("the signing certificate and the deleted users could not be looked at")
            await asyncio.sleep(WARN_SECONDS)

    async def _keep_house(self, name: str, every: float, look: Callable[[], None]) -> None:
        """Look after something now and then, in a thread, which a stopping server waits for."""
        while True:
            house = self._houses[name] = asyncio.ensure_future(asyncio.to_thread(look))
            await asyncio.shield(house)
            await asyncio.sleep(every)

    def _look_after_events(self) -> None:
        engine = self._engine
        try:
            housekeeping.keep_house(engine.db, engine.vault, engine.clock, self._stop.is_set, engine.folder)
        except Exception:  # the next look may be better; the server serves on
            log.exception("the events could not be looked after")

    def _look_after_directory(self) -> None:
        engine = self._engine
        try:
            directory.keep_house(engine.db, engine.clock, self._stop.is_set)
        except Exception:  # the next look may be better; the server serves on
            log.exception("the directory could not be looked after")

    def _look_after_batches(self) -> None:
        try:
            batches.finish_left_lying(self._engine.db, self._engine.clock, stopped=self._stop.is_set)
        except Exception:  # likewise
            log.exception("actions on many users could not be looked at")

    def _work(self) -> None:
        asyncio.run(self._engine.serve(self._stop.is_set))

    async def _health(self, send: Send) -> None:
        status, body = 200, b'{"ok":true}'
        if self._thread is not None and not self._thread.is_alive():
            status, body = 503, b'{"ok":false,"problem":"the worker has ended"}'
        await send({"type": "http.response.start", "status": status, "headers": _JSON})
        await send({"type": "http.response.body", "body": body})


def sign_in_for_api(origin: str) -> SignIn:
    """What the sign-in side, below `origin`, does for the API beside it."""

    def give_password(c: Connection, user_id: int, stored: str, actor: str, now: int) -> None:
        set_password(c, user_of_id(c, user_id).user_name, stored, actor=actor, now=now)

    def sso_of(c: Connection, app: App) -> Sso | None:
        config, certificate = saml.of_app(c, app.id), certificates.active(c)
        if config is None or certificate is None:
            return None
        entity_id, location = addresses.entity_id(origin, config), addresses.sso_url(origin, config)
        name = f"Signing certificate {certificate.id}"
        return Sso(entity_id, location, "", entity_id, certificate.id, name, certificate.pem)

    return SignIn(give_password, people.end_sessions_of, sso_of)


def build(engine: Engine, *, worker: bool) -> IdpApp:
    """The identity provider as an ASGI application, with or without the engine's worker inside."""
    return IdpApp(engine, worker=worker)


def place(engine: Engine, origin: str) -> str:
    """Write down the public URL, before the application starts; what it was before ("" if there was none)."""
    with engine.db.write(serial=events.SERIAL) as c:
        return settings.set_public_url(c, origin, engine.clock())


def work_until_stopped(engine: Engine) -> None:
    """Be the worker until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(engine.serve(stop.is_set))
