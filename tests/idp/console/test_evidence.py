"""The page of evidence."""

import asyncio

import msgspec

from lockstep.idp.provisioning.evidence.chain import Signed, problems
from tests.idp.console.world import OPEN, World, address, press


async def test_a_record_is_made_listed_and_downloaded(each_world: World) -> None:
    each_world.set(*OPEN)
    await each_world.sync()
    browser = await each_world.signed_in()
    page = await browser.get(address("/evidence"))
    assert "No records" in page.text
    assert "None is made by itself" in page.text
    await press(browser, page, "/do/evidence")
    await asyncio.to_thread(each_world.engine.wait, 2)
    assert "Both sides are equal" in (await browser.get(address("/jobs/2"))).text
    listed = await browser.get(address("/evidence"))
    assert "Equal 2 users, 1 group, 1 membership Download" in listed.text
    file = await browser.get(address("/evidence/1"))
    key = await browser.get(address("/evidence/key"))
    found = msgspec.json.decode(file.html)
    signed = Signed(found["record"], found["signature"], found["public_key"])
    assert problems([signed], key.html.strip()) == []
    assert (await browser.get(address("/evidence/2"))).status == 404
    assert (await browser.get(address("/evidence/99999999999"))).status == 404


async def test_what_is_not_equal_and_what_is_missing_are_said(world: World) -> None:
    world.set("provisioning=on", "groups=on")
    for number in range(1, 4):
        order = world.engine.order(world.app.id, "evidence", {})
        await asyncio.to_thread(world.engine.wait, order)
        assert order == number
    browser = await world.signed_in()
    assert "Not equal 0 differences, 3 changes to come" in (await browser.get(address("/evidence"))).text
    with world.changing() as c:
        c.script(["DELETE FROM evidence WHERE number = 2"])
    assert "Record 3 follows record 1: what was between them is missing" in (await browser.get(address("/evidence"))).text


async def test_long_lists_go_by_number(world: World) -> None:
    world.set(*OPEN)
    for _ in range(52):
        await asyncio.to_thread(world.engine.wait, world.engine.order(world.app.id, "evidence", {}))
    browser = await world.signed_in()
    page = await browser.get(address("/evidence"))
    assert 'href="/admin/apps/1/evidence?before=3"' in page.html
    assert "was between them" not in page.text
    last = await browser.get(address("/evidence?before=3"))
    assert "End of the list" in last.text
    assert "First page" in last.text
