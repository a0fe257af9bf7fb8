"""The trail in the console."""

import html
import re

from lockstep.center import events
from lockstep.center.console import store
from lockstep.center.console.store import Sought
from lockstep.center.events import SCIM_SOURCE, Call, Operation
from lockstep.kit.db import Database
from tests.center.client import Client
from tests.center.console.world import Desk

KEY = 1_987_654_321


def written(database: Database, number: int, key: int = KEY, start: int = 1_000) -> None:
    with database.write() as connection:
        for at in range(number):
            call = Call(Operation.CREATE_USER if at % 2 else Operation.PATCH_USER, SCIM_SOURCE, "r", start + at // 2, "token")
            events.append(connection, key, call, 400 if at % 3 == 0 else 201, error=("X", "y") if at % 3 == 0 else None)


def test_events_come_newest_first_in_pages_and_by_filters(each_center: Database) -> None:
    written(each_center, 10)
    written(each_center, 3, KEY + 1)
    with each_center.read() as connection:
        whole = store.events(connection, KEY, Sought(), None, 100)
        assert [(event.at, event.key) for event in whole] == sorted(((e.at, e.key) for e in whole), reverse=True)
        assert len(whole) == 10
        paged, before = [], None
        while page := store.events(connection, KEY, Sought(), before, 3):
            paged += page
            before = (page[-1].at, page[-1].key)
        assert paged == whole
        assert len(store.events(connection, KEY, Sought(failed=True), None, 100)) == 4
        assert len(store.events(connection, KEY, Sought(failed=False), None, 100)) == 6
        both = Sought(operation="CreateUser", failed=True, actor="token", since=1_000, until=1_002)
        assert len(store.events(connection, KEY, both, None, 100)) == 1
        assert not store.events(connection, KEY, Sought(actor="nobody"), None, 100)
        assert store.event(connection, KEY + 1, whole[0].key) is None


async def test_the_trail_shows_what_scim_did_and_why_it_was_refused(desk: Desk) -> None:
    instance, made = desk.world.stage.enable(desk.world.instance.name)
    scim = Client(desk.world.center, instance, made.token, desk.world.stage)
    assert (await scim.post("/Users", {"userName": "x"})).status == 400
    await desk.world.center.settled()
    browser = await desk.signed_in()
    page = await browser.get(f"{desk.path('trail')}?result=error&operation=CreateUser")
    assert "ValidationException" in page.text
    [path] = re.findall(r'href="([^"]*/trail/\d+)"', page.html)
    event = await browser.get(path)
    for words in ("ValidationException", "Next step.", "mend the mapping", "Request ID", "Parameters"):
        assert words in event.text
    dashboard = await browser.get(desk.path())
    assert "ValidationException" in dashboard.text


async def test_a_refused_sign_in_names_the_next_step(desk: Desk) -> None:
    await desk.world.arrive(desk.world.browser(), desk.world.response("nobody@example.com"))
    browser = await desk.signed_in()
    page = await browser.get(f"{desk.path('trail')}?result=error")
    [path] = re.findall(r'href="([^"]*/trail/\d+)"', page.html)
    assert "NameID is the userName" in (await browser.get(path)).text


async def test_filters_stay_in_the_form_and_a_wrong_time_says_so(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get(f"{desk.path('trail')}?actor=alice&since=yesterday&until=2026-11-25")
    form = page.form("/trail")
    assert (form.value("actor"), form.value("since"), form.value("until")) == ("alice", "yesterday", "2026-11-25")
    assert "Write a date" in page.text
    assert "No matches" in (await browser.get(f"{desk.path('trail')}?actor=nobody")).text
    assert (await browser.get(desk.path("trail", "999999999"))).status == 404
    assert (await browser.get(desk.path("trail", "x"))).status == 404


async def test_a_long_trail_goes_on(desk: Desk) -> None:
    written(desk.world.database, 60, desk.world.instance.key, desk.world.clock())
    browser = await desk.signed_in()
    page = await browser.get(f"{desk.path('trail')}?actor=token")
    [further] = re.findall(r'href="([^"]*before=[^"]*)"', page.html)
    assert "actor=token" in further
    page = await browser.get(html.unescape(further))
    assert "End of the list" in page.text
    assert "First page" in page.text


async def test_what_administrators_did_above_all_instances_has_a_page_of_its_own(desk: Desk) -> None:
    browser = await desk.signed_in()
    await desk.log_in(desk.browser("192.0.2.77"), password="wrong")
    await desk.log_in(desk.browser("192.0.2.78"), name="a-secret-by-mistake", password="wrong")
    page = await browser.get("/console")
    assert '<a href="/console/activity">Activity</a>' in page.html
    page = await browser.get("/console/activity")
    for words in ("ConsoleLogin", "CreateAdministrator", "Failed authentication", desk.admin, "kept for 365 days"):
        assert words in page.text, words
    assert "CreateUser" not in page.html
    assert "a-secret-by-mistake" not in page.html
    failed = await browser.get(f"/console/activity?result=error&actor={desk.admin}")
    [path] = re.findall(r'href="(/console/activity/\d+)"', failed.html)
    event = await browser.get(path)
    for words in (
        "Failed authentication",
        "wrong name or password",
        "192.0.2.77",
        "keep this console out of reach",
        "Request ID",
    ):
        assert words in event.text, words
    assert f'href="/console/activity?actor={desk.admin}"' in event.html
    assert "No matches" in (await browser.get("/console/activity?operation=ConsoleLogout&actor=nobody")).text
    assert (await browser.get(desk.path("trail", path.rpartition("/")[2]))).status == 404
    for wrong in ("x", "999999999"):
        assert (await browser.get(f"/console/activity/{wrong}")).status == 404


async def test_the_activity_is_for_administrators_and_a_log_in_leads_on_to_it(desk: Desk) -> None:
    answer = await desk.browser().get("/console/activity")
    assert answer.header("location") == "/console/sign-in?to=%2Fconsole%2Factivity"
