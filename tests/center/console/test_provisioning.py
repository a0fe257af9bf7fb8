"""Automatic provisioning in the console."""

import re

from lockstep.center.events import Operation
from tests.center.client import Client
from tests.center.console.world import Desk
from tests.support.browser import Answer, Browser

TOKEN = re.compile(r"lscim_[A-Za-z0-9_-]+")


async def enabled(desk: Desk, browser: Browser) -> tuple[str, Answer]:
    page = await browser.get(desk.path("settings"))
    answer = await browser.submit(page, "/provisioning/enable")
    assert (answer.status, answer.header("location")) == (303, desk.path("provisioning", "token"))
    await browser.send("HEAD", desk.path("provisioning", "token"), [])  # does not use it up
    shown = await browser.follow(answer)
    return TOKEN.findall(shown.html)[0], shown


async def test_enable_acts_at_once_and_shows_endpoint_and_token_once(desk: Desk) -> None:
    browser = await desk.signed_in()
    token, shown = await enabled(desk, browser)
    for words in ("Inbound automatic provisioning", "SCIM endpoint", "Access token", "Show token", "Close", "only time"):
        assert words in shown.text
    assert f"https://center.example{desk.instance.scim_path}" in shown.text
    assert desk.instance.provisioning
    assert (await Client(desk.world.center, desk.instance, token, desk.world.stage).get("/Users")).status == 200
    again = await browser.get(desk.path("provisioning", "token"))
    assert again.status == 303
    assert token not in again.html
    later = await browser.follow(again)
    assert "shown once" in later.text
    for rest in ((), ("settings",), ("provisioning",), ("trail",), ("users",)):
        assert token not in (await browser.get(desk.path(*rest))).html
    assert desk.last(Operation.ENABLE_PROVISIONING)["userIdentity"] == {"type": "WebIdentityUser", "principalId": desk.admin}


async def test_another_session_and_another_instance_do_not_see_the_token(desk: Desk) -> None:
    browser, other = await desk.signed_in(), await desk.signed_in()
    page = await browser.get(desk.path("settings"))
    await browser.submit(page, "/provisioning/enable")
    assert (await other.get(desk.path("provisioning", "token"))).status == 303
    beside = Desk(desk.world.beside())
    assert not TOKEN.findall((await browser.get(beside.path("provisioning", "token"))).html)


async def test_tokens_are_listed_generated_and_limited_in_words(desk: Desk) -> None:
    browser = await desk.signed_in()
    await enabled(desk, browser)
    page = await browser.get(desk.path("provisioning"))
    assert "Access tokens (1/2)" in page.text
    assert "Never" in page.text
    shown = await browser.follow(await browser.submit(page, "/provisioning/tokens"))
    assert "Generate new access token" in shown.text
    assert TOKEN.findall(shown.html)
    full = await browser.get(desk.path("provisioning"))
    assert "Delete one, and you can generate another." in full.text
    assert [form.action for form in full.forms] == ["/console/sign-out"]
    csrf = ("csrf", full.form("/sign-out").value("csrf"))
    refused = await browser.follow(await browser.post(desk.path("provisioning", "tokens"), [csrf]))
    assert "at most 2 access tokens" in refused.text
    assert "delete one first" not in (await browser.get(desk.path("provisioning"))).text  # said once


async def test_a_token_is_deleted_with_the_typed_word_only(desk: Desk) -> None:
    browser = await desk.signed_in()
    token, _ = await enabled(desk, browser)
    listed = await browser.get(desk.path("provisioning"))
    path = re.findall(r'href="([^"]+/delete)"', listed.html)[0]
    page = await browser.get(path)
    assert "To confirm, type DELETE" in page.text
    for typed in ("", "delete", "DELETE!"):
        answer = await browser.submit(page, "/delete", word=typed)
        assert answer.status == 422
        assert answer.form("/delete").value("word") == typed
        assert 'aria-invalid="true"' in answer.html
    answer = await browser.follow(await browser.submit(page, "/delete", word=" DELETE "))
    assert "deleted" in answer.text
    assert "No access tokens" in answer.text
    assert (await Client(desk.world.center, desk.instance, token, desk.world.stage).get("/Users")).status == 401
    assert (await browser.get(path)).status == 404


async def test_disabling_takes_the_typed_word_and_no_tokens(desk: Desk) -> None:
    browser = await desk.signed_in()
    await enabled(desk, browser)
    page = await browser.get(desk.path("provisioning", "disable"))
    assert "They have to be deleted first" in page.text
    refused = await browser.submit(page, "/disable", word="DISABLE")
    assert refused.status == 422
    assert "Delete the access tokens of" in refused.text
    assert (await browser.submit(page, "/disable", word="DELETE")).status == 422
    listed = await browser.get(desk.path("provisioning"))
    await browser.submit(await browser.get(re.findall(r'href="([^"]+/delete)"', listed.html)[0]), "/delete", word="DELETE")
    answer = await browser.follow(await browser.submit(page, "/disable", word="DISABLE"))
    assert "Automatic provisioning is disabled" in answer.text
    assert not desk.instance.provisioning
    assert desk.last(Operation.DISABLE_PROVISIONING)["userIdentity"]["principalId"] == desk.admin  # type: ignore[index]


async def test_a_token_that_is_about_to_end_is_spoken_of(desk: Desk) -> None:
    browser = await desk.signed_in()
    await enabled(desk, browser)
    day = 86_400_000
    assert "expires soon" not in (await browser.get(desk.path())).text
    desk.world.clock.ahead = 280 * day
    assert "expires soon" in (await (await desk.signed_in()).get(desk.path())).text
    desk.world.clock.ahead = 366 * day
    assert "has expired" in (await (await desk.signed_in()).get(desk.path())).text
