"""A SCIM target on loopback that fails as targets fail, for tests of the engine.

It serves a `ScimStore` from a thread of its own, meters every request, and meets each with what a `FaultPlan` says.  The store
is worked on in that thread; a test looks at it, or changes it, while no request is under way.
"""

import asyncio
import base64
import contextlib
import json
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.support.fault_plan import DONE, SLOW, Fault, FaultPlan
from tests.support.scim_patch import Refused
from tests.support.scim_rules import Document, Kept, ScimStore

TOKEN = "a-token-for-tests"
PREFIX = "/tenant/scim/v2"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_PAGE = "<!doctype html><html><body>Please sign in to the network</body></html>"
_ANSWERS = {Fault.ERROR_500: 500, Fault.ERROR_503: 503, Fault.BUSY_429: 429, Fault.DONE_500: 500, Fault.DONE_503: 503}
_WAITS = {Fault.WAIT_503: 503, Fault.WAIT_429: 429}
_PAGES = {Fault.HTML_200: 200, Fault.HTML_502: 502}
_START_SECONDS = 10
_SETTLED_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that arrived.  `status` is what it was answered, or would have been: the work was done if it is 2xx."""

    method: str
    path: str
    fault: Fault | None
    status: int
    at: float = field(default_factory=time.monotonic)


class FaultyTarget:
    """The target.  Use it as a context manager; `url` and `token` are what an app needs."""

    def __init__(self, store: ScimStore | None = None, *, page_size: int = 100, late_seconds: float = 1.0) -> None:
        self.store = store if store is not None else ScimStore()
        self.plan = FaultPlan()
        self.token = TOKEN
        self.refused: set[str] = set()
        """Tokens that are answered 401."""
        self.seen: list[Seen] = []
        self.before: Callable[[ScimStore, int], None] = lambda _store, _number: None
        """Called before each request: for what happens behind the client's back."""
        self.arriving: Callable[[str, str], None] = lambda _method, _path: None
        """Called with method and path of each request before it is looked at."""
        self.retry_after = "0"
        self._page_size = page_size
        self._late_seconds = late_seconds
        self._port = 0
        self._open = 0
        self._broken: list[str] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._idle = asyncio.Event()
        """Set while no request is being answered."""

    @property
    def url(self) -> str:
        """The SCIM endpoint."""
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen: on the same port as before, if it did before."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="faulty target", daemon=True)
        self._thread.start()
        if not ready.wait(_START_SECONDS):
            raise RuntimeError("the faulty target did not start")

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._thread is not None and self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._thread = None
        if self._broken:
            raise AssertionError(f"the faulty target itself is wrong: {self._broken.pop()}")

    def count(self, method: str | None = None, *, done: bool = False) -> int:
        """Requests that arrived (of one method); only those whose work was done."""
        return sum(method in (None, seen.method) and (not done or 200 <= seen.status < 300) for seen in self.seen)

    def wait_idle(self) -> None:
        """Wait until nothing is being answered, and nothing more arrives of what was sent before."""
        seen = -1
        while self._open or seen != len(self.seen):
            seen = len(self.seen)
            time.sleep(_SETTLED_SECONDS)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop, self._idle = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        server = web.Server(self._handle)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        ready.set()
        await self._stop.wait()
        await site.stop()
        await self._idle.wait()  # a handler that is cancelled in its sleep would be reported as a failure of the server
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._open += 1
        self._idle.clear()
        try:
            return await self._met(request)
        except Exception:  # a mistake of the target's own: aiohttp answers 500, which the engine would bear
            self._broken.append(traceback.format_exc())
            raise
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _met(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        path = request.path_qs.removeprefix(PREFIX)
        self.arriving(request.method, path)
        self.before(self.store, len(self.seen))
        if request.headers.get("Authorization") != f"Bearer {self.token}" or self.token in self.refused:
            return self._answered(request, path, None, 401, _error(401, "UnauthorizedException"))
        fault = self.plan.draw(request.method, path, body)
        if fault is None or fault in DONE:
            status, answer = self._work(request, body)
        else:
            status, answer = 0, None
        return await self._fail(request, path, fault, status, answer)

    async def _fail(
        self, request: web.BaseRequest, path: str, fault: Fault | None, status: int, answer: Document | None
    ) -> web.StreamResponse:
        if fault is None:
            return self._answered(request, path, None, status, answer)
        self.seen.append(Seen(request.method, path, fault, status))
        if fault in SLOW:
            await self._sleep()
            return web.Response(status=504)
        if fault in (Fault.DROPPED, Fault.DROPPED_DONE):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=504)
        if fault in _PAGES:
            return web.Response(status=_PAGES[fault], text=_PAGE, content_type="text/html")
        if fault in _WAITS:
            headers = {"Retry-After": self.retry_after}
            return web.json_response(_error(_WAITS[fault], str(fault)), status=_WAITS[fault], headers=headers)
        return web.json_response(_error(_ANSWERS[fault], str(fault)), status=_ANSWERS[fault])

    async def _sleep(self) -> None:
        if self._stop is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), self._late_seconds)

    def _answered(
        self, request: web.BaseRequest, path: str, fault: Fault | None, status: int, answer: Document | None
    ) -> web.Response:
        self.seen.append(Seen(request.method, path, fault, status))
        return web.Response(status=status) if answer is None else web.json_response(answer, status=status)

    def _work(self, request: web.BaseRequest, body: bytes) -> tuple[int, Document | None]:
        """Do what the request asks for; its status and body."""
        kind, _, number = request.path.removeprefix(f"{PREFIX}/").partition("/")
        try:
            sent = json.loads(body) if body else None
            if number:
                return self._one(request.method, kind, number, sent)
            if request.method == "POST" and kind in ("Users", "Groups") and isinstance(sent, dict):
                return 201, self.store.create_user(sent) if kind == "Users" else self.store.create_group(sent)
            if request.method == "GET" and kind in ("Users", "Groups"):
                return 200, self._list(kind, request)
            raise Refused(404, "no such endpoint")
        except Refused as refused:
            return refused.status, _error(refused.status, refused.detail)
        except ValueError:
            return 400, _error(400, "Request is unparsable, syntactically incorrect, or violates schema.")

    def _one(self, method: str, kind: str, number: str, sent: Any) -> tuple[int, Document | None]:
        store = self.store
        kept = store.users if kind == "Users" else store.groups
        if method == "GET":
            if number not in kept:
                raise Refused(404, f"{number} not found")
            return 200, kept[number].document
        if method == "PATCH" and kind == "Users":
            return 200, store.patch_user(number, sent)
        if method == "PATCH":
            store.patch_group(number, sent)
            return 204, None
        if method == "DELETE":
            (store.delete_user if kind == "Users" else store.delete_group)(number)
            return 204, None
        raise Refused(400, "this operation is unsupported")

    def _list(self, kind: str, request: web.BaseRequest) -> Document:
        text = request.query.get("filter")
        found = self.store.find_users(text) if kind == "Users" else self.store.find_groups(text)
        size = min(int(request.query.get("count", "100")), self._page_size)
        if "cursor" not in request.query:
            page = found[:size]
            return {"schemas": [_LIST], "totalResults": len(page), "startIndex": 1, **_resources(kind, page)}
        after = _position(request.query["cursor"], text)
        left = [kept for kept in found if kept.number > after]
        answer = {"schemas": [_LIST], **_resources(kind, left[:size])}
        if len(left) > size:
            answer["nextCursor"] = base64.urlsafe_b64encode(json.dumps([left[size - 1].number, text]).encode()).decode()
        return answer


def _position(cursor: str, text: str | None) -> int:
    """The number after which a page begins.  A cursor is bound to its filter."""
    if not cursor:
        return 0
    number, filtered = json.loads(base64.urlsafe_b64decode(cursor))
    if filtered != text:
        raise Refused(400, "the filter has changed")
    return int(number)


def _resources(kind: str, page: list[Kept]) -> Document:
    """Members can never be read from a group: a list shows it without any."""
    shown = [kept.document if kind == "Users" else {**kept.document, "members": []} for kept in page]
    return {"itemsPerPage": len(shown), "Resources": shown}


def _error(status: int, detail: str) -> Document:
    return {"schema": [_ERROR], "schemas": [_ERROR], "detail": detail, "status": str(status)}
