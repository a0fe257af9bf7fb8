"""OneLogin's API on loopback, as far as a reader of it goes, written from what its documents and its SDK say.

Version 2 gives bare arrays and cursors in headers, version 1 an object with `pagination`.  Lists leave out roles, managers and
custom fields unless `fields` names them; a cursor and `limit` exclude each other.  It fails as told.
"""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

CLIENT_ID, SECRET = "a-client-id", "a-client-secret"
_START_SECONDS = 10
_OPTIONAL = ("role_ids", "custom_attributes", "manager_user_id", "manager_ad_id")
Row = dict[str, Any]


@dataclass
class FakeOneLogin:
    """An account.  `faults` are met by the next requests to a path, one each."""

    users: dict[int, Row] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    page: int = 3
    gives_roles: bool = True
    """Whether `role_ids` comes where it is asked for."""
    totals: bool = True
    paging: str = "cursors"
    """"numbers" where answers say nothing of pages, and only `page` goes on."""
    scope: str = "Read All"
    seen: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """(path, what happens): 429, 500, cut, html, redirect, expired, repeat, short."""
    fault_from: tuple[str, str] = ("", "")
    """(part of an address, what happens): to every request with that in its address."""
    stuck: bool = False
    """Every page names the same next one, and is empty after the first."""
    reset: str = "0"
    port: int = 0
    now: datetime = field(default_factory=lambda: datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC))
    _tokens: int = 0
    _token: str = ""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def user(self, number: int, **more: Any) -> Row:
        """Make or change a user, with the event of it."""
        created = number not in self.users
        usual = {
            "id": number,
            "username": f"user{number}",
            "email": f"user{number}@example.com",
            "firstname": "User",
            "lastname": str(number),
            "status": 1,
            "state": 1,
            "group_id": None,
            "external_id": None,
            "manager_user_id": None,
            "role_ids": [],
            "custom_attributes": dict.fromkeys(self.fields),
        }
        row = self.users.setdefault(number, usual)
        row |= more
        self.event(13 if created else 14, user_id=number)
        row["updated_at"] = self.events[-1]["created_at"]
        return row

    def delete(self, number: int) -> None:
        """Delete a user, with the event of it."""
        del self.users[number]
        self.event(17, user_id=number)

    def event(self, kind: int, **more: Any) -> Row:
        """Something happened, a second after what happened before."""
        self.now += timedelta(seconds=1)
        at = self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row = {"id": 9_000 + len(self.events), "event_type_id": kind, "created_at": at, "user_id": None, "role_id": None}
        self.events.append({**row, **more})
        return self.events[-1]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Any request."""
        self.seen.append(request.path_qs)
        fault = self._next_fault(request.path)
        if self.fault_from[0] and self.fault_from[0] in request.path_qs:
            fault = self.fault_from[1]
        if fault and fault not in ("repeat", "short"):
            return await self._failed(request, fault)
        if request.path == "/auth/oauth2/v2/token":
            return await self._give_token(request)
        if request.headers.get("Authorization") != f"bearer {self._token}":
            return _error(401, "UnauthorizedError", "Unauthorized")
        return self._answer(request, fault)

    def _next_fault(self, path: str) -> str:
        for place, (where, what) in enumerate(self.faults):
            if where == path:
                del self.faults[place]
                return what
        return ""

    async def _failed(self, request: web.BaseRequest, fault: str) -> web.StreamResponse:
        if fault == "429":
            headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": self.reset}
            return web.json_response({"message": "rate limit exceeded", "statusCode": 429}, status=429, headers=headers)
        if fault == "500":
            return _error(500, "InternalServerError", "Internal Server Error")
        if fault == "html":
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        if fault == "redirect":
            return web.Response(status=302, headers={"Location": "https://elsewhere.example.com/"})
        if fault == "expired":
            self._token = ""
            return _error(401, "UnauthorizedError", "Unauthorized")
        assert fault == "cut", fault
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'[{"id": 1, "email"')
        assert request.transport is not None
        request.transport.close()
        return response

    async def _give_token(self, request: web.BaseRequest) -> web.Response:
        form = await request.post()
        wanted = "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != wanted or form.get("grant_type") != "client_credentials":
            return web.json_response({"status": {"error": True, "code": 401, "message": "Authentication Failure"}}, status=401)
        if not self._token:
            self._tokens += 1
            self._token = f"token-{self._tokens}"
        given = {"access_token": self._token, "expires_in": 36_000, "token_type": "bearer", "account_id": 1}
        return web.json_response(given)

    def _answer(self, request: web.BaseRequest, fault: str) -> web.Response:
        parts = request.path.strip("/").split("/")
        match parts:
            case ["api", "2", "users"]:
                return self._v2(request, self._filtered(request), fault)
            case ["api", "2", "users", "custom_attributes"]:
                listed = [{"id": place, "name": name.title(), "shortname": name} for place, name in enumerate(self.fields)]
                return web.json_response(listed)
            case ["api", "2", "roles"]:
                return self._v2(request, [{"id": number, "name": name} for number, name in self.roles.items()], fault)
            case ["api", "2", "roles", number, "users"]:
                inside = [{"id": key} for key, row in self.users.items() if int(number) in row["role_ids"]]
                return self._v2(request, inside, fault)
            case ["api", "1", "groups"] if self.scope == "Read All":
                return self._v1(request, [{"id": number, "name": name} for number, name in self.groups.items()])
            case ["api", "1", "events"] if self.scope == "Read All":
                return self._v1(request, self._events(request))
        if self.scope == "Read All":
            return _error(404, "NotFoundError", "Not found")
        return _error(403, "ForbiddenError", "Insufficient Permissions")

    def _filtered(self, request: web.BaseRequest) -> list[Row]:
        wanted = [name for name in request.query.get("fields", "").split(",") if name]
        ids = [int(one) for one in request.query.get("user_ids", "").split(",") if one]
        since = request.query.get("updated_since", "")
        found = []
        for number, row in sorted(self.users.items()):
            if (ids and number not in ids) or (since and row["updated_at"] < since):
                continue
            shown = {name: value for name, value in row.items() if name in wanted or (not wanted and name not in _OPTIONAL)}
            if not self.gives_roles:
                shown.pop("role_ids", None)
            found.append({**shown, "id": number})
        return found

    def _events(self, request: web.BaseRequest) -> list[Row]:
        since, sort = request.query.get("since", ""), request.query.get("sort", "-id")
        found = [one for one in self.events if one["created_at"] >= since]
        return found if sort == "+id" else found[::-1]

    def _v2(self, request: web.BaseRequest, listed: list[Row], fault: str) -> web.Response:
        query = request.query
        if "cursor" in query and ("limit" in query or "page" in query):
            return _error(400, "BadRequestError", "cursor and limit exclude each other")
        size = min(int(query.get("limit", self.page)), self.page)
        begin = 0 if fault == "repeat" else int(query.get("cursor", (int(query.get("page", "1")) - 1) * size))
        page = listed[begin : begin + size]
        if self.paging == "numbers":
            return web.json_response(page)
        headers = {"total-count": str(len(listed))} if self.totals else {}  # small letters, as in HTTP/2
        if self.stuck:
            page, headers["after-cursor"] = page if begin == 0 else [], str(size)
        elif begin + size < len(listed) and fault != "short":
            headers["after-cursor"] = str(begin + size)
        return web.json_response(page, headers=headers)

    def _v1(self, request: web.BaseRequest, listed: list[Row]) -> web.Response:
        begin = int(request.query.get("after_cursor", "0"))
        size = min(int(request.query.get("limit", "50")), 50)
        after = str(begin + size) if begin + size < len(listed) else None
        rest = {name: value for name, value in request.query.items() if name != "after_cursor"}
        link = str(request.url.with_query({**rest, "after_cursor": after}).with_host("api.example.com")) if after else None
        paging = {"before_cursor": None, "after_cursor": after, "previous_link": None, "next_link": link}
        status = {"error": False, "code": 200, "type": "success", "message": "Success"}
        return web.json_response({"status": status, "pagination": paging, "data": listed[begin : begin + size]})


def _error(status: int, name: str, message: str) -> web.Response:
    return web.json_response({"message": message, "statusCode": status, "name": name}, status=status)


@contextmanager
def served(account: FakeOneLogin) -> Iterator[FakeOneLogin]:
    """The account answers, at `account.url`."""
    ready = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        runner = web.ServerRunner(web.Server(account.handle), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        account.port = runner.addresses[0][1]
        ended = asyncio.Event()
        stop.append((asyncio.get_running_loop(), ended))
        ready.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="fake OneLogin", daemon=True)
    thread.start()
    assert ready.wait(_START_SECONDS), "the fake OneLogin did not start"
    try:
        yield account
    finally:
        loop, ended = stop[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join()
