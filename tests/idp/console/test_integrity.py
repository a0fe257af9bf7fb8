"""Activity > Integrity."""

from lockstep.idp.console.integrity import HOME
from lockstep.idp.eventlog import sealing, store
from tests.idp.console.world import World, press
from tests.idp.eventlog.tampering import by_hand

RETENTION = "/admin/events/retention"


async def test_nobody_has_looked_yet(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get(HOME)
    assert "Nobody has verified the chain yet." in page.text
    assert "A server seals new events once a minute" in page.text
    assert 'href="/admin/events/integrity"' in (await browser.get("/admin/events")).html


async def test_a_whole_chain(each_world: World) -> None:
    browser = await each_world.signed_in()
    sealing.seal(each_world.db, each_world.engine.vault, each_world.now)
    page = await browser.get(HOME)
    with each_world.db.read() as c:
        head = store.head(c)
    assert head is not None
    assert str(head) in page.html
    page = await press(browser, page, HOME, head=str(head))
    assert "The chain is whole." in page.text
    assert f"{head.seq} events, 1 to {head.seq}: none was changed, taken out or put in." in page.text
    assert f"Sealed up to event {head.seq}" in " ".join(page.text.split())
    assert "Heads kept elsewhere that agreed 1" in " ".join(page.text.split())


async def test_a_broken_chain(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get(HOME)
    with by_hand(each_world.db) as c:
        c.raw.execute("DELETE FROM events WHERE seq = 2")
    page = await press(browser, page, HOME)
    assert "Broken at event 2: event 2 is gone." in page.text
    assert "The chain is whole." not in page.text


async def test_a_head_that_is_none(world: World) -> None:
    browser = await world.signed_in()
    page = await press(browser, await browser.get(HOME), HOME, head="12:ab")
    assert page.status == 422
    assert "Write NUMBER:DIGEST, as lockstep idp events head prints it." in page.text
    assert 'value="12:ab"' in page.html


async def test_how_long_events_are_kept(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await press(browser, await browser.get(HOME), RETENTION, days="90")
    assert "Events are kept for 90 days." in page.text
    assert 'value="90"' in page.html
    (changed,) = each_world.events("events.retention_changed")
    assert changed["actor"] == "root"
    page = await press(browser, page, RETENTION, days="x")
    assert page.status == 422
    assert "Use 0 (for ever) to 36500 days." in page.text
    page = await press(browser, await browser.get(HOME), RETENTION, days="0")
    assert "Events are kept for ever." in page.text
