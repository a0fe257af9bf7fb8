"""Users > Deleted users."""

import pytest

from lockstep.idp.console import deleted
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.removed.records import DAY_MS
from tests.idp.console.world import HAND, World, press


def remove(world: World, *names: str) -> None:
    for name in names:
        user = world.user(name)
        with world.changing() as c:
            directory.add_members(c, world.role.id, [user.id], actor=HAND, now=world.now)
            directory.remove_user(c, user.id, actor=HAND, now=world.now)


async def test_a_deleted_user_is_restored(each_world: World) -> None:
    browser = await each_world.signed_in()
    assert "No deleted users" in (await browser.get("/admin/users/deleted")).text
    remove(each_world, "carol")
    each_world.now += 2 * DAY_MS
    browser = await each_world.signed_in()
    page = await browser.get("/admin/users/deleted")
    assert "carol@x.example" in page.text
    assert "28 days left" in page.text
    back = await press(browser, page, "/restore")
    assert "carol@x.example has been restored" in back.text
    assert back.url.endswith("/admin/users/3")
    assert "Readers" in (await browser.get("/admin/users/3/applications")).text


async def test_nobody_is_restored_in_anothers_place(world: World) -> None:
    remove(world, "carol")
    world.user("carol")
    browser = await world.signed_in()
    refused = await press(browser, await browser.get("/admin/users/deleted"), "/restore")
    assert refused.status == 409
    assert "this employee id 'carol' is another user's by now" in refused.text


async def test_a_long_list_goes_by_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deleted, "PAGE", 2)
    remove(world, "c1", "c2", "c3")
    browser = await world.signed_in()
    first = await browser.get("/admin/users/deleted")
    assert ("c3@" in first.text, "c2@" in first.text, "c1@" in first.text) == (True, True, False)
    after = first.html.split('href="/admin/users/deleted?')[1].split('"')[0].replace("&amp;", "&")
    second = await browser.get(f"/admin/users/deleted?{after}")
    assert ("c3@" in second.text, "c1@" in second.text) == (False, True)
    assert "End of the list" in second.text
