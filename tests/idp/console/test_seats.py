"""The tabs Applications, Users and Admins of a role."""

from lockstep.idp.directory import store
from lockstep.idp.directory.nesting.actions import nest_role
from lockstep.idp.directory.records import FOLDER, MAPPED, Membership
from lockstep.idp.directory.roles import store as admins
from tests.idp.console.world import ADMIN, HAND, World, press


async def test_which_apps_it_gives_and_one_more(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}/applications"
    assert "Everyone has it." in (await browser.get(address)).text
    with world.changing() as c:
        c.script(["DELETE FROM app_assignments"])
    page = await browser.get(address)
    assert "No applications" in page.text
    given = await press(browser, page, address, app="1")
    assert "The members of this role have aws." in given.text
    assert "This role gives it." in given.text
    assert 'href="/admin/apps/1/access/1/remove"' in given.html
    inner = world.found("Cooks", world.bob)
    with world.changing() as c:
        nest_role(c, world.role.id, inner.id, actor=HAND, now=1)
    assert "In Readers , which gives it." in (await browser.get(f"/admin/roles/{inner.id}/applications")).text


async def test_members_say_who_added_them_and_are_listed_by_that(each_world: World) -> None:
    world = each_world
    carol, dave = world.user("carol"), world.user("dave")
    with world.changing() as c:
        for user, source, mapped in ((world.bob, MAPPED, 3), (carol, FOLDER, 0), (dave, FOLDER, 4)):
            store.add_member(c, Membership(role_id=world.role.id, user_id=user.id, source=source, mapped=mapped))
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}/users"

    async def shown(query: str) -> list[str]:
        page = (await browser.get(f"{address}?{query}")).text.partition("Members (4)")[2]
        return [name for name in ("alice", "bob", "carol", "dave") if f"{name}@x.example" in page]

    page = await browser.get(address)
    for said in ("Active Manually", "Active Mapping 3", "Active Import of a folder", "Active Import of a folder, Mapping 4"):
        assert said in page.text
    assert f"/members/{world.bob.id}/remove" not in page.html, "a mapping alone gives it"
    assert await shown("by=hand") == ["alice"]
    assert await shown("by=mapping") == ["bob", "dave"]
    assert await shown("by=source") == ["carol", "dave"]
    assert await shown("q=ca") == ["carol"]
    assert await shown("by=nonsense") == ["alice", "bob", "carol", "dave"]
    assert "No matches" in (await browser.get(f"{address}?q=nobody")).text


async def test_check_shows_who_is_in_it_and_adds_who_is_not(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}/users"
    checked = await browser.get(f"{address}?check=x.example")
    assert "In the role" in checked.text
    added = await press(browser, checked, "/members", user="bob")
    assert "bob@x.example is in the role." in added.text
    assert "Nobody is called that." in (await browser.get(f"{address}?check=nobody")).text


async def test_admins_come_and_go(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}/admins"
    assert "No admins" in (await browser.get(address)).text
    added = await press(browser, await browser.get(address), address, user="bob@x.example")
    assert "bob@x.example administers this role." in added.text
    again = await press(browser, added, address, user="bob")
    assert "administered this role already" in again.text
    with world.db.read() as c:
        assert admins.admins_of(c, world.role.id) == [world.bob.id]
    gone = await press(browser, again, f"/admins/{world.bob.id}/remove")
    assert "No admins" in gone.text
    assert [event["actor"] for event in world.events("role.admin_")] == [ADMIN, ADMIN]
