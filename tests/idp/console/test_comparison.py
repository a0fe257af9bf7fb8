"""A held app on the console: every page says so, the comparison is shown, and a button lets it go."""

import asyncio

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning.installation import actions as installation
from tests.idp.console.world import OPEN, World, address, press


def hold(world: World) -> None:
    with world.changing() as c:
        installation.hold(c, apps.find_app(c, "aws"), "a backup was restored", world.now, world.now)


async def test_every_page_says_that_something_waits(world: World) -> None:
    browser = await world.signed_in()
    assert "Nothing is sent" not in (await browser.get("/admin/users")).text
    hold(world)
    for path in ("/admin/users", "/admin/roles", "/admin/apps", "/admin/events", "/admin/certificates"):
        page = await browser.get(path)
        assert "Nothing is sent to aws: this may be a restored backup, a copy, or another tenant." in page.text, path
        assert f'href="{address("/comparison")}"' in page.html
    assert "Waits to be compared" in (await browser.get("/admin/apps")).text
    own = await browser.get(address("/plan"))
    assert own.text.count("Nothing is sent") == 1, "its own pages say it once"
    assert "a backup was restored. Compare it with its target first." in own.text


async def test_it_is_compared_looked_at_and_let_go(each_world: World) -> None:
    each_world.set(*OPEN)
    await each_world.sync()
    hold(each_world)
    number = each_world.target.id_of("alice@x.example")
    each_world.target.users[number]["title"] = "Meddled"
    each_world.target.users["s"] = {"id": "s", "userName": "stranger@x.example"}
    browser = await each_world.signed_in()
    page = await browser.get(address("/comparison"))
    assert "Not compared yet" in page.text
    await press(browser, page, "/do/compare")
    writes = len(each_world.target.writes)
    await asyncio.to_thread(each_world.engine.wait, 2)
    job = (await browser.get(address("/jobs/2"))).text
    assert "Done: 1 difference" in job
    assert "1 user there that nobody here knows." in job
    found = await browser.get(address("/comparison"))
    assert "alice@x.example changed" in found.text
    assert "Users there that nobody here knows 1" in found.text
    assert len(each_world.target.writes) == writes
    done = await press(browser, found, address("/start"))
    assert "aws runs again." in done.text
    assert "Nothing waits" in (await browser.get(address("/comparison"))).text
    assert (await each_world.sync())["check"]["differences"] == 1


async def test_it_cannot_be_let_go_before_it_was_compared(world: World) -> None:
    browser = await world.signed_in()
    with world.changing() as c:
        apps.stop(c, apps.find_app(c, "aws"), world.now)
    page = await browser.get(address())
    hold(world)
    refused = await press(browser, page, "/start")
    assert refused.status == 409
    assert "has not been compared with its target yet" in refused.text
    assert world.app_now().stopped
