"""The tab Configuration: values, the write-only token, and the connection test."""

from typing import Any

import pytest

from lockstep.idp.apps.actions import stop, token_of
from lockstep.idp.apps.connect import Connection
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.console.configuration import NEEDS_TOKEN, api_status
from tests.idp.console.world import ADMIN, TOKEN, URL, World, address, press

PAGE = address("/configuration")
OTHER = "https://other.example/scim/v2"
ACS, ISSUER = "https://sp.example/acs", "https://sp.example/metadata"


async def send(world: World, browser: Any, **values: str) -> Any:
    page = await browser.get(PAGE)
    blank = {"scim_url": URL, "token": "", "acs_url": "", "issuer": ""}
    return await press(browser, page, PAGE, **{**blank, "do": "save", **values})


def stored(world: World) -> tuple[str, str]:
    app = world.app_now()
    with world.db.read() as c:
        return app.scim_url, token_of(c, world.engine.vault, app)


async def test_the_token_is_write_only(world: World) -> None:
    browser = await world.signed_in()
    done = await send(world, browser, token="a-new-one")
    assert "The configuration has been saved." in done.text
    assert stored(world) == (URL, "a-new-one")
    assert "a-new-one" not in done.html
    assert "a-new-one" not in (await browser.get(PAGE)).html
    assert "a-new-one" not in str(world.events())
    assert "a-new-one" not in str(done.headers) + str(browser.cookies)
    await send(world, browser)
    assert stored(world) == (URL, "a-new-one")
    assert world.events("app.updated")[-1]["actor"] == ADMIN


async def test_another_url_needs_its_token(world: World) -> None:
    browser = await world.signed_in()
    for do in ("save", "enable"):
        wrong = await send(world, browser, scim_url=OTHER, do=do)
        assert wrong.status == 422
        assert NEEDS_TOKEN in wrong.text
        assert f'value="{OTHER}"' in wrong.html
    assert world.tested == []
    await send(world, browser, scim_url=OTHER, token="theirs")
    assert stored(world) == (OTHER, "theirs")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scim_url": "http://x.example/scim", "token": "t"}, "scim_url"),
        ({"token": "two words"}, "token"),
        ({"acs_url": "ftp://x", "issuer": ISSUER}, "acs_url"),
        ({"acs_url": ACS}, "issuer"),
    ],
)
async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_saved(
    world: World, values: dict[str, str], field: str
) -> None:
    browser = await world.signed_in()
    before = stored(world)
    wrong = await send(world, browser, **values)
    assert wrong.status == 422
    assert f'id="f-{field}-error"' in wrong.html
    assert stored(world) == before
    for name, value in values.items():
        assert (f'value="{value}"' in wrong.html) == (name != "token")


async def test_enable_tests_what_is_typed_and_keeps_it(world: World) -> None:
    browser = await world.signed_in()
    done = await send(world, browser, scim_url=OTHER, token="theirs", do="enable")
    assert world.tested == [(OTHER, "theirs")]
    assert "The API connection is enabled" in done.text
    assert "API Status: Enabled" in done.text
    assert stored(world) == (OTHER, "theirs")
    again = await send(world, browser, scim_url=OTHER, do="save")
    assert "API Status: Enabled" in again.text
    assert stored(world) == (OTHER, "theirs")
    assert world.events("app.connected")[-1]["actor"] == ADMIN


async def test_a_connection_that_does_not_work_says_why_and_what_to_do(world: World) -> None:
    world.answers = Connection(False, "The target refused the access token (401).", "Copy the token again, whole.")
    browser = await world.signed_in()
    wrong = await send(world, browser, token="bad", do="enable")
    assert "The target refused the access token (401)." in wrong.text
    assert "Copy the token again, whole." in wrong.text
    assert stored(world) == (URL, TOKEN)
    assert "API Status: Not tested yet" in wrong.text  # what is stored was not tested
    broken = await send(world, browser, do="enable")
    assert "API Status: Broken" in broken.text
    assert "The API connection is broken." in (await browser.get(address())).text


async def test_disable_stops_and_enable_starts(world: World) -> None:
    browser = await world.signed_in()
    off = await send(world, browser, do="disable")
    assert "API Status: Disabled" in off.text
    assert world.app_now().stopped
    on = await send(world, browser, do="enable")
    assert "API Status: Enabled" in on.text
    assert not world.app_now().stopped


async def test_enable_does_not_end_a_quarantine(world: World) -> None:
    with world.changing() as c:
        stop(c, world.app, world.now)
        c.script(["UPDATE apps SET quarantine = 'gone'"])
    await send(world, await world.signed_in(), do="enable")
    assert world.app_now().quarantine == "gone"
    assert api_status(world.app_now()) == ("stopped", "Disabled")


async def test_the_service_provider_by_its_two_values(world: World) -> None:
    browser = await world.signed_in()
    await send(world, browser, acs_url=ACS, issuer=ISSUER)
    with world.db.read() as c:
        config = saml.of_app(c, world.app.id)
    assert config is not None
    assert (config.sp.consumers[0].location, config.sp.entity_id) == (ACS, ISSUER)
    page = await browser.get(PAGE)
    assert f'value="{ACS}"' in page.html
    assert [event["actor"] for event in world.events("signin.saml_changed")] == [ADMIN]
    await send(world, browser, acs_url=ACS, issuer=ISSUER)
    assert len(world.events("signin.saml_changed")) == 1
