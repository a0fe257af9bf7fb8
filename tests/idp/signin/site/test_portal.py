"""A person's own page, and signing in from there."""

import re

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.directory import actions as directory
from lockstep.kit.vault import Vault
from tests.idp.signin.world import ACS, ALICE, HAND, World


async def test_without_a_session_there_is_the_form(world: World) -> None:
    answer = await world.browser().get("/")
    assert (answer.status, answer.header("location")) == (303, "/login")


async def test_a_tile_signs_in_without_having_been_asked(each_world: World) -> None:
    browser = await each_world.signed_in()
    page = await browser.submit(await browser.get("/"), "/launch/")
    accepted = each_world.accepted(page)
    assert (accepted.name_id, accepted.in_response_to) == (ALICE, None)
    assert "RelayState" not in dict(page.form(ACS).fields)
    assert [event["event_type_id"] for event in each_world.events("signin.to_app")] == [8]


async def test_with_another_key_file_nobody_is_said_to_be_signed_in(world: World) -> None:
    browser = await world.signed_in()
    tiles = await browser.get("/")
    await browser.follow(await browser.submit(tiles, "/launch/"))
    before = [event["type"] for event in world.events("signin.to_app")]
    world.context.vault, world.context._keys = Vault(b"2" * 32), {}
    page = await browser.submit(tiles, "/launch/")
    assert (page.status, "Your administrator can see why in the events" in page.text) == (503, True)
    after = [event["type"] for event in world.events("signin.to_app")]
    assert (before, after) == (["signin.to_app"], ["signin.to_app", "signin.to_app_failed"])
    assert "the key file does not open the secrets" in world.events("signin.to_app_failed")[0]["error_description"]


async def test_there_is_a_tile_for_each_app_that_the_person_has(world: World) -> None:
    with world.changing() as c:
        world.configure(c, world.add_app(c, "<b>Zebra</b>"))
        world.add_app(c, "no saml")
        others = world.add_app(c, "not mine")
        c.raw.execute(f"DELETE FROM app_assignments WHERE app_id = {others.id}")
        role = directory.create_role(c, "Nobody", actor=HAND, now=world.now)
        apps.assign(c, others, role.group_id, world.now)
        world.configure(c, others)
    page = await (await world.signed_in()).get("/")
    assert [form.action.partition("/launch/")[1] for form in page.forms] == ["", "/launch/", "/launch/"]
    assert page.text.index("<b>Zebra</b>") < page.text.index("aws")
    assert "not mine" not in page.text
    assert "no saml" not in page.text


async def test_without_an_app_the_page_says_what_to_do(world: World) -> None:
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_assignments")
    page = await (await world.signed_in()).get("/")
    assert "No apps yet" in page.text
    assert page.status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_other_site_can_start_a_sign_in(world: World, site: str) -> None:
    browser = await world.signed_in()
    form = (await browser.get("/")).form("/launch/")
    assert (await browser.post(form.action, form.fields, site=site, sender="https://evil.test")).status == 403
    assert (await browser.post(form.action, [], site="same-origin")).status == 403
    assert (await browser.get(form.action)).status == 405
    assert world.events("signin.to_app") == []


async def test_a_tile_of_an_ended_session_leads_to_the_form(world: World) -> None:
    browser = await world.signed_in()
    form = (await browser.get("/")).form("/launch/")
    world.now += 90 * 60_000
    assert (await browser.post(form.action, form.fields)).header("location") == "/login"
    browser.cookies.clear()
    assert (await browser.post(form.action, form.fields)).header("location") == "/login"


async def test_a_tile_of_an_app_that_was_taken_away(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get("/")
    with world.changing() as c:
        c.raw.execute("DELETE FROM app_assignments")
    answer = await browser.submit(page, "/launch/")
    assert answer.status == 403
    assert "has not been given to you" in answer.text


async def test_pages_hold_no_inline_script_or_style(world: World) -> None:
    browser = await world.signed_in()
    portal = await browser.get("/")
    for page in (
        portal,
        await browser.get("/login?to=x"),
        await browser.submit(portal, "/launch/"),
        await browser.get("/none"),
    ):
        html = page.html
        assert "<style" not in html
        assert " style=" not in html
        assert "<script>" not in html
        assert re.search(r"\son[a-z]+=", html) is None
        assert html.count("<h1") == 1
        assert '<html lang="en">' in html
        assert 'href="#main"' in html
