"""The SCIM client against a real server on this machine."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from lockstep.scim import client as module
from lockstep.scim.client import (
    MAX_ANSWER_BYTES,
    Answer,
    Budget,
    ListError,
    ScimClient,
    TransportError,
    quoted,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LIST = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_PAUSES", (0.0, 0.0, 0.0))


@asynccontextmanager
async def talking(handler: Handler, **options: Any) -> AsyncIterator[ScimClient]:
    """A client of a server that answers everything with `handler`."""
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with ScimClient(str(server.make_url("/scim/v2/")), "secret", **{"rate": 10_000.0, **options}) as client:
            yield client
    finally:
        await server.close()


Given = tuple[int, Any] | Callable[[], web.Response]
"""A status and a JSON body, or what makes the answer anew each time."""


def answers(*given: Given) -> tuple[Handler, list[web.Request]]:
    """A handler that gives these answers one after the other, the last one again and again; and what it was asked."""
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        await request.read()
        asked.append(request)
        one = given[min(len(asked), len(given)) - 1]
        return web.json_response(one[1], status=one[0]) if isinstance(one, tuple) else one()

    return handler, asked


def throttle(status: int = 429, after: str | None = "0") -> Given:
    return lambda: web.Response(status=status, headers={} if after is None else {"Retry-After": after})


async def test_a_request_as_it_goes_out() -> None:
    handler, asked = answers((201, {"id": "1"}))
    async with talking(handler) as client:
        answer = await client.request("POST", "/Users", {"userName": "é"})
        assert (answer.status, answer.body, answer.ok, answer.sends) == (201, {"id": "1"}, True, 1)
        assert client.meter.sent == 1
    [request] = asked
    assert (request.method, request.path) == ("POST", "/scim/v2/Users")
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Content-Type"] == "application/scim+json"
    assert request.headers["Accept"] == "application/scim+json, application/json"
    assert json.loads(await request.read()) == {"userName": "é"}


@pytest.mark.parametrize(
    ("answer", "ok", "is_scim", "detail"),
    [
        (Answer(200, {"id": "1"}, "application/scim+json", "{}"), True, True, "{}"),
        (Answer(204, None, "application/octet-stream", ""), True, True, ""),
        (Answer(200, None, "text/html", "<html>"), False, False, "<html>"),
        (Answer(200, [], "application/json", "[]"), False, False, "[]"),
        (Answer(400, {"detail": "no"}, "application/json", "{}"), False, True, "no"),
        (Answer(404, {"detail": 5}, "application/json", " text "), False, True, "text"),
        (Answer(500, None, "text/html", "x" * 500), False, True, "x" * 200),
    ],
)
def test_what_an_answer_says(answer: Answer, ok: bool, is_scim: bool, detail: str) -> None:
    assert (answer.ok, answer.is_scim, answer.detail) == (ok, is_scim, detail)


@pytest.mark.parametrize("body", [b"", b"no json", b"{", b"\xff\xfe", b'"\xc3\x28"'])
async def test_a_body_that_is_no_json(body: bytes) -> None:
    handler, _ = answers(lambda: web.Response(status=502, body=body))
    async with talking(handler) as client:
        answer = await client.request("GET", "/Users")
    assert (answer.status, answer.body) == (502, None)


async def test_what_is_not_permitted_any_more_is_not_sent_however_long_it_has_waited() -> None:
    """Asked after the wait for its turn, and before each repeat."""
    handler, asked = answers(throttle(), (200, {}))
    allowed = [True, False]
    async with talking(handler) as client:
        client.permit = lambda: allowed.pop(0)
        with pytest.raises(TransportError) as caught:
            await client.request("GET", "/Users/1")
        assert (caught.value.sent, client.meter.sent, len(asked), allowed) == (False, 1, 1, [])


@pytest.mark.parametrize("status", [429, 503])
async def test_throttling_is_waited_out(status: int) -> None:
    handler, asked = answers(throttle(status), throttle(status), (200, {"id": "1"}))
    async with talking(handler) as client:
        answer = await client.request("PATCH", "/Users/1", {"x": 1})
        assert (answer.status, answer.sends, client.meter.sent, client.meter.throttled) == (200, 3, 3, 2)
        assert client.budget.current < client.budget.rate
    assert [await request.json() for request in asked] == [{"x": 1}] * 3


async def test_throttling_without_end_is_an_answer_at_last() -> None:
    handler, asked = answers(throttle())
    async with talking(handler, patience=4) as client:
        assert (await client.request("GET", "/Users")).status == 429
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("after", "least", "most"),
    [
        ("0", 0.0, 0.0),
        ("7", 7.0, 7.0),
        ("0.5", 0.5, 0.5),
        ("-3", 0.0, 0.0),
        ("100000", 300.0, 300.0),
        ("inf", 300.0, 300.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.4, 0.6),
        ("soon", 0.4, 0.6),
        (None, 0.4, 0.6),
    ],
)
async def test_how_long_is_waited(after: str | None, least: float, most: float, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Budget, "throttled", lambda _self, seconds: waits.append(seconds))
    handler, _ = answers(throttle(after=after), (200, {}))
    async with talking(handler) as client:
        await client.request("GET", "/Users")
    assert len(waits) == 1
    assert least <= waits[0] <= most


async def test_own_pauses_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Budget, "throttled", lambda _self, seconds: waits.append(seconds))
    handler, _ = answers(throttle(after=None))
    async with talking(handler, patience=9) as client:
        await client.request("GET", "/Users")
    middles = [min(0.5 * 2**step, 30.0) for step in range(9)]
    assert all(0.8 * middle <= wait <= 1.2 * middle for wait, middle in zip(waits, middles, strict=True))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(status: int) -> None:
    handler, asked = answers(lambda: web.Response(status=status, headers={"Location": "/stolen"}))
    async with talking(handler) as client:
        answer = await client.request("POST", "/Users", {})
    assert (answer.status, [request.path for request in asked]) == (status, ["/scim/v2/Users"])


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    handler, _ = answers((200, {}))
    async with talking(handler) as client:
        assert (await client.request("GET", "/Users")).ok


def large(size: int, *, packed: bool = False) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        raw = b'"' + b"x" * (size - 2) + b'"'
        if packed:
            return web.Response(body=gzip.compress(raw, 1), headers={"Content-Encoding": "gzip"})
        return web.Response(body=raw)

    return handler


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_that_is_too_large_is_not_read(packed: bool) -> None:
    async with talking(large(MAX_ANSWER_BYTES + 1, packed=packed)) as client:
        with pytest.raises(TransportError, match="the answer is larger than 16 MiB") as failed:
            await client.request("GET", "/Users")
    assert failed.value.sent


async def test_an_answer_of_just_that_size_is_read() -> None:
    async with talking(large(MAX_ANSWER_BYTES)) as client:
        answer = await client.request("GET", "/Users")
    assert (len(answer.body), len(answer.text)) == (MAX_ANSWER_BYTES - 2, 2_000)


async def test_who_could_not_be_reached_was_sent_nothing() -> None:
    async with ScimClient(f"http://127.0.0.1:{unused_port()}/", "t") as client:
        with pytest.raises(TransportError) as failed:
            await client.request("POST", "/Users", {})
    assert not failed.value.sent


async def cut(request: web.Request) -> web.Response:
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_broken_connection_may_have_taken_effect_and_is_not_repeated_here(method: str) -> None:
    asked = []

    async def counted(request: web.Request) -> web.Response:
        asked.append(request.method)
        return await cut(request) if len(asked) > 1 else web.json_response({})

    async with talking(counted) as client:
        await client.request("GET", "/first")  # so that the connection is one that is used again
        with pytest.raises(TransportError) as failed:
            await client.request(method, "/Users")
        assert (failed.value.sent, client.meter.sent, len(asked)) == (True, 2, 2)


async def test_a_target_that_does_not_answer_in_time() -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.Response()

    async with talking(slow, timeout_seconds=0.1) as client:
        with pytest.raises(TransportError) as failed:
            await client.request("POST", "/Users", {})
    assert (failed.value.sent, str(failed.value) != "") == (True, True)


async def test_it_is_used_as_a_context_manager() -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        await ScimClient("https://x", "t").request("GET", "/Users")


def web_page(status: int) -> Given:
    return lambda: web.Response(status=status, text="<html>", content_type="text/html")


@pytest.mark.parametrize("first", [(500, {}), web_page(502), web_page(200)])
async def test_a_read_is_asked_again(first: Given) -> None:
    handler, asked = answers(first, (200, {"id": "1"}))
    async with talking(handler) as client:
        assert (await client.read("/Users/1")).body == {"id": "1"}
    assert len(asked) == 2


async def test_a_read_that_was_refused_is_final() -> None:
    handler, asked = answers((404, {"detail": "no"}))
    async with talking(handler) as client:
        assert (await client.read("/Users/1")).status == 404
    assert len(asked) == 1


async def test_a_read_ends_with_the_last_answer_or_without_one() -> None:
    handler, asked = answers((500, {}))
    async with talking(handler) as client:
        assert (await client.read("/Users/1")).status == 500
    assert len(asked) == 1 + len(module.READ_PAUSES)
    async with talking(cut) as client:
        with pytest.raises(TransportError):
            await client.read("/Users/1")


async def every(client: ScimClient, **options: Any) -> list[list[str]]:
    return [[one["id"] for one in page] async for page in client.pages("/Users", **options)]


def ids(*numbers: int) -> list[dict[str, str]]:
    return [{"id": str(number)} for number in numbers]


async def test_a_list_by_cursor() -> None:
    handler, asked = answers(
        (200, {**LIST, "Resources": ids(1, 2), "nextCursor": "a+/=:_"}),
        (200, {**LIST, "Resources": [], "nextCursor": "b"}),
        (200, {**LIST, "Resources": ids(3)}),
    )
    async with talking(handler) as client:
        assert await every(client, filter_text='groups.value eq "g 1"', count=2) == [["1", "2"], [], ["3"]]
    assert [dict(request.query) for request in asked] == [
        {"cursor": cursor, "count": "2", "filter": 'groups.value eq "g 1"'} for cursor in ("", "a+/=:_", "b")
    ]
    assert "cursor=&" in asked[0].query_string


NO = (400, {"detail": "unknown parameter"})


async def test_a_list_where_a_cursor_is_only_tried() -> None:
    """A refused cursor is not tried again; nor a number of results, where that is refused too."""
    whole = (200, {**LIST, "totalResults": 3, "Resources": ids(1, 2)})
    rest = (200, {**LIST, "totalResults": 3, "Resources": ids(3)})
    handler, asked = answers(NO, whole, rest, NO, whole, rest)
    async with talking(handler) as client:
        assert await every(client, count=2, paging="either") == [["1", "2"], ["3"]]
        assert await every(client, count=9, paging="either") == [["1", "2"], ["3"]]
    assert [dict(request.query) for request in asked] == [
        {"cursor": "", "count": "2"},
        {"startIndex": "1", "count": "2"},
        {"startIndex": "3", "count": "2"},
        {"startIndex": "1", "count": "9"},
        {},
        {"startIndex": "3"},
    ]


async def test_what_is_not_implemented_is_not_asked_again() -> None:
    handler, asked = answers((501, {"detail": "no cursors"}), (200, {**LIST, "totalResults": 1, "Resources": ids(1)}))
    async with talking(handler) as client:
        assert await every(client, count=5, paging="either") == [["1"]]
        assert client.cursorless
    assert len(asked) == 2


async def test_a_list_that_is_known_to_go_by_start_index() -> None:
    handler, asked = answers((200, {**LIST, "totalResults": 1, "Resources": ids(1)}))
    async with talking(handler) as client:
        assert await every(client, count=5, paging="index") == [["1"]]
    assert [dict(request.query) for request in asked] == [{"startIndex": "1", "count": "5"}]


async def test_a_refused_cursor_is_final_where_there_are_cursors() -> None:
    handler, asked = answers(NO)
    async with talking(handler) as client:
        with pytest.raises(ListError):
            await every(client)
    assert len(asked) == 1


async def test_a_version_is_said() -> None:
    handler, asked = answers((200, {}), (200, {}))
    async with talking(handler) as client:
        await client.request("PUT", "/Users/1", {}, version='W/"3"')
        await client.request("PUT", "/Users/1", {})
    assert [request.headers.get("If-Match") for request in asked] == ['W/"3"', None]


async def test_a_list_by_start_index() -> None:
    """A target that knows no cursors ignores ours; its first page is not the whole list."""
    handler, asked = answers(
        (200, {**LIST, "totalResults": 3, "Resources": ids(1, 2)}), (200, {**LIST, "totalResults": 3, "Resources": ids(3)})
    )
    async with talking(handler) as client:
        assert await every(client, count=2) == [["1", "2"], ["3"]]
    assert dict(asked[1].query) == {"startIndex": "3", "count": "2"}


async def test_a_list_that_stays_short_of_its_total_is_none() -> None:
    handler, _ = answers((200, {**LIST, "totalResults": 3, "Resources": ids(1)}), (200, {**LIST, "totalResults": 3}))
    async with talking(handler) as client:
        with pytest.raises(ListError):
            await every(client)


async def test_an_empty_list_may_have_no_resources() -> None:
    handler, _ = answers((200, {**LIST, "totalResults": 0}))
    async with talking(handler) as client:
        assert await every(client) == [[]]


@pytest.mark.parametrize("answer", [(200, []), (200, {"Resources": {}}), (400, {"detail": "no filter"}), (500, {})])
async def test_what_is_no_list(answer: tuple[int, Any]) -> None:
    handler, _ = answers(answer)
    async with talking(handler) as client:
        with pytest.raises(ListError, match=f"HTTP {answer[0]}: ") as failed:
            await every(client)
    assert failed.value.answer.status == answer[0]


async def test_somebody_is_found_by_an_attribute() -> None:
    handler, asked = answers((200, {**LIST, "Resources": ids(1)}))
    async with talking(handler) as client:
        assert await client.find("/Users", "userName", 'a"b\\c & é+') == ids(1)
    assert asked[0].query["filter"] == 'userName eq "a\\"b\\\\c & é+"'


@pytest.mark.parametrize(("answer", "found"), [((200, {**LIST}), []), ((200, {"Resources": {}}), [])])
async def test_nobody_is_found(answer: tuple[int, Any], found: list[Any]) -> None:
    handler, _ = answers(answer)
    async with talking(handler) as client:
        assert await client.find("/Users", "userName", "x") == found


async def test_who_cannot_be_asked_finds_nobody() -> None:
    handler, _ = answers((400, {"detail": "no"}))
    async with talking(handler) as client:
        with pytest.raises(ListError):
            await client.find("/Users", "userName", "x")


@pytest.mark.parametrize("text", ["", "plain", 'quote"', "back\\slash", "line\nbreak", "é\u2028"])
def test_a_literal_of_a_filter_is_json(text: str) -> None:
    assert json.loads(quoted(text)) == text


async def test_the_target_s_clock_is_noted() -> None:
    ahead = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    dates = iter([ahead, "no date at all"])
    handler, _ = answers(lambda: web.json_response({}, headers={"Date": next(dates)}))
    async with talking(handler) as client:
        assert client.skew_ms == 0
        for _ in range(2):
            await client.request("GET", "/Users")
            assert abs(client.skew_ms - 3_600_000) < 60_000
