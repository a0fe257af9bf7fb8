"""The timeline of a login and of a group."""

import asyncio

import pytest

from lockstep.idp.console import timeline
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import jobs
from tests.idp.console.world import HAND, OPEN, World, address, press
from tests.idp.provisioning.target import Fault

PAGE = address("/timeline")


async def synced(world: World) -> None:
    world.set(*OPEN)
    await world.sync()


async def test_of_a_login(each_world: World) -> None:
    world = each_world
    await synced(world)
    with world.changing() as c:
        directory.change_user(c, world.alice.id, {"title": "Analyst"}, actor="ann", now=world.now)
    world.target.faults = lambda _sent: Fault(400, detail="'title' is too long")
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}?user=alice@x.example")
    for text in (
        "OneLogin’s state modifying_failed",
        "Could not be updated at the target",
        "Sent: the attributes title",
        "Came back: the target refused it (400): 'title' is too long",
        "and 2 times before, since 2027-01-15 08:00:00 UTC",
        "What to do: Shorten title",
        "Changed in the directory",
        "by ann",
        "Created at the target",
        "tried again at 2027-01-15 08:15 UTC",
    ):
        assert text in page.text, text
    assert "Analyst" not in page.text
    login = await browser.get(address(f"/users/{world.alice.id}/pending"))
    assert "Could not be updated at the target" in login.text
    assert "OneLogin’s status enabled" in login.text
    world.target.faults = lambda _sent: None
    await press(browser, page, address("/failures/retry"))
    with world.db.read() as c:
        (job,) = jobs.queued(c)
    await asyncio.to_thread(world.engine.wait, job.id)
    after = await browser.get(f"{PAGE}?user=alice")
    assert "Another try was asked for" in after.text
    assert "provisioned" in after.text


async def test_of_a_group(each_world: World) -> None:
    world = each_world
    await synced(world)
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}?group=READERS")
    assert "Created at the target" in page.text
    assert "Sent: 1 member" in page.text
    assert world.target.id_of("Readers") in page.text
    group = await browser.get(f"{address('/groups/one')}?name=Readers")
    assert f'href="{PAGE}?group=Readers"' in group.html
    unknown = await browser.get(f"{PAGE}?group=nothing")
    assert "Not there" in unknown.text
    assert "Nothing is known of that name in this app." in unknown.text


async def test_a_group_that_failed_is_tried_again_from_here(world: World) -> None:
    world.set(*OPEN)
    world.target.faults = lambda sent: Fault(400, detail="no") if sent.path == "/Groups" else None
    await world.sync()
    world.target.faults = lambda _sent: None
    browser = await world.signed_in()
    done = await press(browser, await browser.get(f"{PAGE}?group=readers"), address("/failures/retry"))
    assert "Trying again: readers" in done.text
    with world.db.read() as c:
        (job,) = jobs.queued(c)
    await asyncio.to_thread(world.engine.wait, job.id)
    assert world.target.teams() == {"Readers": {"alice@x.example"}}


async def test_of_somebody_who_has_left(world: World) -> None:
    await synced(world)
    with world.changing() as c:
        directory.remove_user(c, world.bob.id, actor=HAND, now=world.now)
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(f"{PAGE}?user=bob@x.example")
    assert "Nobody in the directory is called that." in page.text
    assert "Switched off at the target" in page.text


async def test_of_nobody(world: World) -> None:
    browser = await world.signed_in()
    assert "Name a user or a group." in (await browser.get(PAGE)).text
    assert (await browser.get("/admin/apps/99/timeline?user=alice")).status == 404


async def test_pages_go_by_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await synced(world)
    monkeypatch.setattr(timeline, "PAGE", 1)
    browser = await world.signed_in()
    first = await browser.get(f"{PAGE}?user=alice")
    assert "Created at the target" in first.text
    link = first.html.split('<nav class="pager"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = await browser.get(link)
    assert "Created at the target" not in second.text
    assert "First page" in second.text
