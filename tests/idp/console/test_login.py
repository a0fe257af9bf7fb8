"""Administrators sign in and out, and others do not."""

import pytest

from lockstep.idp.admins.records import ABSOLUTE_MS, IDLE_MS
from lockstep.idp.console.login import WRONG
from lockstep.idp.console.routes import ROUTES
from tests.idp.console.world import ADMIN, World, address
from tests.support.browser import Browser

GETS = sorted({route.path for route in ROUTES if "GET" in (route.methods or ())} - {"/admin", "/admin/login"})
POSTS = sorted({route.path for route in ROUTES if "POST" in (route.methods or ())} - {"/admin/login"})


def filled(path: str) -> str:
    for name in ("id", "user", "job", "rule", "role", "number"):
        path = path.replace(f"{{{name}:int}}", "1")
    return path.replace("{what:str}", "sync")


async def test_a_right_password_opens_the_console(each_world: World) -> None:
    browser = each_world.browser()
    answer = await each_world.log_in(browser)
    assert (answer.status, answer.header("location")) == (303, "/admin")
    cookie = next(value for _, value in answer.headers if "lockstep_idp_admin=" in value)
    for part in ("__Host-", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    page = await browser.follow(await browser.get("/admin"))
    assert page.status == 200
    assert ADMIN in page.text
    assert [event["actor"] for event in each_world.events("admin.signed_in")] == [ADMIN]
    assert (await browser.get("/admin/login")).status == 303


@pytest.mark.parametrize(("name", "password"), [(ADMIN, "wrong"), ("nobody", "correct horse battery"), ("", "")])
async def test_whatever_is_wrong_the_answer_is_the_same(each_world: World, name: str, password: str) -> None:
    answer = await each_world.log_in(each_world.browser(), name, password)
    assert answer.status == 403
    assert WRONG in answer.text
    assert len(each_world.events("admin.sign_in_failed")) == 1


async def test_after_five_failures_nothing_is_tried_for_a_while(world: World) -> None:
    for number in range(5):
        await world.log_in(world.browser(f"192.0.2.{number}"), ADMIN, "wrong")
    assert (await world.log_in(world.browser("198.51.100.1"))).status == 403
    world.now += 1_000
    assert (await world.log_in(world.browser("198.51.100.1"))).status == 303


async def test_the_session_changes_at_sign_in_and_ends_at_sign_out(world: World) -> None:
    browser = await world.signed_in()
    before = dict(browser.cookies)
    page = await browser.get("/admin/users")
    out = await browser.submit(page, "/admin/logout")
    assert out.header("location") == "/admin/login?out=1"
    assert "You are signed out" in (await browser.follow(out)).text
    old = world.browser()
    old.cookies = before
    assert (await old.get("/admin/users")).status == 303
    assert len(world.events("admin.signed_out")) == 1


async def test_a_session_ends_by_itself(world: World) -> None:
    browser = await world.signed_in()
    for _ in range(9):
        world.now += IDLE_MS - 1
        if (await browser.get("/admin/users")).status == 303:
            break
    assert world.now - 1_800_000_000_000 >= ABSOLUTE_MS
    browser = await world.signed_in()
    world.now += IDLE_MS
    assert (await browser.get("/admin/users")).status == 303


@pytest.mark.parametrize("path", GETS)
async def test_who_is_not_signed_in_sees_the_log_in_page(world: World, path: str) -> None:
    answer = await world.browser().get(filled(path))
    assert answer.status == 303
    assert answer.header("location").startswith("/admin/login")


@pytest.mark.parametrize("path", POSTS)
async def test_who_is_not_signed_in_changes_nothing(world: World, path: str) -> None:
    before = world.events()
    answer = await world.browser().post(filled(path), [("name", "x")])
    assert answer.status == 303
    assert answer.header("location").startswith("/admin/login")
    assert world.events() == before


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_of_another_site_changes_nothing(world: World, path: str) -> None:
    browser = await world.signed_in()
    before = world.events()
    assert (await browser.post(filled(path), [("name", "x")])).status == 403
    page = await browser.get("/admin/roles")
    token = page.form("/admin/logout").value("csrf")
    answer = await browser.post(filled(path), [("csrf", token)], site="cross-site", sender="https://evil.example")
    assert answer.status == 403
    assert world.events() == before


async def test_after_the_sign_in_one_is_where_one_wanted_to_be(world: World) -> None:
    browser = world.browser()
    answer = await browser.get(address("/plan?show=waiting"))
    page = await browser.follow(answer)
    done = await browser.submit(page, "/admin/login", name=ADMIN, password="correct horse battery")
    assert done.header("location") == address("/plan?show=waiting")


async def test_without_an_administrator_the_page_says_how_to_make_one(world: World) -> None:
    with world.db.write() as c:
        c.script(["DELETE FROM admins"])
    page = await world.browser().get("/admin/login")
    assert "lockstep idp admin create NAME --password-file FILE" in page.text


async def test_the_policy_allows_no_inline_script(world: World) -> None:
    browser: Browser = await world.signed_in()
    for path in (path for path in GETS if not path.endswith("/stream")):  # which do not end
        answer = await browser.get(filled(path))
        assert "default-src 'none'" in answer.header("content-security-policy")
        assert "unsafe-inline" not in answer.header("content-security-policy")
        assert "style=" not in answer.html
        assert " onclick" not in answer.html
