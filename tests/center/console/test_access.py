"""Logging in to the console and out of it."""

from urllib.parse import urlencode

from lockstep.center.app import build
from lockstep.center.console.access import WRONG
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database
from tests.center.console.world import EVIL, PASSWORD, Desk
from tests.support.browser import Browser, into

PAGES = [
    (),
    ("users",),
    ("users", "00000000-0000-4000-8000-000000000000"),
    ("groups",),
    ("trail",),
    ("trail", "1"),
    ("users", "x", "delete"),
    ("groups", "x", "delete"),
    ("settings",),
    ("settings", "authentication"),
    ("settings", "attributes"),
    ("settings", "attributes", "manage"),
    ("settings", "identity-source", "change"),
    ("provisioning",),
    ("provisioning", "token"),
    ("provisioning", "disable"),
]
FORMS = [
    ("settings", "authentication"),
    ("settings", "attributes", "enable"),
    ("settings", "attributes", "precedence"),
    ("settings", "attributes", "manage"),
    ("settings", "attributes", "disable"),
    ("settings", "identity-source", "change"),
    ("settings", "identity-source", "remove"),
    ("provisioning", "enable"),
    ("provisioning", "tokens"),
    ("provisioning", "tokens", "x", "delete"),
    ("provisioning", "disable"),
    ("users", "x", "end-sessions"),
    ("users", "x", "delete"),
    ("groups", "x", "delete"),
]


async def test_without_any_administrator_the_page_says_how_to_make_one(each_center: Database) -> None:
    center = build(each_center, public_url="https://center.example")
    await center.start()
    answer = await Browser(into(center), "https://center.example").get("/console/sign-in")
    await center.stop()
    assert answer.status == 200
    assert "lockstep center admin create NAME --password-file FILE" in answer.text
    assert not answer.forms


async def test_an_administrator_signs_in_and_out(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = await browser.get("/console")
    assert "Instances" in page.text
    assert desk.admin in page.text
    answer = await browser.follow(await browser.submit(page, "/sign-out"))
    assert "You are signed out" in answer.text
    assert (await browser.get("/console")).status == 303


async def test_every_page_leads_whoever_is_not_signed_in_to_the_log_in(desk: Desk) -> None:
    for rest in PAGES:
        answer = await desk.browser().get(desk.path(*rest))
        assert answer.status == 303, rest
        assert answer.header("location").startswith("/console/sign-in?to=%2Fconsole%2F"), rest


async def test_no_form_counts_without_a_session_or_a_token(desk: Desk) -> None:
    browser, before = await desk.signed_in(), len(desk.world.trail)
    for rest in FORMS:
        stranger = await desk.browser().post(desk.path(*rest), [("csrf", "x")])
        assert stranger.status == 403, rest
        assert "Your session has ended" in stranger.text
        for fields, site in (([], "same-origin"), ([("csrf", "0" * 64)], "same-origin"), ([("csrf", "0" * 64)], "cross-site")):
            assert (await browser.post(desk.path(*rest), fields, site=site)).status == 403, rest
    assert len(desk.world.trail) == before


async def test_the_log_in_leads_on_to_the_page_that_was_asked_for_and_nowhere_else(desk: Desk) -> None:
    browser = desk.browser()
    page = await browser.follow(await browser.get(desk.path("users")))
    answer = await browser.submit(page, "/sign-in", name=desk.admin, password=PASSWORD)
    assert answer.header("location") == desk.path("users")
    for to in ("https://evil.example/console/x", "//evil.example", "/console//evil.example", "/console/../d-1", "/console/x?y"):
        page = await browser.get(f"/console/sign-in?{urlencode({'to': to})}")
        assert page.form("/sign-in").value("to") == ""
        answer = await browser.submit(page, "/sign-in", name=desk.admin, password=PASSWORD, to=to)
        assert answer.header("location") == "/console", to


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer_and_keep_the_name(desk: Desk) -> None:
    browser = desk.browser()
    for name, password in ((desk.admin, "wrong"), ("nobody", PASSWORD), (EVIL, "x")):
        answer = await desk.log_in(browser, name, password)
        assert answer.status == 403
        assert WRONG in answer.text
        assert answer.form("/sign-in").value("name") == name
        assert EVIL not in answer.html
        assert password not in answer.html or password == "x"


async def test_after_many_failures_even_the_right_password_waits(desk: Desk) -> None:
    desk.world.clock.stopped = now_ms()  # the first pause is shorter than a log-in may take on a busy machine
    for number in range(5):
        await desk.log_in(desk.browser(f"192.0.2.{number}"), password="wrong")
    assert (await desk.log_in(desk.browser("192.0.2.99"))).status == 403
    desk.world.clock.ahead = 900_000
    assert (await desk.log_in(desk.browser("192.0.2.99"))).status == 303


async def test_the_session_is_over_with_its_administrator_after_an_idle_hour_and_after_eight(desk: Desk) -> None:
    browser = await desk.signed_in()
    desk.world.clock.ahead = 3_590_000
    assert (await browser.get("/console")).status == 200
    desk.world.clock.ahead += 3_590_000
    assert (await browser.get("/console")).status == 200
    desk.world.clock.ahead += 3_600_001
    assert (await browser.get("/console")).status == 303
    browser = await desk.signed_in()
    desk.remove(desk.admin)
    assert (await browser.get("/console")).status == 303


async def test_the_cookie_is_strict_and_changes_with_each_log_in(desk: Desk) -> None:
    browser = desk.browser()
    answer = await desk.log_in(browser)
    cookie = next(value for name, value in answer.headers if name == "set-cookie" and "console=" in value)
    for part in ("__Host-", "HttpOnly", "Secure", "SameSite=strict"):
        assert part in cookie
    first = dict(browser.cookies)
    await desk.log_in(browser)
    assert browser.cookies["__Host-lockstep-center-console"] != first["__Host-lockstep-center-console"]
    browser.cookies = first
    assert (await browser.get("/console")).status == 303


async def test_pages_are_not_kept_and_hold_no_inline_script(desk: Desk) -> None:
    browser = await desk.signed_in()
    for rest in PAGES:
        answer = await browser.get(desk.path(*rest))
        assert answer.header("cache-control") == "no-store"
        assert "'unsafe" not in answer.header("content-security-policy")
        for inline in (" style=", " onclick", "<style", "javascript:"):
            assert inline not in answer.html
        assert answer.html.count("<script") == answer.html.count("<script src=")


async def test_an_instance_that_is_not_there_is_not_found(desk: Desk) -> None:
    browser = await desk.signed_in()
    for path in ("/console/d-0000000000", "/console/%00", "/console/d-0000000000/users"):
        assert (await browser.get(path)).status == 404
