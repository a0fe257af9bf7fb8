"""Users > Roles."""

from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.console import store
from lockstep.idp.directory.conditions.records import Condition
from tests.idp.console.world import ADMIN, OPEN, World, press


async def test_a_role_is_made_renamed_filled_and_emptied(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.get("/admin/roles")
    assert "Readers" in page.text
    form = next(form for form in page.forms if form.action == "/admin/roles" and form.method == "post")
    made = await browser.follow(await browser.post("/admin/roles", [*form.fields[:1], ("name", "Writers")]))
    assert "The role Writers has been created." in made.text
    address = made.url.removeprefix(browser.origin)
    token = made.form("/admin/logout").value("csrf")
    renamed = await browser.follow(await browser.post(address, [("csrf", token), ("name", "Authors")]))
    assert "The role has been renamed." in renamed.text
    added = await browser.follow(await browser.post(f"{address}/members", [("csrf", token), ("user", "BOB@x.example")]))
    assert "bob@x.example is in the role." in added.text
    again = await browser.follow(await browser.post(f"{address}/members", [("csrf", token), ("user", "bob")]))
    assert "was in the role already." in again.text
    emptied = await press(browser, again, f"/members/{each_world.bob.id}/remove")
    assert "The member has been taken out." in emptied.text
    assert "No members" in emptied.text
    kinds = [event["type"] for event in each_world.events("role.") if event["actor"] == ADMIN]
    assert kinds == ["role.created", "role.renamed", "role.member_added", "role.member_removed"]


async def test_wrong_input_keeps_what_was_typed(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(f"/admin/roles/{world.role.id}")
    token = page.form("/admin/logout").value("csrf")
    wrong = await browser.post(f"/admin/roles/{world.role.id}/members", [("csrf", token), ("user", "no<body")])
    assert wrong.status == 422
    assert 'value="no&lt;body"' in wrong.html
    assert 'id="f-user-error"' in wrong.html
    wrong = await browser.post(f"/admin/roles/{world.role.id}", [("csrf", token), ("name", " ")])
    assert wrong.status == 422
    assert "This is empty." in wrong.text
    wrong = await browser.post("/admin/roles", [("csrf", token), ("name", "")])
    assert wrong.status == 422
    assert (await browser.get("/admin/roles/99")).status == 404
    assert (await browser.post("/admin/roles/99/members", [("csrf", token), ("user", "bob")])).status == 404


async def test_a_role_says_which_group_it_feeds(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}"
    assert "feeds no group" in (await browser.get(address)).text
    world.set("groups=on", "provisioning=on", "approve-create=off")
    assert "(not there yet)" in (await browser.get(address)).text
    await world.sync()
    page = await browser.get(address)
    assert "In aws this role feeds the group Readers" in page.text
    assert "(not there yet)" not in page.text


async def test_long_lists_go_by_key(each_world: World) -> None:
    people = [each_world.user(f"p{number:03}") for number in range(store.PAGE + 3)]
    role = each_world.found("Large", *people)
    for number in range(store.PAGE + 3):
        each_world.found(f"Role {number:03}")
    browser = await each_world.signed_in()
    first = await browser.get(f"/admin/roles/{role.id}/users")
    assert "Members (53)" in first.text
    assert "p052@x.example" not in first.text
    after = first.html.split("?after=")[1].split('"')[0]
    assert "p052@x.example" in (await browser.get(f"/admin/roles/{role.id}/users?after={after}")).text
    listed = await browser.get("/admin/roles?q=role")
    assert "Role 052" not in listed.text
    address = listed.html.split('href="/admin/roles?q=role&amp;')[1].split('"')[0].replace("&amp;", "&")
    rest = await browser.get(f"/admin/roles?q=role&{address}")
    assert "Role 052" in rest.text
    assert "Role 000" not in rest.text


async def test_a_deleted_role_takes_its_group_along_at_the_target(world: World) -> None:
    """The guide's third case of trouble, "a deleted group lives on at the target", walked on the pages to its good end."""
    world.set(*OPEN, "approve-delete=on")
    await world.sync()
    assert "Readers" in world.target.teams()
    browser = await world.signed_in()
    page = await browser.get(f"/admin/roles/{world.role.id}")
    assert f'data-dialog href="/admin/roles/{world.role.id}/remove"' in page.html
    asked = await browser.get(f"/admin/roles/{world.role.id}/remove")
    assert "1 member loses it: alice" in asked.text
    assert "The group Readers is deleted, and all its members lose it. After your approval, in Plan." in asked.text
    gone = await press(browser, asked, "/remove")
    assert "The role Readers has been deleted. Plan of aws shows what follows." in gone.text
    assert (await browser.get(f"/admin/roles/{world.role.id}")).status == 404
    await world.sync()
    assert "Readers" in world.target.teams()  # nobody has said yes
    plan = await browser.get("/admin/apps/1/plan")
    assert "Readers" in plan.text
    await press(browser, plan, "/plan/approve", do="approve")
    await world.sync()
    assert "Readers" not in world.target.teams()
    assert "alice@x.example" in str(world.target.users)
    kinds = [(event["type"], event["actor"]) for event in world.events("role.removed")]
    assert kinds == [("role.removed", ADMIN)]


async def test_before_a_role_is_deleted_its_page_says_what_follows(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}/remove"
    assert "nothing follows at a target" in (await browser.get(address)).text
    people = [world.user(f"p{number:02}") for number in range(12)]
    large = world.found("Large", *people)
    page = await browser.get(f"/admin/roles/{large.id}/remove")
    assert "12 members lose it" in page.text
    assert "2 more" in page.text
    assert (await browser.get("/admin/roles/99/remove")).status == 404
    token = page.form("/admin/logout").value("csrf")
    assert (await browser.post("/admin/roles/99/remove", [("csrf", token)])).status == 404


async def test_the_name_of_another_role_has_to_be_meant(world: World) -> None:
    """Roles of one name are one group: whoever renames a role onto another lets people into that one's group."""
    other = world.found("Writers", world.bob)
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}"
    page = await browser.get(address)
    asked = await press(browser, page, address, name="WRITERS")
    assert asked.status == 422
    assert f"Another role is called that ({other.group_id}, 1 member)." in asked.text
    assert 'value="WRITERS"' in asked.html
    assert 'name="same"' in asked.html
    assert "Readers" in (await browser.get("/admin/roles")).text
    meant = await press(browser, asked, address, name="WRITERS", same="yes")
    assert "The role has been renamed." in meant.text
    assert "Another role has this name, and feeds the same groups" in meant.text
    same = await press(browser, meant, address, name="Writers")
    assert "The role has been renamed." in same.text  # case alone asks nothing new
    listed = await browser.get("/admin/roles")
    refused = await press(browser, listed, "/admin/roles", name=" writers ")
    assert refused.status == 422
    assert "2 members" not in refused.text.partition("Another role")[0]
    made = await press(browser, refused, "/admin/roles", name="writers", same="yes")
    assert "The role writers has been created." in made.text


async def test_a_role_feeds_what_rules_make_of_it(world: World) -> None:
    world.set("groups=on")
    browser = await world.signed_in()
    address = f"/admin/roles/{world.role.id}"
    assert "feeds the group Readers" in (await browser.get(address)).text
    with world.changing() as c:
        rules.save(c, world.app, Rule("strip", (Mapped("role", "Read(.*)"),)), world.now, actor=ADMIN)
        condition = (Condition("role", "equals", str(world.role.id)),)
        rules.save(c, world.app, Rule("few", (Mapped("role", "^X"),), conditions=condition), world.now, actor=ADMIN)
        rules.apply(c, world.app, world.now, actor=ADMIN)
    assert "feeds the group ers" in (await browser.get(address)).text
    assert "Rules that ask for this role will never hold again: few." in (await browser.get(f"{address}/remove")).text
    other = world.found("Cooks")
    assert "no rule of an app maps it" in (await browser.get(f"/admin/roles/{other.id}")).text
