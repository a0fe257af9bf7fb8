"""The values of one login: user > Applications > app."""

from lockstep.idp.apps.logins import store
from lockstep.idp.provisioning.entitlements import actions as entitlements
from lockstep.idp.provisioning.entitlements.records import Seen
from lockstep.idp.provisioning.links import target_of
from tests.idp.console.world import World, address, press

PAGE = address("/users/1")


def stored(world: World) -> dict[str, tuple[str, ...]]:
    with world.db.read() as c:
        return store.of_user(c, world.app.id, world.alice.id)


async def test_values_are_added_shown_and_removed(world: World) -> None:
    with world.changing() as c:
        target = target_of(c, world.app.id, world.app.scim_url)
        entitlements.take_in(c, world.app, target, [Seen("t1", "Admins")], 1, world.now)
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    for words in ("Values of this login: alice", "this login has what the app gives", "There are: Admins."):
        assert words in page.text
    assert "aria-invalid" not in page.html
    saved = await press(browser, page, PAGE, key="groups", values="Admins\r\nOwn\r\n", do="save")
    assert "Groups has been saved for this login." in saved.text
    assert stored(world) == {"groups": ("Admins", "Own")}
    await press(browser, page, PAGE, key="title", values="", do="save")
    page = await browser.get(PAGE)
    assert "nothing is sent" in page.text
    assert "Overridden: groups, title" in (await browser.get("/admin/users/1/applications")).text
    assert "Overridden" in (await browser.get(address("/users"))).text
    gone = await press(browser, page, PAGE, key="title", do="remove")
    assert "what the app gives holds again" in gone.text
    assert stored(world) == {"groups": ("Admins", "Own")}


async def test_what_is_wrong_and_who_does_not_have_the_app(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    wrong = await press(browser, page, PAGE, key="groups", values="", do="save")
    assert wrong.status == 422
    assert "Name at least one group" in wrong.text
    assert (await browser.get(address("/users/99"))).status == 404
    with world.changing() as c:
        c.script(["DELETE FROM app_assignments"])
    assert "They do not have aws" in (await browser.get(PAGE)).text
    world.set("credentials=shared")
    assert "shared by all users" in (await browser.get(PAGE)).text
