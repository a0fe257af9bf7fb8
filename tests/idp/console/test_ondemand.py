"""The page "Provision on demand": what it shows, that looking leaves nothing behind, what the button sends."""

import asyncio
from urllib.parse import quote

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.console.ondemand import MOVED
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import jobs, ledger
from tests.idp.console.world import ADMIN, HAND, HOSTILE, OPEN, World, address, press
from tests.idp.provisioning.target import Fault
from tests.support.browser import Answer, Browser

HERE = address("/on-demand")


async def look(browser: Browser, **asked: str) -> Answer:
    return await browser.get(f"{HERE}?{'&'.join(f'{name}={quote(value)}' for name, value in asked.items())}")


async def work_off(world: World, answer: Answer) -> None:
    filed = int(answer.url.rpartition("/")[2])
    await asyncio.to_thread(world.engine.wait, filed)


async def test_a_user_step_by_step_and_sent(each_world: World) -> None:
    each_world.set(*OPEN)
    browser = await each_world.signed_in()
    assert "Choose one user or one group." in (await browser.get(HERE)).text
    page = await look(browser, user="alice@x.example")
    assert page.status == 200
    assert "1. In the directory" in page.text
    assert "Found. Status: Active." in page.text
    assert "Display name" in page.text
    assert "POST https://scim.example/tenant/scim/v2/Users" in page.text
    assert "Authorization: Bearer …" in page.text
    assert "the-token-of-the-target" not in page.html
    assert each_world.target.log == []
    with each_world.db.read() as c:
        assert ledger.newest(c, each_world.app.id) is None
    done = await press(browser, page, HERE)
    assert "Sending: alice@x.example" in done.text
    await work_off(each_world, done)
    assert list(each_world.target.people()) == ["alice"]
    over = await browser.get(done.url)
    assert f'href="{HERE}?user=alice"' in over.html
    again = await look(browser, user="alice", ask="yes")
    assert "As it was written." in again.text
    assert "Nothing: the target is as it should be" in again.text
    assert not [form for form in again.forms if form.action == HERE and form.method == "post"]
    assert [event["notes"] for event in each_world.events("sync.asked")] == ["provision on demand"]


async def test_a_group(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    with world.changing() as c:
        directory.add_members(c, world.role.id, [world.bob.id], actor=HAND, now=world.now)
    browser = await world.signed_in()
    page = await look(browser, group="readers")
    assert "Members of group Readers" in page.text
    assert "PATCH https://scim.example/tenant/scim/v2/Groups/" in page.text
    await work_off(world, await press(browser, page, HERE))
    assert world.target.teams() == {"Readers": {"alice@x.example", "bob@x.example"}}


async def test_what_waits_is_approved_and_sent_exactly_as_it_was_on_the_page(each_world: World) -> None:
    each_world.set("provisioning=on")
    browser = await each_world.signed_in()
    page = await look(browser, user="alice")
    assert "Approve and send" in page.text
    with each_world.changing() as c:
        directory.change_user(c, each_world.alice.id, {"title": "Chief"}, actor=HAND, now=each_world.now)
    moved = await press(browser, page, HERE)
    assert MOVED in moved.text
    assert '"title": "Chief"' in moved.text
    assert each_world.events("approval.") == []
    with each_world.db.read() as c:
        assert jobs.queued(c) == []
    await work_off(each_world, await press(browser, moved, HERE))
    assert [event["actor"] for event in each_world.events("approval.given")] == [ADMIN]
    assert each_world.target.people()["alice"]["title"] == "Chief"
    assert list(each_world.target.people()) == ["alice"]


async def test_nobody_and_no_group_of_that_name(world: World) -> None:
    browser = await world.signed_in()
    for asked, words in (({"user": "no<body"}, "No user is called no"), ({"group": "no<thing"}, "Aws has no group called no")):
        page = await look(browser, **asked)
        assert page.status == 404
        assert words in page.text or words.replace("Aws", "aws") in page.text
        assert 'aria-invalid="true"' in page.html


async def test_without_a_way_to_send_there_is_no_button(world: World) -> None:
    browser = await world.signed_in()
    page = await look(browser, user="alice")
    assert "Has aws, but nothing is sent: provisioning is off for aws." in page.text
    assert not [form for form in page.forms if form.action == HERE and form.method == "post"]
    world.set("provisioning=on", "approve-create=off")
    page = await look(browser, user="alice")
    world.set("provisioning=off")
    refused = await press(browser, page, HERE)
    assert "Nothing is sent: provisioning is off for aws." in refused.text


async def test_a_target_that_cannot_be_asked_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    world.target.users[world.target.id_of("alice@x.example")]["title"] = HOSTILE
    page = await look(browser, user="alice", ask="yes")
    assert "Something else than what was written." in page.text
    assert "<script>alert" not in page.html
    monkeypatch.setattr(world.target, "faults", lambda _sent: Fault(401))
    assert "The target could not be asked" in (await look(browser, user="alice", ask="yes")).text


async def test_the_pages_of_a_user_and_of_a_login_lead_here(world: World) -> None:
    world.set("provisioning=on")
    browser = await world.signed_in()
    await browser.get(address("/plan"))
    for path in (f"/admin/users/{world.alice.id}/applications", f"{address('/users')}/{world.alice.id}/pending"):
        assert f'href="{HERE}?user=alice"' in (await browser.get(path)).html
    assert f'href="{HERE}"' in (await browser.get(address())).html


async def test_a_target_that_is_kept_here_is_asked_too(world: World) -> None:
    with world.changing() as c:
        app = apps.create_app(
            c, world.engine.vault, world.now, name="try", connector="memory", scim_url="", token="", allow_loopback=False
        )
        apps.assign(c, app, None, world.now)
        apps.change_settings(c, app, list(OPEN), world.now)
    number = await asyncio.to_thread(world.engine.order, app.id, "sync", {})
    await asyncio.to_thread(world.engine.wait, number)
    browser = await world.signed_in()
    page = await browser.get(f"/admin/apps/{app.id}/on-demand?user=alice&ask=yes")
    assert "As it was written." in page.text
    assert world.target.log == []
