"""The page of one login: what waits for approval, what failed, and what a person says about it."""

import asyncio

import pytest

from lockstep.idp.console.plans import MOVED
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import jobs
from tests.idp.console.world import ADMIN, HAND, HOSTILE, OPEN, World, address, press
from tests.idp.provisioning.target import Fault
from tests.support.browser import Browser

USERS = address("/users")


def pending(world: World) -> str:
    return f"{USERS}/{world.alice.id}/pending"


async def asked(world: World, *settings: str) -> Browser:
    """Somebody who has looked at the plan; the rest is read from it."""
    world.set("provisioning=on", *settings)
    browser = await world.signed_in()
    await browser.get(address("/plan"))
    return browser


def change(world: World, **fields: str) -> None:
    with world.changing() as c:
        directory.change_user(c, world.alice.id, fields, actor=HAND, now=world.now)


async def test_pending_leads_to_what_would_be_sent(each_world: World) -> None:
    browser = await asked(each_world)
    users = await browser.get(USERS)
    assert f'<a href="{pending(each_world)}" data-dialog aria-label="Pending: alice">' in users.html
    page = await browser.get(pending(each_world))
    assert "Create User in Application" in page.text
    assert "<ins>alice@x.example</ins>" in page.html
    assert "data-dialog-content" in page.html
    done = await press(browser, page, "/pending", change=page.form("/pending").value("change"), do="approve")
    assert "1 change approved." in done.text
    assert done.url.endswith(USERS)
    assert "Create user goes with the next sync." in done.text
    assert done.text.count("Create user waits for approval.") == 1
    assert [event["actor"] for event in each_world.events("approval.given")] == [ADMIN]
    await each_world.sync()
    assert len(each_world.target.users) == 1


async def test_rejected_is_not_asked_again(world: World) -> None:
    browser = await asked(world)
    page = await browser.get(pending(world))
    done = await press(browser, page, "/pending", change=page.form("/pending").value("change"), do="reject")
    assert "1 change rejected" in done.text
    assert "thrown away by an administrator" in done.text
    await browser.get(address("/plan"))
    assert "Nothing waits here" in (await browser.get(pending(world))).text


@pytest.mark.parametrize("do", ["approve", "reject"])
async def test_if_the_change_has_moved_nothing_is_decided_and_the_page_says_so(world: World, do: str) -> None:
    browser = await asked(world)
    page = await browser.get(pending(world))
    change(world, department="Treasury")
    moved = await press(browser, page, "/pending", change=page.form("/pending").value("change"), do=do)
    assert MOVED in moved.text
    assert moved.url.endswith(pending(world))
    assert "<ins>Treasury</ins>" in moved.html
    assert world.events("approval.") == []
    for digest in ("", "nothing"):
        assert MOVED in (await press(browser, page, "/pending", change=digest, do=do)).text


async def test_an_update_and_a_delete_are_called_so(world: World) -> None:
    world.set(*OPEN, "leavers=delete", "approve-update=on", "approve-delete=on")
    await world.sync()
    change(world, department=HOSTILE)
    browser = await asked(world)
    page = await browser.get(pending(world))
    assert "Update User in Application" in page.text
    assert "<script>" not in page.html.split("<main")[1]
    with world.changing() as c:
        directory.remove_user(c, world.bob.id, actor=HAND, now=world.now)
    assert (await browser.get(f"{USERS}/{world.bob.id}/pending")).status == 404
    assert (await browser.get(f"{USERS}/999/pending")).status == 404


async def failed(world: World, detail: str = "no <b>good", status: int = 400) -> Browser:
    world.set(*OPEN)
    world.target.faults = lambda sent: (
        Fault(status, detail=detail) if sent.path == "/Users" and sent.method == "POST" and "alice" in str(sent.body) else None
    )
    await world.sync()
    return await world.signed_in()


async def test_a_failed_login_says_what_was_sent_what_came_back_and_what_to_do(world: World) -> None:
    browser = await failed(world)
    assert 'aria-label="Failed: alice"' in (await browser.get(USERS)).html
    page = await browser.get(pending(world))
    assert "Create User in Application" in page.text
    assert "<ins>alice@x.example</ins>" in page.html
    assert "the target refused it (400): no &lt;b&gt;good" in page.html
    assert "Change what the target names" in page.text
    assert page.form("/retry")


async def test_try_again_is_a_sync_of_this_person_alone(world: World) -> None:
    browser = await failed(world)
    world.target.faults = lambda _sent: None
    page = await press(browser, await browser.get(pending(world)), "/retry")
    assert "Trying again: alice@x.example" in page.text
    with world.db.read() as c:
        (job,) = jobs.queued(c)
    assert job.arguments == {"only": "alice"}
    await asyncio.to_thread(world.engine.wait, job.id)
    assert len(world.target.users) == 2
    assert "Provisioned" in (await browser.get(f"{USERS}?q=alice")).text
    assert world.events("sync.asked")[-1]["user_name"] == "alice@x.example"


async def test_trying_again_does_not_hide_what_waits(world: World) -> None:
    browser = await failed(world)
    world.set("approve-update=on")
    with world.changing() as c:
        directory.change_user(c, world.bob.id, {"department": "Treasury"}, actor=HAND, now=world.now)
    await world.sync()
    world.target.faults = lambda _sent: None
    await press(browser, await browser.get(pending(world)), "/retry")
    with world.db.read() as c:
        (job,) = jobs.queued(c)
    assert job.arguments == {"only": "alice"}
    await asyncio.to_thread(world.engine.wait, job.id)
    assert len(world.target.users) == 2
    assert "Pending" in (await browser.get(f"{USERS}?q=bob")).text
    assert "Provisioned" in (await browser.get(f"{USERS}?q=alice")).text
    assert "for your approval" in (await browser.get(USERS)).text


async def test_a_login_that_is_as_it_should_be_says_so(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(pending(world))
    assert "Nothing waits here" in page.text
    assert "Provisioned" in page.text
    assert "data-dialog aria-label" not in (await browser.get(USERS)).html
