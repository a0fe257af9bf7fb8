"""Roles inside roles, on the page of a role."""

from lockstep.idp.apps import actions as apps
from lockstep.idp.console import store
from lockstep.idp.directory.nesting.actions import nest_role
from tests.idp.console.world import ADMIN, OPEN, World, press


async def test_a_role_is_put_in_and_taken_out(each_world: World) -> None:
    world = each_world
    cooks = world.found("Cooks", world.bob)
    world.set(*OPEN)
    await world.sync()
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}"
    added = await press(browser, await browser.get(address), f"{address}/roles", child="Cooks")
    assert "Cooks is in the role: for apps, its members are members of this one." in added.text
    members = await browser.get(f"{address}/users")
    assert "Members (2)" in members.text
    assert "1 in this role itself, the others through the roles that it contains." in members.text
    again = await press(browser, added, f"{address}/roles", child=cooks.group_id)
    assert "Cooks was in the role already." in again.text
    inner = await browser.get(f"/admin/roles/{cooks.id}")
    assert "Contained in" in inner.text
    assert f'href="{address}/roles/{cooks.id}/remove"' in inner.html
    await world.sync()
    assert world.target.teams()["Readers"] == {"alice@x.example", "bob@x.example"}
    asked = await browser.get(f"{address}/roles/{cooks.id}/remove")
    assert "1 person is in it, and loses what only Readers gives." in asked.text
    assert "Who is in Readers by no other way leaves it. With the next sync" in asked.text
    out = await press(browser, asked, f"{address}/roles/{cooks.id}/remove")
    assert "Cooks is not in the role any more. Plan of aws shows what follows." in out.text
    await world.sync()
    assert world.target.teams()["Readers"] == {"alice@x.example"}
    kinds = [(event["type"], event["actor"]) for event in world.events("role.") if "nested" in event["type"]]
    assert kinds == [("role.nested", ADMIN), ("role.unnested", ADMIN)]


async def test_members_say_what_they_came_through_and_only_their_own_can_be_removed(each_world: World) -> None:
    world = each_world
    cooks, waiters = world.found("Cooks", world.alice), world.found("Waiters", world.bob)
    with world.changing() as c:
        nest_role(c, world.role.id, cooks.id, actor="x", now=1)
        nest_role(c, cooks.id, waiters.id, actor="x", now=1)
    browser = await world.signed_in()
    page = await browser.get(f"/admin/roles/{world.role.id}/users")
    rows = [row.partition("</tr>")[0] for row in page.html.split("<tr>")[2:]]
    assert [("alice@x.example" in row, "Cooks" in row, "Waiters" in row, "/remove" in row) for row in rows] == [
        (True, True, False, True),
        (False, True, False, False),
    ]
    page = await browser.get(f"/admin/roles/{waiters.id}/users")
    assert "Through" not in page.text


async def test_a_circle_stands_beside_the_field(world: World) -> None:
    cooks = world.found("Cooks")
    with world.changing() as c:
        nest_role(c, world.role.id, cooks.id, actor="x", now=1)
    browser = await world.signed_in()
    page = await browser.get(f"/admin/roles/{cooks.id}")
    refused = await press(browser, page, f"/admin/roles/{cooks.id}/roles", child="Readers")
    assert refused.status == 422
    chain = f"Cooks ({cooks.group_id}) → Readers ({world.role.group_id}) → Cooks ({cooks.group_id})"
    assert f"It would be inside itself: {chain}." in refused.text


async def test_members_of_all_roles_inside_go_by_key(each_world: World) -> None:
    world = each_world
    inner = [world.found(f"Inner {number}") for number in range(2)]
    people = [world.user(f"p{number:03}") for number in range(store.PAGE + 3)]
    with world.changing() as c:
        for role in inner:
            nest_role(c, world.role.id, role.id, actor="x", now=1)
    for role in inner:
        world.seat(role, *people)
    browser = await world.signed_in()
    first = await browser.get(f"/admin/roles/{world.role.id}/users")
    assert "Members (54)" in first.text
    assert "p052@x.example" not in first.text
    after = first.html.split("?after=")[1].split('"')[0]
    rest = await browser.get(f"/admin/roles/{world.role.id}/users?after={after}")
    assert rest.text.count("p052@x.example") == 1
    assert "p052@x.example Active – Inner 0 , Inner 1" in rest.text


async def test_before_a_nested_role_is_deleted_its_page_says_what_the_roles_above_lose(world: World) -> None:
    world.set(*OPEN, "leavers=delete")
    cooks = world.found("Cooks", world.bob)
    staff = world.found("Staff")
    with world.changing() as c:
        nest_role(c, staff.id, world.role.id, actor="x", now=1)
        nest_role(c, world.role.id, cooks.id, actor="x", now=1)
        c.raw.execute("DELETE FROM app_assignments")
        apps.assign(c, apps.find_app(c, "aws"), "Staff", world.now)
    await world.sync()
    assert world.target.teams()["Staff"] == {"alice@x.example", "bob@x.example"}
    browser = await world.signed_in()
    asked = (await browser.get(f"/admin/roles/{cooks.id}/remove")).text
    assert "The group Cooks is deleted" in asked
    assert "Who is in Readers, Staff by no other way leaves them." in asked
    assert "Who has the app by no other way is deleted there." in asked
    empty = world.found("Nobody")
    with world.changing() as c:
        nest_role(c, staff.id, empty.id, actor="x", now=1)
    assert "by no other way" not in (await browser.get(f"/admin/roles/{empty.id}/remove")).text


async def test_who_has_an_app_through_a_role_inside_is_on_its_tab_users(each_world: World) -> None:
    world = each_world
    cooks = world.found("Cooks", world.bob)
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_assignments")
        apps.assign(c, world.app, "Readers", world.now)
    browser = await world.signed_in()
    assert "bob@x.example" not in (await browser.get("/admin/apps/1/users")).text
    with world.changing() as c:
        nest_role(c, world.role.id, cooks.id, actor="x", now=1)
    page = (await browser.get("/admin/apps/1/users")).text
    assert page.count("bob@x.example") == page.count("alice@x.example") == 1
    assert "Readers 2" in (await browser.get("/admin/apps/1/access")).text
    asked = await browser.get(f"/admin/apps/1/access/{world.role.id}/remove")
    assert "2 members of Readers lose aws" in asked.text
