"""Streams: new events as rows, a job as it goes; they end with the session and with the server."""

import asyncio
from itertools import pairwise

import pytest

from lockstep.idp import events
from lockstep.idp.admins.records import IDLE_MS
from lockstep.idp.admins.store import admin_sessions
from lockstep.idp.console.activity import PAGE
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import jobs
from lockstep.kit.sql import Statement
from lockstep.kit.web import live
from tests.idp.console.world import HOSTILE, OPEN, World, address, press
from tests.support.browser import Answer, Browser

STREAM = "/admin/events/stream"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(live, "LONGEST_SECONDS", 0.2)


def write(world: World, count: int = 1, **fields: object) -> None:
    with world.changing() as c:
        for _ in range(count):
            events.append(c, Event(**{"type": EventType.USER_UPDATED, "user_name": "zoe@x.example", **fields}), world.now)  # type: ignore[arg-type]


def newest(world: World) -> int:
    with world.db.read() as c:
        return events.latest(c)


def messages(answer: Answer, kind: str) -> list[str]:
    """The messages of one kind."""
    return [one for one in answer.html.split("\n\n") if one.startswith(f"event: {kind}\n")]


async def test_new_events_that_pass_the_filters_come_oldest_first(each_world: World) -> None:
    browser = await each_world.signed_in()
    after = newest(each_world)
    write(each_world, notes="one")
    write(each_world, user_name="other", notes="not this one")
    write(each_world, notes="two")
    answer = await browser.get(f"{STREAM}?user=zoe@x.example&after={after}")
    assert answer.header("content-type").startswith("text/event-stream")
    assert answer.header("cache-control") == "no-store"
    rows = messages(answer, "row")
    assert ["one" in rows[0], "two" in rows[1], len(rows)] == [True, True, 2]
    assert rows[1].endswith(f"id: {after + 3}")
    assert messages(answer, "beat")[0].endswith(f"id: {after + 3}")
    assert "not this one" not in answer.html
    assert messages(answer, "ended") == []


async def test_an_event_that_comes_later_is_sent_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 1.0)
    browser = await world.signed_in()
    stream = asyncio.create_task(browser.get(f"{STREAM}?after={newest(world)}"))
    await asyncio.sleep(0.3)
    write(world, notes="later")
    answer = await stream
    assert len(messages(answer, "row")) == 1
    assert len(messages(answer, "beat")) > 3


async def test_after_a_break_the_browser_goes_on_where_it_was(world: World) -> None:
    browser = await world.signed_in()
    after = newest(world)
    write(world, 5)
    answer = await browser.send("GET", f"{STREAM}?after={after}", [("last-event-id", str(after + 3))])
    assert [row.rsplit("id: ", 1)[1] for row in messages(answer, "row")] == [str(after + 4), str(after + 5)]
    for nonsense in ("x", "9" * 40, "-1", "²"):
        answer = await browser.send(
            "GET", f"{STREAM}?after={after + 5}", [("last-event-id", nonsense.encode().decode("latin-1"))]
        )
        assert messages(answer, "row") == []


async def test_a_row_of_the_stream_is_that_of_the_page_and_only_ever_text(world: World) -> None:
    browser = await world.signed_in()
    after = newest(world)
    write(world, notes=HOSTILE, actor="a\rid: 1\revent: ended\r\r", error_description="")
    answer = await browser.get(f"{STREAM}?after={after}")
    (row,) = messages(answer, "row")
    page = await browser.get("/admin/events?user=zoe@x.example")
    cell = page.html.split('<td class="notes">')[1].split("</td>")[0]
    assert "<script>" not in answer.html
    assert cell in row
    assert messages(answer, "ended") == []
    assert 'class="fresh"' in row
    assert 'class="fresh"' not in page.html


async def test_a_flood_is_cut_and_says_so(world: World) -> None:
    browser = await world.signed_in()
    after = newest(world)
    write(world, PAGE + 3)
    answer = await browser.get(f"{STREAM}?after={after}")
    rows = messages(answer, "row")
    assert len(rows) == PAGE
    assert len(messages(answer, "gap")) == 1
    assert rows[-1].endswith(f"id: {after + PAGE + 3}")


async def test_a_page_of_one_kind_is_followed_as_it_is_filtered(each_world: World) -> None:
    browser = await each_world.signed_in()
    after = newest(each_world)
    write(each_world, notes="fine")
    write(each_world, type=EventType.PLAN_HELD, notes="held")
    write(each_world, error_description="broken")
    write(each_world, type=EventType.SIGN_IN_FAILED, notes="wrong password")
    errors = await browser.get(f"{STREAM}?status=error&after={after}")
    assert ["broken" in errors.html, "wrong password" in errors.html, len(messages(errors, "row"))] == [True, True, 2]
    warnings = await browser.get(f"{STREAM}?status=warning&after={after}")
    assert ["held" in warnings.html, len(messages(warnings, "row"))] == [True, 1]
    page = await browser.get("/admin/events?status=warning")
    assert page.html.count("<tr>") == 1 + 1
    assert 'aria-label="Remove filter, Status: Warnings"' in page.html


async def test_who_is_not_signed_in_is_sent_to_the_log_in_page(world: World) -> None:
    answer = await world.browser().get(STREAM)
    assert answer.status == 303
    assert answer.header("location").startswith("/admin/login")


async def sign_out(world: World, browser: Browser) -> None:
    await press(browser, await browser.get("/admin/events"), "/admin/logout")


async def test_a_stream_ends_with_its_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 60)
    monkeypatch.setattr(live, "BEAT_SECONDS", 60)
    browser = await world.signed_in()
    stream = asyncio.create_task(browser.get(f"{STREAM}?after={newest(world)}"))
    await asyncio.sleep(0.3)
    assert not stream.done()
    await sign_out(world, browser)
    answer = await asyncio.wait_for(stream, 10)
    assert messages(answer, "ended") == ["event: ended\ndata: session"]
    assert "admin.signed_out" not in answer.html


async def test_a_stream_does_not_keep_its_session_alive(world: World) -> None:
    browser = await world.signed_in()
    seen = Statement(admin_sessions.select().with_only_columns(admin_sessions.c.seen_at))
    with world.db.read() as c:
        before = c.value(seen)
    world.now += IDLE_MS - 1_000
    assert messages(await browser.get(STREAM), "ended") == []
    with world.db.read() as c:
        assert c.value(seen) == before
    world.now += 2_000
    assert (await browser.get(STREAM)).status == 303


async def test_idleness_ends_a_stream_that_is_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 60)
    browser = await world.signed_in()
    stream = asyncio.create_task(browser.get(STREAM))
    await asyncio.sleep(0.2)
    world.now += IDLE_MS + 1
    assert len(messages(await asyncio.wait_for(stream, 10), "ended")) == 1


async def test_the_server_s_end_ends_every_stream(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST_SECONDS", 60)
    monkeypatch.setattr(live, "BEAT_SECONDS", 60)
    browser = await world.signed_in()
    streams = [asyncio.create_task(browser.get(f"{STREAM}?after={newest(world)}")) for _ in range(3)]
    await asyncio.sleep(0.3)
    world.context.news.close()
    for answer in await asyncio.wait_for(asyncio.gather(*streams), 10):
        assert messages(answer, "ended") == []


async def test_a_job_is_followed_until_it_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from lockstep.idp.console import live as streams

    monkeypatch.setattr(streams, "JOB_SECONDS", 0.05)
    monkeypatch.setattr(live, "LONGEST_SECONDS", 60)
    world.set(*OPEN)
    browser = await world.signed_in()
    await press(browser, await browser.get(address("/plan")), "/do/sync")
    stream = asyncio.create_task(browser.get(address("/jobs/1/stream")))
    await asyncio.sleep(0.3)
    with world.changing() as c:
        jobs.start(c, 1, "somebody")
    await asyncio.sleep(0.3)
    with world.changing() as c:
        jobs.requeue(c, 1)
    await asyncio.to_thread(world.engine.wait, 1)
    answer = await asyncio.wait_for(stream, 10)
    shown = messages(answer, "whole")
    assert "Waits for the worker" in shown[0]
    assert "Running" in shown[1]
    assert "Requests sent" in shown[-1]
    assert all(before != after for before, after in pairwise(shown)), "nothing is sent that is on the page already"
    assert messages(answer, "ended") == ["event: ended\ndata: over"]
    assert (await browser.get(address("/jobs/9/stream"))).status == 404
