"""The tab Failures: what failed, by cause and one by one, and another try."""

import asyncio

import pytest

from lockstep.idp.console import failures
from lockstep.idp.console.failures import NOT_ANY_MORE
from lockstep.idp.directory import actions as directory
from lockstep.idp.provisioning import jobs, troubles
from lockstep.idp.provisioning.jobs import Job
from tests.idp.console.world import ADMIN, HAND, HOSTILE, OPEN, World, address, press
from tests.idp.provisioning.target import Fault, Sent
from tests.support.browser import Browser

PAGE = address("/failures")
RETRY = "/failures/retry"
DAY = 86_400_000
ALICE, BOB = "alice@x.example", "bob@x.example"


async def broken(world: World) -> Browser:
    """Alice and the group Readers are refused for the same reason, Bob for another."""

    def faults(sent: Sent) -> Fault | None:
        text = str(sent.body)
        if sent.method == "POST" and BOB in text:
            return Fault(409 if sent.path == "/Groups" else 400, detail="Duplicate UserName", scim_type="uniqueness")
        refused = sent.method == "POST" and (ALICE in text or "Readers" in text)
        return Fault(400, detail="'nickName' is too long") if refused else None

    world.set(*OPEN)
    world.target.faults = faults
    await world.sync()
    world.target.faults = lambda _sent: None
    world.target.log.clear()
    return await world.signed_in()


async def run(world: World) -> Job:
    """Do what was filed."""
    with world.db.read() as c:
        (job,) = jobs.queued(c)
    await asyncio.to_thread(world.engine.wait, job.id)
    return job


async def test_nothing_has_failed(each_world: World) -> None:
    browser = await each_world.signed_in()
    assert "Nothing has failed" in (await browser.get(PAGE)).text
    assert "Nothing here" in (await browser.get(f"{PAGE}?given-up=1")).text
    assert (await browser.get("/admin/apps/99/failures")).status == 404


async def test_by_cause_with_what_to_do(each_world: World) -> None:
    browser = await broken(each_world)
    page = await browser.get(PAGE)
    assert "400 too long: nickName" in page.text
    assert "2 objects, 1 user, 1 group" in page.text
    assert "Readers, alice@x.example" in page.text
    assert "Shorten nickName;" in page.text
    assert "400 uniqueness: userName" in page.text
    assert page.text.index("400 too long") < page.text.index("400 uniqueness")
    assert 'Failures <span class="count">3</span>' in page.html
    hint = "3 changes have failed at the target, and are tried again."
    assert hint in (await browser.get(address("/users"))).text


async def test_one_by_one(world: World) -> None:
    browser = await broken(world)
    page = await browser.get(f"{PAGE}?cause=400-too-long-nickName")
    assert "the target refused it (400): 'nickName' is too long" in page.text
    assert f'href="{address()}/users/{world.alice.id}/pending"' in page.html
    assert f'href="{address()}/timeline?group=Readers"' in page.html
    assert BOB not in page.text
    assert "Tried 3 times" in page.text


async def test_pages_go_by_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.set(*OPEN)
    for index in range(4):
        world.user(f"p{index}")
    world.target.faults = lambda sent: Fault(400, detail="no") if sent.path == "/Users" else None
    await world.sync()
    browser = await world.signed_in()
    monkeypatch.setattr(troubles.page, "__kwdefaults__", {"after": ("", "", ""), "most": 4})
    with world.db.read() as c:
        [group], _ = troubles.by_cause(c, 1)
    first = await browser.get(f"{PAGE}?cause={group.cause.id}")
    assert ["p2@x" in first.text, "p1@x" in first.text] == [False, True]
    link = first.html.split('class="button quiet" href="')[-1].split('"')[0].replace("&amp;", "&")
    second = await browser.get(link)
    assert ["p2@x" in second.text, "p3@x" in second.text, "p1@x" in second.text] == [True, True, False]
    assert "End of the list" in second.text
    assert "First page" in second.text


async def test_trying_a_cause_again(world: World) -> None:
    browser = await broken(world)
    page = await browser.get(f"{PAGE}?cause=400-too-long-nickName")
    done = await press(browser, page, address(RETRY), cause="400-too-long-nickName")
    assert "Trying again what failed (2)" in done.text
    job = await run(world)
    assert job.arguments == {"by_hand": False}
    assert {one["userName"] for one in world.target.users.values()} == {ALICE}
    assert "Readers" in world.target.teams()
    [asked] = world.events("sync.asked")
    assert (asked["actor"], asked["notes"]) == (ADMIN, "try again: 400-too-long-nickName")
    assert "400 too long" not in (await browser.get(PAGE)).text


async def test_trying_one_object_again(world: World) -> None:
    browser = await broken(world)
    page = await browser.get(f"{PAGE}?cause=400-uniqueness-userName")
    done = await press(browser, page, address(RETRY), cause="", object="user", key="bob", name=BOB)
    assert f"Trying again: {BOB}" in done.text
    await run(world)
    assert {one["userName"] for one in world.target.users.values()} == {BOB}
    assert world.events("sync.asked")[-1]["user_name"] == BOB
    again = await press(browser, page, address(RETRY), cause="", object="user", key="bob", name=BOB)
    assert NOT_ANY_MORE in again.text
    assert again.url.endswith(PAGE)


async def test_trying_all_again(world: World) -> None:
    browser = await broken(world)
    done = await press(browser, await browser.get(PAGE), address(RETRY), cause="")
    assert "Trying again what failed (3)" in done.text
    await run(world)
    assert "Nothing has failed" in (await browser.get(PAGE)).text


async def test_what_is_given_up_has_a_list_and_another_try(world: World) -> None:
    browser = await broken(world)
    world.target.faults = lambda sent: Fault(400, detail="'nickName' is too long") if sent.method != "GET" else None
    world.now += 28 * DAY
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    assert "Given up" in page.text
    assert "3 changes have failed at the target, and are given up." in page.text
    listed = await browser.get(f"{PAGE}?given-up=1")
    assert "Failed for 28 days, and not tried again by itself any more." in listed.text
    for name in ("Readers", ALICE, BOB):
        assert name in listed.text
    world.target.faults = lambda _sent: None
    done = await press(browser, listed, address(RETRY), **{"given-up": "1", "cause": ""})
    assert "Trying again what failed (3)" in done.text
    await run(world)
    assert "Nothing has failed" in (await browser.get(PAGE)).text


async def test_who_has_left_the_directory_leads_to_the_timeline(world: World) -> None:
    world.set(*OPEN, "leavers=delete")
    await world.sync()
    with world.changing() as c:
        directory.remove_user(c, world.bob.id, actor=HAND, now=world.now)
    world.target.faults = lambda sent: Fault(400, detail="no") if sent.method == "DELETE" else None
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    cause = page.html.split("?cause=")[1].split('"')[0]
    listed = await browser.get(f"{PAGE}?cause={cause}")
    assert "/timeline?user=bob%40x.example" in listed.html


async def test_what_a_target_says_is_text(world: World) -> None:
    world.set(*OPEN)
    world.target.faults = lambda sent: Fault(400, detail=HOSTILE) if sent.method == "POST" else None
    await world.sync()
    browser = await world.signed_in()
    for page in (PAGE, f"{PAGE}?given-up=1", address("/timeline?user=alice")):
        assert "<script>alert" not in (await browser.get(page)).html


async def test_many_causes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await broken(world)
    monkeypatch.setattr(failures, "CAUSES", 1)
    page = await browser.get(PAGE)
    assert "and 1 more cause" in page.text
    assert "400 uniqueness" not in page.text
