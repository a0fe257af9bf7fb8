"""What the console's pages share."""

from lockstep.center.console.site import kept_apart, path_of
from tests.center.console.world import Desk


async def test_addresses_stay_within_the_instance(desk: Desk) -> None:
    assert path_of(desk.instance, "users") == f"/console/{desk.instance.identity_store_id}/users"


async def test_a_message_is_shown_once(desk: Desk) -> None:
    browser = await desk.signed_in()
    await browser.submit(await browser.get(desk.path("settings")), "/attributes/enable")
    assert "Now say which keys" in (await browser.get(desk.path())).text
    assert "Now say which keys" not in (await browser.get(desk.path())).text


def test_a_name_that_turns_the_writing_around_ends_within_the_sentence() -> None:
    assert kept_apart("Zoë-7") == "Zoë-7"
    assert kept_apart("\u202eevil") == "\u2068\u202eevil\u2069"
    assert kept_apart("שלום") == "\u2068שלום\u2069"
