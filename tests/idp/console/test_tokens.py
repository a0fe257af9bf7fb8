"""The access tokens on the tab Configuration: added, dated, removed; hints while something is to be done about them."""

from typing import Any

from lockstep.idp.apps.tokens import actions, store
from lockstep.idp.apps.tokens.records import DAY_MS
from tests.idp.console.world import ADMIN, TOKEN, World, address, press

PAGE = address("/configuration")
TOKENS = address("/configuration/tokens")


def known(world: World) -> list[str]:
    with world.db.read() as c:
        return [one.secret for one in actions.opened(c, world.engine.vault, world.app.id)]


async def add(browser: Any, secret: str, ends: str = "") -> Any:
    return await press(browser, await browser.get(PAGE), TOKENS, next_token=secret, next_expires=ends)


async def test_the_next_token_is_added_and_never_shown(world: World) -> None:
    browser = await world.signed_in()
    done = await add(browser, "the-second", "2030-01-31")
    assert "The next token has been added. Press Enable to test both" in done.text
    assert known(world) == [TOKEN, "the-second"]
    page = await browser.get(PAGE)
    assert "31 Jan 2030" in page.text
    assert "Remove the next token" in page.html
    assert "the-second" not in done.html + page.html + str(world.events())
    assert [event["actor"] for event in world.events("token.given")] == [ADMIN]


async def test_what_is_wrong_stands_beside_its_field(world: World) -> None:
    browser = await world.signed_in()
    same = await add(browser, TOKEN)
    assert (same.status, "This token is the one in use" in same.text) == (422, True)
    wrong = await add(browser, "the-second", "2020-01-31")
    assert 'id="f-next_expires-error"' in wrong.html
    assert 'value="2020-01-31"' in wrong.html
    assert known(world) == [TOKEN]


async def test_when_a_token_expires_is_entered_for_either(world: World) -> None:
    browser = await world.signed_in()
    page = await browser.get(PAGE)
    assert "at the latest" in page.text
    done = await press(browser, page, f"{TOKENS}/expires", expires="2030-02-28")
    assert "The end of the current token has been saved." in done.text
    assert "28 Feb 2030" in done.text
    assert "at the latest" not in done.text
    await add(browser, "the-second")
    done = await press(browser, await browser.get(PAGE), f"{TOKENS}/expires", expires="2031-03-31", which="next")
    assert "31 Mar 2031" in done.text
    with world.db.read() as c:
        assert [one.expiry for one in store.of_app(c, world.app.id)] == ["entered", "entered"]


async def test_the_next_token_is_removed_after_a_question(world: World) -> None:
    browser = await world.signed_in()
    none = await browser.get(f"{TOKENS}/remove")
    assert "There is one token only" in none.text
    await add(browser, "the-second")
    page = await browser.get(f"{TOKENS}/remove")
    done = await press(browser, page, f"{TOKENS}/remove")
    assert "The token has been removed." in done.text
    assert known(world) == [TOKEN]


async def test_hints_follow_the_end_of_a_token(world: World) -> None:
    browser = await world.signed_in()

    async def hinted(page: str = address()) -> str:
        return str((await browser.get(page)).text)

    assert "access token" not in await hinted()
    with world.changing() as c:
        actions.set_expiry(c, world.app, "current", world.now + 12 * DAY_MS + 1, world.now)
    text = await hinted()
    assert "The access token expires in 12 days, on 27 Jan 2027." in text
    assert "Make the next one at the target, and add it: nothing stops meanwhile." in text
    with world.changing() as c:
        actions.note_answers(c, world.engine.vault, world.app, {TOKEN: 401}, world.now)
    assert "The target refused the access token." in await hinted()
    assert "Refused (401)" in await hinted(PAGE)
