"""Logging in and out, as a person and as somebody who tries to be one."""

import asyncio

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.records import State, Status
from lockstep.idp.signin.people.passwords import set_password
from lockstep.idp.signin.people.sessions import RENEWING
from lockstep.idp.signin.site.login import WRONG
from lockstep.kit.passwords import hash_password
from tests.idp.signin.world import ALICE, HAND, MINUTE, PASSWORD, World
from tests.support.browser import Browser


async def test_a_right_password_opens_the_person_s_page(each_world: World) -> None:
    browser = each_world.browser()
    answer = await each_world.log_in(browser)
    assert (answer.status, answer.header("location")) == (303, "/")
    cookie = next(value for name, value in answer.headers if "session" in value)
    assert cookie.startswith("__Host-lockstep_idp_session=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    page = await browser.get("/")
    assert page.status == 200
    assert "Alice Adams" in page.text
    assert [event["event_type_id"] for event in each_world.events("signin.succeeded")] == [5]


@pytest.mark.parametrize("name", ["ALICE@X.example", f"  {ALICE} "])
async def test_the_user_name_in_any_case(world: World, name: str) -> None:
    assert (await world.log_in(world.browser(), name)).status == 303


@pytest.mark.parametrize(
    ("user", "password"),
    [(ALICE, "wrong"), (ALICE, ""), ("", ""), ("nobody@x.example", PASSWORD), ("bob@x.example", PASSWORD), (ALICE, "x" * 5000)],
)
async def test_whatever_is_wrong_the_answer_is_the_same(each_world: World, user: str, password: str) -> None:
    browser = each_world.browser()
    answer = await each_world.log_in(browser, user, password)
    assert answer.status == 403
    assert WRONG in answer.text
    assert "session" not in str(browser.cookies)
    [event] = each_world.events("signin.failed")
    assert event["event_type_id"] == 6
    assert "nobody" not in str(event)


async def test_a_nul_in_the_user_name_is_nobody(each_world: World) -> None:
    assert (await each_world.log_in(each_world.browser(), "a\0b")).status == 403


@pytest.mark.parametrize("status", [status for status in Status if status not in {Status.ACTIVE, *RENEWING}])
async def test_only_active_people_log_in(world: World, status: Status) -> None:
    world.status(ALICE, status)
    answer = await world.log_in(world.browser())
    assert answer.status == 403
    assert WRONG in answer.text
    assert world.events("signin.failed")[0]["notes"] == f"status {status.name.lower()}, from 192.0.2.1"


@pytest.mark.parametrize("state", [state for state in State if state != State.APPROVED])
async def test_only_approved_people_log_in(world: World, state: State) -> None:
    with world.changing() as c:
        directory.set_state(c, world.user_in(c, ALICE).id, state, actor=HAND, now=world.now)
    answer = await world.log_in(world.browser())
    assert answer.status == 403
    assert WRONG in answer.text
    assert world.events("signin.failed")[0]["notes"] == f"state {state.name.lower()}, from 192.0.2.1"


async def test_a_session_is_dead_once_its_person_is_not_approved(world: World) -> None:
    browser = await world.signed_in()
    with world.changing() as c:
        directory.set_state(c, world.user_in(c, ALICE).id, State.REJECTED, actor=HAND, now=world.now)
    assert (await browser.get("/")).header("location") == "/login"


async def test_after_five_failures_the_account_pauses(each_world: World) -> None:
    for number in range(5):
        await each_world.log_in(each_world.browser(f"192.0.2.{number}"), ALICE, "wrong")
    answer = await each_world.log_in(each_world.browser("198.51.100.1"))
    assert answer.status == 403
    assert WRONG in answer.text
    assert len(each_world.events("signin.failed")) == 5  # a pause writes none
    each_world.now += 1_000
    assert (await each_world.log_in(each_world.browser("198.51.100.1"))).status == 303
    assert (await each_world.log_in(each_world.browser(), ALICE, "wrong")).status == 403
    assert (await each_world.log_in(each_world.browser())).status == 303  # a success has cleared the count


async def test_guesses_at_the_same_time_count_as_many(each_world: World) -> None:
    browsers = [each_world.browser(f"192.0.2.{number}") for number in range(12)]
    pages = [await browser.get("/login") for browser in browsers]
    guesses = [
        each_world.log_in(browser, ALICE, f"guess {number}", page)
        for number, (browser, page) in enumerate(zip(browsers, pages, strict=True))
    ]
    assert {answer.status for answer in await asyncio.gather(*guesses)} == {403}
    assert len(each_world.events("signin.failed")) == 5


async def test_one_address_pauses_for_all_accounts(world: World) -> None:
    for number in range(20):
        await world.log_in(world.browser(), f"person{number}@x.example", "wrong")
    assert (await world.log_in(world.browser())).status == 403
    assert (await world.log_in(world.browser("198.51.100.9"))).status == 303


async def test_the_cookie_changes_at_log_in_and_the_old_session_ends(world: World) -> None:
    browser = await world.signed_in()
    before = dict(browser.cookies)
    assert (await world.log_in(browser, page=await (world.browser()).get("/login"))).status == 403  # another browser's form
    page = await browser.get("/login?to=x")
    assert (await world.log_in(browser, page=page)).status == 303
    assert browser.cookies["__Host-lockstep_idp_session"] != before["__Host-lockstep_idp_session"]
    old = world.browser()
    old.cookies = before
    assert (await old.get("/")).header("location") == "/login"


async def test_a_session_ends_with_log_out(each_world: World) -> None:
    browser = await each_world.signed_in()
    kept = dict(browser.cookies)
    answer = await browser.submit(await browser.get("/"), "/logout")
    assert (answer.status, answer.header("location")) == (303, "/login?out=1")
    assert "signed out" in (await browser.follow(answer)).text
    browser.cookies = kept
    assert (await browser.get("/")).header("location") == "/login"
    assert [event["user_name"] for event in each_world.events("signin.ended")] == [ALICE]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.LOCKED, Status.PASSWORD_EXPIRED])
async def test_a_session_is_dead_from_the_next_request_on_when_the_person_is_switched_off(world: World, status: Status) -> None:
    browser = await world.signed_in()
    world.status(ALICE, status)
    assert (await browser.get("/")).header("location") == "/login"
    world.status(ALICE, Status.ACTIVE)
    assert (await browser.get("/")).status == 200  # it is the status that counts, at each request


async def test_a_session_ends_with_its_person(each_world: World) -> None:
    browser, alice = await each_world.signed_in(), each_world.user(ALICE)
    with each_world.changing() as c:
        directory.remove_user(c, alice.id, actor=HAND, now=each_world.now)
    assert (await browser.get("/")).header("location") == "/login"


async def test_a_session_ends_with_another_password(each_world: World) -> None:
    browser = await each_world.signed_in()
    with each_world.changing() as c:
        set_password(c, ALICE, hash_password("another password"), actor=HAND, now=each_world.now)
    assert (await browser.get("/")).header("location") == "/login"


async def test_a_session_ends_after_an_hour_without_use_and_after_eight_hours(world: World) -> None:
    browser = await world.signed_in()
    for _ in range(9):
        world.now += 50 * MINUTE
        assert (await browser.get("/")).status == 200
    world.now += 40 * MINUTE
    assert (await browser.get("/")).header("location") == "/login"
    browser = await world.signed_in()
    world.now += 60 * MINUTE
    assert (await browser.get("/")).header("location") == "/login"


FORGED = [
    {"site": "cross-site", "sender": "https://evil.test"},
    {"site": "same-site", "sender": "https://other.example.com"},
    {"site": "cross-site", "sender": "null"},
]


@pytest.mark.parametrize("where", FORGED)
async def test_no_other_site_can_log_somebody_in_or_out(world: World, where: dict[str, str]) -> None:
    browser = await world.signed_in()
    login, portal = await browser.get("/login?to=x"), await browser.get("/")
    fields = [*login.form("/login").fields, ("user_name", ALICE), ("password", PASSWORD)]
    fields = [(name, value) for name, value in fields if value]
    assert (await browser.post("/login", fields, **where)).status == 403
    assert (await browser.post("/logout", portal.form("/logout").fields, **where)).status == 403
    assert (await browser.get("/")).status == 200


async def test_without_the_token_nothing_happens(world: World) -> None:
    browser = await world.signed_in()
    for fields in ([], [("csrf", "")], [("csrf", "0" * 64)]):
        assert (await browser.post("/logout", fields)).status == 403
        assert (await browser.post("/login", [*fields, ("user_name", ALICE), ("password", PASSWORD)])).status == 403
    assert (await browser.get("/")).status == 200


async def test_a_log_in_leads_to_pages_of_ours_only(world: World) -> None:
    for to in ("//evil.test", "https://evil.test", "../x", "a/b", "%2f%2fevil.test"):
        browser = world.browser()
        page = await browser.get(f"/login?to={to}")
        assert page.form("/login").value("to") == ""
        fields = [("csrf", page.form("/login").value("csrf")), ("to", to), ("user_name", ALICE), ("password", PASSWORD)]
        assert (await browser.post("/login", fields)).header("location") == "/"


async def test_markup_in_what_was_typed_stays_text(world: World) -> None:
    answer = await world.log_in(world.browser(), '"><script>alert(1)</script>', "wrong")
    assert "<script>alert" not in answer.html


async def test_a_field_twice_is_refused(world: World) -> None:
    browser = world.browser()
    page = await browser.get("/login")
    fields = [*page.form("/login").fields, ("user_name", "bob@x.example"), ("user_name", ALICE), ("password", PASSWORD)]
    assert (await browser.post("/login", fields)).status == 400


async def test_too_many_at_once_are_asked_to_wait(world: World) -> None:
    world.context.hasher._waiting = 100
    answer = await world.log_in(world.browser())
    assert answer.status == 503
    assert answer.header("retry-after") == "60"


async def test_whoever_is_signed_in_sees_no_form(world: World) -> None:
    browser: Browser = await world.signed_in()
    assert (await browser.get("/login")).header("location") == "/"
