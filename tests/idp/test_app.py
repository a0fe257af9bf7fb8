"""The identity provider as an ASGI application: its worker lives as long as the server, and its pages answer."""

import asyncio
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp import app as idp_app
from lockstep.idp import events
from lockstep.idp.app import IdpApp, build, place
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.batches import actions as batches
from lockstep.idp.directory.batches.records import Action
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.eventlog import housekeeping, sealing
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.idp.storage import open_idp
from lockstep.kit import log
from lockstep.kit.vault import open_vault
from tests.support.browser import Browser, into

ORIGIN = "http://127.0.0.1:8080"


class Worker(Engine):
    """An engine that does nothing: works until it is stopped, or ends at once."""

    ends = False
    started = 0
    stopped = False

    async def serve(self, stop: Callable[[], bool]) -> None:
        self.started += 1
        for _ in range(0 if self.ends else 2_000):
            if stop():
                break
            await asyncio.sleep(0.01)
        self.stopped = True


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    database = open_idp(tmp_path, None)
    yield Worker(database, open_vault(tmp_path / "key", may_create=True))
    database.close()


async def ask(app: IdpApp, path: str) -> tuple[int, bytes]:
    answer = await Browser(into(app), ORIGIN).get(path)
    return answer.status, answer.body


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


async def test_the_worker_lives_as_long_as_the_server(worker: Worker) -> None:
    app = build(worker, worker=True)
    server = Lifespan(app)
    assert await server.say("startup") == "lifespan.startup.complete"
    assert await ask(app, "/healthz") == (200, b'{"ok":true}')
    assert await server.say("shutdown") == "lifespan.shutdown.complete"
    assert (worker.started, worker.stopped) == (1, True)


async def test_without_a_worker_none_is_started(worker: Worker) -> None:
    app = build(worker, worker=False)
    server = Lifespan(app)
    await server.say("startup")
    assert await ask(app, "/healthz") == (200, b'{"ok":true}')
    await server.say("shutdown")
    assert worker.started == 0


async def test_a_worker_that_has_ended_is_not_healthy(worker: Worker) -> None:
    worker.ends = True
    app = build(worker, worker=True)
    server = Lifespan(app)
    await server.say("startup")
    for _ in range(200):
        if (await ask(app, "/healthz"))[0] == 503:
            break
        await asyncio.sleep(0.02)
    assert await ask(app, "/healthz") == (503, b'{"ok":false,"problem":"the worker has ended"}')
    await server.say("shutdown")


async def test_pages_follow_the_public_url_that_was_written_down(worker: Worker) -> None:
    assert place(worker, "https://login.example.com") == ""
    app = build(worker, worker=False)
    server = Lifespan(app)
    await server.say("startup")
    browser = Browser(into(app), ORIGIN)
    answer = await browser.get("/login")
    assert answer.status == 200
    assert list(browser.cookies) == ["__Host-lockstep_idp_browser"]
    assert answer.header("strict-transport-security")
    assert (await ask(app, "/users"))[0] == 404
    assert (await ask(app, "/admin"))[0] == 303
    assert b"Administration" in (await ask(app, "/admin/login"))[1]
    assert (await ask(app, "/administrators"))[0] == 404
    await server.say("shutdown")
    assert place(worker, ORIGIN) == "https://login.example.com"


async def test_the_certificate_is_looked_at_again_and_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    enough = asyncio.Event()

    def warn(_connection: object, now: int) -> None:
        looked.append(now)
        if len(looked) == 3:
            enough.set()
        raise RuntimeError("the database is gone for a moment")

    monkeypatch.setattr(idp_app, "WARN_SECONDS", 0.01)
    monkeypatch.setattr(log, "exception", lambda _event: None)
    monkeypatch.setattr(certificates, "warn", warn)
    server = Lifespan(build(worker, worker=False))
    await server.say("startup")
    await asyncio.wait_for(enough.wait(), 20)
    await server.say("shutdown")


async def test_the_events_are_sealed_again_and_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "EVERY_SECONDS", 0.01)

    def sealed() -> int:
        with worker.db.read() as c:
            seal = sealing.read(c, worker.vault)
        return 0 if seal is None else seal.head.seq

    server = Lifespan(build(worker, worker=False))
    await server.say("startup")
    for number in range(1, 4):
        with worker.db.write(serial=events.SERIAL) as c:
            events.append(c, Event(type=EventType.SYNC_FINISHED), number)
        for _ in range(500):
            if sealed() == number:
                break
            await asyncio.sleep(0.02)
        assert sealed() == number
    await server.say("shutdown")


async def test_a_look_after_the_events_that_fails_is_not_the_last(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def keep_house(*_: object) -> None:
        looked.append("")
        raise RuntimeError("the database is gone for a moment")

    monkeypatch.setattr(housekeeping, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(housekeeping, "keep_house", keep_house)
    monkeypatch.setattr(log, "exception", lambda _event: None)
    server = Lifespan(build(worker, worker=False))
    await server.say("startup")
    for _ in range(500):
        if len(looked) > 2:
            break
        await asyncio.sleep(0.02)
    await server.say("shutdown")
    assert len(looked) > 2


async def test_a_stop_waits_for_the_look_after_the_events(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    def keep_house(_db: object, _vault: object, _clock: object, stopped: Callable[[], bool], _folder: object) -> None:
        for _ in range(1_000):
            if stopped():
                break
            time.sleep(0.01)
        ended.append(stopped())

    monkeypatch.setattr(housekeeping, "keep_house", keep_house)
    server = Lifespan(build(worker, worker=False))
    await server.say("startup")
    await asyncio.sleep(0.05)
    await server.say("shutdown")
    assert ended == [True]


async def test_an_action_on_many_that_was_left_is_finished_and_who_was_deleted_long_ago_is_forgotten(worker: Worker) -> None:
    with worker.db.write(serial=events.SERIAL) as c:
        users = [directory.create_user(c, {"user_name": f"u{number}"}, actor="root", now=1) for number in range(3)]
        directory.remove_user(c, users[2].id, actor="root", now=1)
        batch = batches.ask(c, Action.SUSPEND, [user.id for user in users[:2]], actor="root", now=1)
    server = Lifespan(build(worker, worker=False))
    await server.say("startup")
    for _ in range(200):
        with worker.db.read() as c:
            found, kept = batches.find(c, batch.id), removed.newest(c, limit=9)
        if found.finished_at and not kept:
            break
        await asyncio.sleep(0.02)
    assert (found.changed, kept) == (2, [])
    await server.say("shutdown")
