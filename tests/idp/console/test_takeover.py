"""The take-over report on its page: from nothing to taken over."""

import asyncio
from typing import Any

import pytest

from lockstep.idp.provisioning import jobs, links
from lockstep.kit.problems import Problem
from tests.idp.console.world import OPEN, World, address, press
from tests.support.browser import Answer, Browser

PAGE = "/provisioning/takeover"


def put(world: World, number: str, name: str, **fields: Any) -> None:
    world.target.users[number] = {"id": number, "userName": name, "active": True, **fields}


def occupied(world: World) -> None:
    """Alice is there in another case, and the group Readers with somebody else in it; two may be Bob."""
    world.set(*OPEN, "provisioning=off")
    put(world, "a", "Alice@x.example")
    put(world, "b1", "bob@x.example")
    put(world, "b2", "other<b>", externalId="bob")
    put(world, "s", "stranger")
    world.target.groups["r"] = {"id": "r", "displayName": "Readers", "members": [{"value": "s"}]}
    world.target.groups["p"] = {"id": "p", "displayName": "AWSLogArchive"}


async def done(world: World, browser: Browser, page: Answer, **values: str) -> Answer:
    """Press a button of the page, have the job done, and follow to the report."""
    await press(browser, page, address(PAGE), **values)
    with world.db.read() as c:
        job = jobs.newest(c, 1, "takeover")
    assert job is not None
    await asyncio.to_thread(world.engine.wait, job.id)
    shown = await browser.get(address(f"/jobs/{job.id}"))
    assert f"Take-over {job.id}" in shown.text
    assert f'href="{address(PAGE)}">Take-over report</a>' in shown.html
    return await browser.get(address(PAGE))


async def test_it_is_led_to_and_says_what_it_is_for(each_world: World) -> None:
    browser = await each_world.signed_in()
    assert f'href="{address(PAGE)}"' in (await browser.get(address("/provisioning"))).html
    page = await browser.get(address(PAGE))
    assert "No report yet" in page.text
    filed = await press(browser, page, address(PAGE), do="read")
    assert "Reading the target." in filed.text
    assert "Waits for the worker" in filed.text
    assert "A report is under way." in (await browser.get(address(PAGE))).text


async def test_the_report_has_conflicts_first_and_takes_over_the_rest(each_world: World) -> None:
    occupied(each_world)
    browser = await each_world.signed_in()
    page = await done(each_world, browser, await browser.get(address(PAGE)), do="read")
    assert page.text.index("Conflicts") < page.text.index("Match in another case Here")
    assert "bob@x.example agrees with several users there: externalId with other<b>; userName with bob@x.example" in page.text
    assert "other&lt;b&gt;" in page.html
    assert "Take over 1 user and 1 group" in page.text
    assert "Cannot sign in as they are" in page.text
    assert "AWSLogArchive" in page.text
    assert each_world.target.writes == []
    page = await done(each_world, browser, page, do="link")
    assert "Taken over: 1 user and 1 group" in page.text
    assert "Take over 1 user" not in page.text
    with each_world.db.read() as c:
        target = links.find_target(c, 1, each_world.app.scim_url)
        assert [(link.key, link.target_id, link.made) for link in links.users(c, target)] == [("alice", "a", False)]
        assert [(link.name, link.made) for link in links.groups(c, target)] == [("Readers", False)]
    told = [(one["type"], one["actor"], one["notes"]) for one in each_world.events("provisioning.take")]
    assert [(kind, actor) for kind, actor, _ in told] == [
        ("provisioning.takeover_asked", "root"),
        ("provisioning.takeover_reported", "root"),
        ("provisioning.takeover_asked", "root"),
        ("provisioning.taken_over", "root"),
    ]
    page = await done(each_world, browser, page, do="read")
    assert "Linked before 1 user, 1 group" in page.text
    assert "There is nothing to take over." in page.text


async def test_what_was_made_here_is_claimed_with_a_tick(world: World) -> None:
    occupied(world)
    put(world, "a", "alice@x.example", externalId="alice")
    browser = await world.signed_in()
    page = await done(world, browser, await browser.get(address(PAGE)), do="read")
    page = await done(world, browser, page, **{"do": "link", "as-made": "yes"})
    assert "2 of these count as made here" in page.text


async def test_another_systems_users_are_taken_with_a_tick(world: World) -> None:
    occupied(world)
    put(world, "a", "alice@x.example", externalId="00uOkta")
    browser = await world.signed_in()
    page = await done(world, browser, await browser.get(address(PAGE)), do="read")
    assert "Also 1 user with another system" in page.text
    assert "alice@x.example has the externalId 00uOkta there, which nobody here has" in page.text
    page = await done(world, browser, page, **{"do": "link", "other-ids": "yes"})
    assert "Taken over: 1 user and 1 group" in page.text


async def test_only_what_was_on_the_page_is_taken_over(world: World) -> None:
    occupied(world)
    browser = await world.signed_in()
    page = await done(world, browser, await browser.get(address(PAGE)), do="read")
    del world.target.users["b2"]
    with pytest.raises(Problem, match="read a new report"):
        await done(world, browser, page, do="link")
    page = await browser.get(address(PAGE))
    assert "The last one could not be done. what would be taken over has changed since the report" in page.text
    assert "Take over 1 user and 1 group" in page.text  # the report before is still there to be read
    with pytest.raises(Problem, match="read a new report"):
        await done(world, browser, page, do="link", digest="")


async def test_long_lists_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lockstep.idp.console.takeover.ROWS", 1)
    world.set(*OPEN)
    browser = await world.signed_in()
    page = await done(world, browser, await browser.get(address(PAGE)), do="read")
    assert "Not there, would be made Name What alice@x.example User And 2 more." in page.text
