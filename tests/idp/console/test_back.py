"""Who has no session any more comes back to the page where it was noticed."""

from typing import Any

import pytest

from lockstep.idp.admins.records import IDLE_MS
from lockstep.idp.console.back import target
from tests.idp.console.world import ADMIN, ORIGIN, PASSWORD, World, address
from tests.support.browser import FORM

ENDED = "Your session has ended, and nothing was changed. Sign in to go on."


@pytest.mark.parametrize(
    "text",
    ["https://evil.example/", "//evil.example", "/admin//evil.example", "/admin/../x\\", "/other", "/admin/logout", "x", None],
)
def test_nobody_is_sent_elsewhere(text: str | None) -> None:
    assert target(text) == "/admin"


async def post_too_late(world: World, path: str, referer: str) -> Any:
    """Press a button after the session has ended."""
    browser = await world.signed_in()
    token = (await browser.get("/admin/roles")).form("/admin/logout").value("csrf")
    world.now += IDLE_MS
    headers = [("content-type", FORM), ("sec-fetch-site", "same-origin"), ("origin", ORIGIN), ("referer", referer)]
    answer = await browser.send("POST", path, headers, f"csrf={token}&name=Authors".encode())
    page = await browser.follow(answer)
    assert ENDED in page.text
    return (await browser.submit(page, "/admin/login", name=ADMIN, password=PASSWORD)).header("location")


async def test_a_form_of_an_ended_session_changes_nothing_and_says_so(world: World) -> None:
    before = world.events("role.")
    assert await post_too_late(world, "/admin/roles/1", f"{ORIGIN}/admin/roles/1") == "/admin/roles/1"
    assert world.events("role.") == before


@pytest.mark.parametrize(
    ("referer", "to"),
    [
        (f"{ORIGIN}{address('/rules/edit?rule=1')}", address("/rules/edit?rule=1")),
        (f"{ORIGIN}/admin/roles/1/members", "/admin"),  # the answer to a refused form, which one cannot open
        (f"{ORIGIN}/admin/login", "/admin"),
        (f"{ORIGIN}/admin/nowhere", "/admin"),
        (f"{ORIGIN}/admin/users?q={'x' * 1_000}", "/admin"),
        (f"{ORIGIN}/", "/admin"),
        ("https://evil.example/admin/roles/1", "/admin"),
        ("nonsense", "/admin"),
        ("", "/admin"),
    ],
)
async def test_only_a_page_of_the_console_is_gone_back_to(world: World, referer: str, to: str) -> None:
    assert await post_too_late(world, "/admin/roles/1", referer) == to


async def test_who_only_looks_comes_to_the_page_asked_for_without_a_word(world: World) -> None:
    browser = world.browser()
    page = await browser.follow(await browser.get(address("/users?q=a%20b")))
    assert "Your session has ended" not in page.text
    done = await browser.submit(page, "/admin/login", name=ADMIN, password=PASSWORD)
    assert done.header("location") == address("/users?q=a%20b")
