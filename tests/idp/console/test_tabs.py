"""The tabs SSO, Access and Users."""

from lockstep.idp.apps import actions
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.saml import actions as saml
from lockstep.idp.console import store
from lockstep.idp.console.tabs import logins
from lockstep.saml.metadata import read_idp_metadata
from tests.idp.console.world import ADMIN, OPEN, ORIGIN, World, address, press


async def test_the_identity_provider_s_values_and_metadata(world: World) -> None:
    browser = await world.signed_in()
    assert "No service provider yet" in (await browser.get(address("/sso"))).text
    none = await browser.get(address("/metadata"))
    assert none.status == 409
    assert "This app knows no service provider yet" in none.text
    with world.changing() as c:
        sp = saml.sp_from_urls("https://sp.example/acs", "https://sp.example/m")
        config = saml.configure(c, world.app, world.now, sp=sp)
    page = await browser.get(address("/sso"))
    for words in (f"{ORIGIN}/saml/metadata/{config.uuid}", "Fingerprint (SHA-256)", "Days left"):
        assert words in page.text
    file = await browser.get(address("/metadata"))
    assert "attachment" in file.header("content-disposition")
    assert read_idp_metadata(file.body).entity_id == f"{ORIGIN}/saml/metadata/{config.uuid}"


async def test_the_app_is_given_to_a_role_and_to_everyone(world: World) -> None:
    with world.db.write() as c:
        c.script(["DELETE FROM app_assignments"])
    browser = await world.signed_in()
    page = await browser.get(address("/access"))
    assert "Nobody has this app." in page.text
    token = page.form("/access").value("csrf")
    for role, words in (("", "Name a role"), ("<None>", "No role is called")):
        wrong = await browser.post(address("/access"), [("csrf", token), ("whom", "role"), ("role", role)])
        assert wrong.status == 422
        assert words in wrong.text
    answer = await browser.post(address("/access"), [("csrf", token), ("whom", "role"), ("role", "Readers")])
    done = await browser.follow(answer)
    assert "The members of Readers have the app." in done.text
    users = await browser.get(address("/users"))
    assert "alice@x.example" in users.text
    assert "bob@x.example" not in users.text
    done = await browser.follow(await browser.post(address("/access"), [("csrf", token), ("whom", "everyone")]))
    assert "Everyone, now and later." in done.text
    with world.db.read() as c:
        assert {one.role_id for one in apps.assignments(c, 1)} == {None, world.role.id}
    assert {event["actor"] for event in world.events("app.assigned")[1:]} == {ADMIN}


async def test_the_app_is_taken_from_a_role_and_its_members_become_leavers(each_world: World) -> None:
    with each_world.changing() as c:
        c.script(["DELETE FROM app_assignments"])
        actions.assign(c, each_world.app, "Readers", each_world.now)
    each_world.set(*OPEN)
    await each_world.sync()
    browser = await each_world.signed_in()
    page = await browser.get(address(f"/access/{each_world.role.id}/remove"))
    assert "1 member of Readers loses aws" in page.text
    done = await press(browser, page, f"/access/{each_world.role.id}/remove")
    assert "The role does not have the app any more." in done.text
    assert each_world.events("app.unassigned")[-1]["actor"] == ADMIN
    await each_world.sync()
    assert [one["active"] for one in each_world.target.users.values()] == [False]
    assert (await browser.get(address("/access/99/remove"))).status == 404


async def test_logins_with_their_state(each_world: World) -> None:
    each_world.set("provisioning=on")
    await each_world.sync()
    browser = await each_world.signed_in()
    page = await browser.get(address("/users"))
    assert "2 pending" in page.text
    assert page.text.count("Create user waits for approval.") == 2
    done = await press(browser, page, "/plan/change", do="approve")
    assert "1 change approved." in done.text
    assert done.url.endswith("/users")
    await each_world.sync()
    assert "Provisioned" in (await browser.get(address("/users"))).text
    assert [one["userName"] for one in each_world.target.users.values()] == ["alice@x.example"]
    rest = await browser.get(address("/users"))
    await press(browser, rest, "/plan/approve", digest=rest.form("/plan/approve").value("digest"), do="approve")
    await each_world.sync()
    assert len(each_world.target.users) == 2
    assert each_world.events("approval.given")[0]["actor"] == ADMIN


async def test_a_login_that_failed_says_why(world: World) -> None:
    from tests.idp.provisioning.target import Fault

    world.set(*OPEN)
    world.target.faults = lambda sent: Fault(400, detail="no <b>good") if sent.method == "POST" else None
    await world.sync()
    browser = await world.signed_in()
    page = await browser.get(address("/users?q=alice"))
    assert "Failed" in page.text
    assert "no &lt;b&gt;good" in page.html
    assert callable(logins)


async def test_long_lists_go_by_key(world: World) -> None:
    for number in range(store.PAGE + 2):
        world.user(f"p{number:03}")
    browser = await world.signed_in()
    page = await browser.get(address("/users?q=p0"))
    assert "p051@x.example" not in page.text
    after = page.html.split("users?q=p0&amp;after=")[1].split('"')[0]
    assert "p051@x.example" in (await browser.get(address(f"/users?q=p0&after={after}"))).text
