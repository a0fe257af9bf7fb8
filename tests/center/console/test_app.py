"""The console as an application."""

from lockstep.center.console.app import is_console, stamp
from tests.center.console.world import Desk


def test_what_is_the_console_and_what_is_not() -> None:
    assert is_console("/console")
    assert is_console("/console/d-1/users")
    assert not is_console("/consoles")
    assert not is_console("/d-1/start")


def test_an_instant_is_for_people_and_programs() -> None:
    assert stamp("2026-11-24T07:22:45Z") == '<time datetime="2026-11-24T07:22:45Z">2026-11-24 07:22:45 UTC</time>'
    assert "<b>" not in stamp("<b>")


async def test_methods_and_addresses_that_are_not_there(desk: Desk) -> None:
    browser = await desk.signed_in()
    assert (await browser.get("/console/d-1/nothing/here")).status == 404
    assert (await browser.get(desk.path("provisioning", "enable"))).status == 405
    assert (await browser.post(desk.path("users"), [])).status == 405
    assert (await browser.get(f"/static/{'lockstep.css'}")).status == 200
