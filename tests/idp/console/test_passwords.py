"""An administrator gives a person a password."""

import pytest

from lockstep.idp.signin.people import store
from lockstep.kit.passwords import verify_password
from tests.idp.console.world import ADMIN, World, press

NEW = " a new pass phrase "


def stored(world: World) -> str | None:
    with world.db.read() as c:
        return store.password_of(c, world.alice.id)


async def test_a_password_is_given_as_it_was_typed(world: World) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}"
    assert f'href="{address}/password"' in (await browser.get(address)).html
    page = await browser.get(f"{address}/password")
    done = await press(browser, page, f"{address}/password", password=NEW, again=NEW)
    assert "alice@x.example has a new password" in done.text
    assert verify_password(NEW, stored(world) or "")
    assert world.events("signin.password_changed")[-1]["actor"] == ADMIN
    await press(browser, await browser.get(address), "/status")
    again = await press(browser, page, f"{address}/password", password=NEW, again=NEW)
    assert "Only active people can sign in." in again.text


@pytest.mark.parametrize(
    ("password", "again", "field", "words"),
    [
        ("short", "short", "password", "8 to 1024 characters"),
        ("", "", "password", "8 to 1024 characters"),
        ("x" * 2000, "x" * 2000, "password", "8 to 1024 characters"),
        (NEW, NEW.strip(), "again", "The two are not the same."),
    ],
)
async def test_what_is_wrong_stands_beside_the_field(world: World, password: str, again: str, field: str, words: str) -> None:
    browser = await world.signed_in()
    address = f"/admin/users/{world.alice.id}/password"
    answer = await press(browser, await browser.get(address), address, password=password, again=again)
    assert answer.status == 422
    assert words in answer.html.partition(f'id="f-{field}-error"')[2][:200]
    assert stored(world) is None
    assert len(password) < 8 or password not in answer.html


async def test_nobody_is_not_there(world: World) -> None:
    browser = await world.signed_in()
    assert (await browser.get("/admin/users/99/password")).status == 404
