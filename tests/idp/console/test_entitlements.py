"""Provisioning > Entitlements."""

from lockstep.idp.provisioning.entitlements import actions
from lockstep.idp.provisioning.entitlements.records import Seen
from lockstep.idp.provisioning.links import target_of
from tests.idp.console.world import OPEN, World, address, press

PAGE = address("/provisioning/entitlements")


async def test_read_and_shown(world: World) -> None:
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    assert "Not read yet" in page.text
    filed = await press(browser, page, address("/do/entitlements"))
    assert "The groups of aws are being read" in filed.text
    with world.changing() as c:
        target = target_of(c, world.app.id, world.app.scim_url)
        groups = [Seen("t-x", "Foreign ones", 3), *(Seen(f"t{number}", f"G{number:03}") for number in range(60))]
        actions.take_in(c, world.app, target, groups, 1, world.now)
    page = await browser.get(PAGE)
    for words in ("61 groups", "Foreign: 61", "Missing: 1", "Foreign ones", "not known"):
        assert words in page.text
    assert "Readers" not in page.text  # on the next page
    assert "Readers" in (await browser.get(f"{PAGE}?after=g049&id=t49")).text
    found = await browser.get(f"{PAGE}?q=foreign&kind=foreign")
    assert "Foreign ones" in found.text
    assert "G001" not in found.text
    assert "Gone at the target" in (await browser.get(f"{PAGE}?kind=missing")).text
    with world.changing() as c:
        actions.failed(c, target, "it <b>fell</b> silent", world.now)
    assert "did not come to its end" in (await browser.get(PAGE)).text
    assert "Groups last read" in (await browser.get(address("/provisioning"))).text
