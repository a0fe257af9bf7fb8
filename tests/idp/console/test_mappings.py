"""Users > Mappings: written, looked at, let be in force, tried with one person."""

import asyncio

import pytest

from lockstep.idp.console import mappings as mappings_page
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.mappings import store as mappings
from tests.idp.console.world import HAND, World, press
from tests.support.browser import Answer, Browser

HOME = "/admin/mappings"
SALES = {"source-0": "department", "operator-0": "equals", "value-0": "Sales|Legal"}


async def save(browser: Browser, **more: str) -> Answer:
    page = await browser.get(f"{HOME}/edit")
    typed = {"name": "Sellers", "action-0": "add_role", "set-0": "Readers", "enabled": "yes", **SALES, **more}
    return await press(browser, page, f"{HOME}/edit", do="save", **typed)


def sell(world: World) -> None:
    with world.changing() as c:
        directory.change_user(c, world.alice.id, {"department": "Sales"}, actor=HAND, now=world.now)
        directory.remove_members(c, world.role.id, [world.alice.id], actor=HAND, now=world.now)


async def test_a_mapping_is_saved_looked_at_and_reapplied(world: World) -> None:
    sell(world)
    browser = await world.signed_in()
    assert "No mappings" in (await browser.get(HOME)).text
    saved = await save(browser)
    assert "“Sellers” has been saved, and is not in force yet." in saved.text
    assert "1 of 2 people would change." in saved.text
    assert "gets the role Readers" in saved.text
    listed = await browser.get(HOME)
    for words in ("Department equals “Sales” or “Legal”", "Set Role: Readers", "Nothing of that is in force yet"):
        assert words in listed.text
    done = await press(browser, saved, f"{HOME}/apply")
    assert "Mappings are being reapplied" in done.text
    for _ in range(500):
        with world.db.read() as c:
            if mappings.applied(c).reached is None:
                break
        await asyncio.sleep(0.02)
    with world.db.read() as c:
        assert mappings.applied(c).reached is None
        assert world.alice.id in {one.id for one in store.members_of_role(c, world.role.id)}
    assert "Nobody would change." in (await browser.get(f"{HOME}/preview")).text


async def test_of_many_people_the_first_are_looked_at_until_somebody_asks_for_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mappings_page, "LOOKED_AT", 1)
    browser = await world.signed_in()
    seen = await save(browser, **{"source-0": "", "set-0": "Readers"})
    assert "Nobody of the first 1 people would change." in seen.text, "alice has the role already"
    every = await browser.get(f"{HOME}/preview?all=1")
    assert "1 of 2 people would change." in every.text
    assert "Look at everybody" not in every.text


async def test_what_was_not_seen_is_not_applied(world: World) -> None:
    browser = await world.signed_in()
    seen = await save(browser)
    await save(browser, name="Another")
    refused = await press(browser, seen, f"{HOME}/apply")
    assert "The mappings have changed since you looked. Look again." in refused.text
    with world.db.read() as c:
        assert mappings.applied(c).at == 0
    thrown = await press(browser, refused, f"{HOME}/discard")
    assert "No mappings" in thrown.text


async def test_one_person_is_tried_and_order_and_switches_change(world: World) -> None:
    sell(world)
    browser = await world.signed_in()
    await save(browser)
    await save(browser, name="Second")
    tried = await browser.get(f"{HOME}?user=alice")
    assert "applies" in tried.text
    assert "gets the role Readers" in tried.text
    assert "does not apply" in (await browser.get(f"{HOME}?user=bob")).text
    assert "There is no user" in (await browser.get(f"{HOME}?user=nobody")).text
    page = await browser.get(HOME)
    assert "“Second” has been moved up." in (await press(browser, page, f"{HOME}/2/move", to="up")).text
    assert "“Sellers” is disabled" in (await press(browser, page, f"{HOME}/1/enable", to="off")).text
    asked = await browser.get(f"{HOME}/2/delete")
    gone = await press(browser, asked, f"{HOME}/2/delete")
    assert "“Second” has been deleted" in gone.text
    with world.db.read() as c:
        assert [(one.id, one.enabled) for one in mappings.everything(c)] == [(1, False)]
