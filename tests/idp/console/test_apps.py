"""Applications, and what every tab of an app has."""

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.capabilities import actions as capabilities
from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.idp.apps.memory.provider import Provider
from lockstep.idp.console.apps import MOST_SHOWN
from lockstep.idp.console.hints import hints_of, waiting_of
from lockstep.idp.console.states import login_states
from tests.idp.console.world import ADMIN, OPEN, World, address, press

TABS = ("", "/configuration", "/parameters", "/sso", "/access", "/provisioning", "/users", "/plan")


async def test_apps_are_listed_and_found(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/apps")
    assert "aws" in page.text
    assert "No matches" in (await browser.get("/admin/apps?q=zzz")).text


async def test_without_apps_the_page_says_what_to_do(world: World) -> None:
    with world.db.write() as c:
        c.script(["DELETE FROM app_assignments", "DELETE FROM apps"])
    browser = await world.signed_in()
    assert "No applications" in (await browser.get("/admin/apps")).text


async def test_an_app_is_added_and_its_token_is_never_shown(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/apps/new")
    values = {"name": "Second", "connector": "scim2", "scim_url": "http://x.example/scim", "token": "hush-hush"}
    wrong = await press(browser, page, "/admin/apps/new", **values)
    assert wrong.status == 422
    assert 'value="http://x.example/scim"' in wrong.html
    assert 'id="f-scim_url-error"' in wrong.html
    assert "hush-hush" not in wrong.html
    wrong = await press(browser, page, "/admin/apps/new", **{**values, "name": "aws", "scim_url": "https://x.example/scim"})
    assert 'id="f-name-error"' in wrong.html
    wrong = await press(browser, page, "/admin/apps/new", **{**values, "scim_url": "https://x.example/scim", "token": "a b"})
    assert 'id="f-token-error"' in wrong.html
    done = await press(browser, page, "/admin/apps/new", **{**values, "scim_url": "https://x.example/scim"})
    assert "Second has been added." in done.text
    assert "hush-hush" not in done.html
    assert "hush-hush" not in str(world.events())
    assert world.events("app.created")[-1]["actor"] == ADMIN


@pytest.mark.parametrize("tab", TABS)
async def test_every_tab_has_more_actions(world: World, tab: str) -> None:
    browser = await world.signed_in()
    page = await browser.get(address(tab))
    assert page.status == 200
    for words in ("More Actions", "Sync logins", "Reapply entitlement mappings", "Info", "Plan"):
        assert words in page.text
    assert (await browser.get(f"/admin/apps/77{tab}")).status == 404


async def test_more_actions_file_a_job_and_say_so(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(address("/users"))
    assert "Synchronizing users with aws" in (await press(browser, page, "/do/sync")).text
    assert "Mappings are being reapplied" in (await press(browser, page, "/do/reapply")).text
    asked = [(event["actor"], event["notes"]) for event in world.events("sync.asked")]
    assert asked == [(ADMIN, "sync"), (ADMIN, "reapply")]
    token = page.form("/do/sync").value("csrf")
    assert (await browser.post(address("/do/nothing"), [("csrf", token)])).status == 404


async def test_hints_name_what_stands_in_the_way(world: World) -> None:
    def hints() -> str:
        app = world.app_now()
        with world.db.read() as c:
            return " ".join(hint.text for hint in hints_of(c, app, waiting_of(c, app), world.now))

    assert "Provisioning is off" in hints()
    world.set("provisioning=on")
    assert "Groups are not sent" in hints()
    await world.sync()
    assert "2 changes wait for your approval" in hints()
    world.set(*OPEN)
    await world.sync()
    assert hints() == "The API connection has not been tested yet."


async def test_a_quarantine_is_ended_in_so_many_words(world: World) -> None:
    with world.db.write() as c:
        c.script(["UPDATE apps SET quarantine = 'too much has gone', connect_problem = 'It is dead.'"])
    browser = await world.signed_in()
    page = await browser.get(address())
    assert "This app is in quarantine: too much has gone." in page.text
    assert "The API connection is broken. It is dead." in page.text
    done = await press(browser, page, "/start")
    assert "aws runs again." in done.text
    assert not world.app_now().quarantine
    assert world.events("app.quarantine_ended")[-1]["actor"] == ADMIN


async def test_the_state_of_a_login(world: World) -> None:
    def state() -> str:
        app = world.app_now()
        with world.db.read() as c:
            return login_states(c, app, [world.alice])[world.alice.id].word

    assert state() == "Not provisioned"
    world.set("provisioning=on")
    await world.sync()
    assert state() == "Pending"
    world.set(*OPEN)
    await world.sync()
    assert state() == "Provisioned"


async def test_an_app_gets_another_name(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(address())
    done = await press(browser, page, address(), name="AWS Single Sign-On")
    assert "The app has been saved." in done.text
    assert "<h1>AWS Single Sign-On</h1>" in done.html
    wrong = await press(browser, done, address(), name=" ")
    assert wrong.status == 422
    assert 'id="f-name-error"' in wrong.html
    assert "<h1>AWS Single Sign-On</h1>" in wrong.html


async def test_an_address_of_this_machine_has_to_be_allowed(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/apps/new")
    values = {"name": "here", "connector": "scim2", "scim_url": "http://127.0.0.1:8090/scim/v2", "token": "t"}
    wrong = await press(browser, page, "/admin/apps/new", **values)
    assert wrong.status == 422
    assert "The SCIM URL is on this machine: tick this, or give another URL." in wrong.text
    assert "--" not in wrong.text
    done = await press(browser, page, "/admin/apps/new", **values, loopback="yes")
    assert "here has been added." in done.text


async def test_info_says_how_the_target_is_spoken_to(world: World) -> None:
    browser = await world.signed_in()
    before = await browser.get(address())
    assert "The target was not asked yet what it can do" in before.text
    assert "at most 100; the first ones together with the group" in before.text
    with world.changing() as c:
        said = Found(Said(page_size=40, documentation="<b>mine</b>"), world.now)
        capabilities.record(c, world.app, said, world.now, actor="root")
    after = await browser.get(address())
    assert "This connector keeps to what its service documents." in after.text
    assert "It says 40 results a page. Lockstep asks for 100." in after.text
    assert "<b>mine</b>" in after.text
    with world.changing() as c:
        capabilities.record(c, world.app, Found(problem="answered with 404", asked_at=3), world.now, actor="root")
    assert "What the target can do is not known: answered with 404." in (await browser.get(address())).text


async def test_an_app_to_try_out_has_its_target_here(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/admin/apps/new")
    values = {"name": "Trial", "connector": "memory", "scim_url": "https://x.example", "token": ""}
    wrong = await press(browser, page, "/admin/apps/new", **values)
    assert (wrong.status, 'id="f-scim_url-error"' in wrong.html) == (422, True)
    assert "This connector keeps its target here: leave the URL and the token empty." in wrong.text
    done = await press(browser, page, "/admin/apps/new", **{**values, "scim_url": ""})
    assert "The target is kept by Lockstep itself" in done.text
    assert 'name="token"' not in done.html
    with world.db.read() as c:
        trial = apps.find_app(c, "Trial")
    home = f"/admin/apps/{trial.id}"
    on = await press(browser, done, f"{home}/configuration", do="enable")
    assert "The API connection is enabled" in on.text
    assert world.tested == []
    assert "Nothing yet." in (await browser.get(home)).text
    with world.changing() as c:
        kept = Provider(c, trial.id, world.now)
        _, ann = kept.answer("POST", "/Users", {}, {"userName": "<ann>", "active": False})
        kept.answer("POST", "/Groups", {}, {"displayName": "Team", "members": [{"value": (ann or {})["id"]}]})
        for number in range(MOST_SHOWN):
            kept.answer("POST", "/Groups", {}, {"displayName": f"Group {number}"})
    shown = (await browser.get(home)).text
    for words in ("1 user", "<ann> (switched off)", "51 groups", "and 1 more"):
        assert words in shown


async def test_one_switch_stops_an_app_and_one_stops_all(world: World) -> None:
    browser = await world.signed_in()
    done = await press(browser, await browser.get(address()), address("/stop"))
    assert "aws is stopped." in done.text
    assert "Stop provisioning" not in done.text
    page = await browser.get("/admin/apps")
    assert "Let all apps run again" in page.text
    with world.changing() as c:
        c.script(["UPDATE apps SET quarantine = 'so much has gone'"])
    back = await press(browser, page, "/admin/apps/stop", do="start")
    assert "1 app let go again." in back.text
    assert (world.app_now().stopped, world.app_now().quarantine) == (False, "so much has gone")
    stopped = await press(browser, back, "/admin/apps/stop", do="stop")
    assert "1 app stopped." in stopped.text
    assert world.app_now().stopped
    assert [event["actor"] for event in world.events("app.stopped")] == ["root", "root"]
