"""Activity > Events."""

import pytest

from lockstep.idp import events
from lockstep.idp.console.activity import PAGE, about, kind_of
from lockstep.idp.eventlog.types import id_of
from lockstep.idp.events import Event, EventType, Wanted
from tests.idp.console.world import World

DAY = 86_400_000


def write(world: World, number: int, **fields: object) -> None:
    with world.changing() as c:
        for _ in range(number):
            events.append(c, Event(**{"type": EventType.USER_UPDATED, "user_name": "zoe@x.example", **fields}), world.now)  # type: ignore[arg-type]


async def test_the_newest_come_first_and_more_by_key(each_world: World) -> None:
    write(each_world, PAGE + 5)
    browser = await each_world.signed_in()
    page = await browser.get("/admin/events?user=ZOE@x.example")
    assert "No matches" in page.text  # she is not in the directory, so her name counts to the letter
    page = await browser.get("/admin/events?user=zoe@x.example")
    assert page.html.count("<tr>") == PAGE + 1
    before = page.html.split("&amp;before=")[1].split('"')[0]
    rest = await browser.get(f"/admin/events?user=zoe@x.example&before={before}")
    assert rest.html.count("<tr>") == 5 + 1
    assert "First page" in rest.text


async def test_filters_are_in_the_address(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get("/admin/events?type=user.created&user=ALICE@x.example")
    assert page.html.count("<tr>") == 1 + 1
    assert "<option selected>user.created</option>" in page.html
    page = await browser.get("/admin/events?app=1")
    assert "app.created" in page.text
    assert "user.created –" not in page.text
    wrong = await browser.get("/admin/events?since=yesterday")
    assert "Write a day as YYYY-MM-DD." in wrong.text
    assert 'value="yesterday"' in wrong.html
    assert (await browser.get("/admin/events?type=none&app=x&before=x")).status == 200


async def test_each_filter_is_a_chip_that_drops_it(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/events?app=1&status=warning&user=%3Cb%3E")
    assert 'href="/admin/events?status=warning&amp;app=1" aria-label="Remove filter, User: &lt;b&gt;"' in page.html
    assert "Remove filter, Application: aws" in page.html
    assert '<a href="/admin/events">Clear filters</a>' in page.html
    assert "Remove filter" not in (await browser.get("/admin/events")).html


async def test_the_first_page_is_followed_and_older_ones_are_not(world: World) -> None:
    browser = await world.signed_in()
    with world.db.read() as c:
        newest = events.latest(c)
    page = await browser.get("/admin/events?type=user.created")
    assert f'data-live="/admin/events/stream?type=user.created&amp;after={newest}"' in page.html
    assert 'href="/admin/events?type=user.created">Reload</a>' in page.html
    assert '<tbody id="event-rows">' in page.html
    for past in ("before=3", "until=2020-01-01"):
        assert "data-live" not in (await browser.get(f"/admin/events?{past}")).html


def test_time_is_looked_up_and_not_searched_through(world: World) -> None:
    start = world.now
    for day in range(1, 5):
        world.now = start + day * DAY
        write(world, 3, notes=f"day {day}")
    with world.db.read() as c:
        found, further = events.page(c, Wanted(since=start + 2 * DAY, until=start + 4 * DAY), limit=10)
        assert [one.notes for one in found] == ["day 3"] * 3 + ["day 2"] * 3
        assert further == 0
        assert events.page(c, Wanted(since=start + 9 * DAY), limit=10) == ([], 0)


def test_one_look_goes_through_a_span(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write(world, 1, notes="the first")
    write(world, 40, user_name="other")
    monkeypatch.setattr(events, "SPAN", 10)
    with world.db.read() as c:
        seen, before, looks = [], 0, 0
        while True:
            found, before = events.page(c, Wanted(user_name="zoe@x.example"), before=before, limit=10)
            seen += found
            looks += 1
            if not before:
                break
    assert [one.notes for one in seen] == ["the first"]
    assert looks > 3


async def test_one_event(world: World) -> None:
    write(world, 1, type=EventType.USER_CREATION_FAILED_IN_APP, error_description="no <b>good", actor="engine")
    browser = await world.signed_in()
    with world.db.read() as c:
        last = events.latest(c) - 1  # the sign-in is the newest
    page = await browser.get(f"/admin/events/{last}")
    assert "no &lt;b&gt;good" in page.html
    assert "OneLogin event type 64 USER_CREATION_FAILED_IN_APP" in page.text
    assert "IP address" not in page.text
    write(world, 1, type=EventType.ROLE_CREATED, ipaddr="192.0.2.7", client_id="<client>")
    page = await browser.get(f"/admin/events/{last + 2}")
    assert f"Event type {id_of(EventType.ROLE_CREATED)} ROLE_CREATED" in page.text
    assert "IP address 192.0.2.7 API client <client>" in page.text
    assert (await browser.get("/admin/events/99999")).status == 404


def test_kinds_and_subjects() -> None:
    assert kind_of(Event(type=EventType.SIGN_IN_FAILED)) == "error"
    assert kind_of(Event(type=EventType.PLAN_HELD)) == "warning"
    assert kind_of(Event(type=EventType.USER_CREATED)) == "info"
    assert about(Event(type=EventType.ROLE_CREATED, role_name="R")) == "R"
