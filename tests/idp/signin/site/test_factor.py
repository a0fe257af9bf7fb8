"""The pages of the second factor."""

import pytest

from lockstep.idp.directory.groups.records import Policy, SecondFactor
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.factors.codes import STEP_MS
from lockstep.idp.signin.site.factor import WRONG
from tests.idp.signin.factors.test_actions import code_of, set_up
from tests.idp.signin.world import ALICE, World
from tests.support.browser import Answer, Browser

REQUIRED, OPTIONAL = (Policy(second_factor=one) for one in (SecondFactor.REQUIRED, SecondFactor.OPTIONAL))


def shown_code(world: World, steps: int = 0) -> str:
    with world.db.read() as c:
        return code_of(world, c, steps)


def with_device(world: World, policy: Policy) -> list[str]:
    world.policy(policy)
    with world.changing() as c:
        return set_up(world, c)


async def give(browser: Browser, code: str) -> Answer:
    return await browser.submit(await browser.get("/login/code"), "/login/code", code=code)


async def test_who_needs_a_device_sets_it_up_at_the_next_sign_in(each_world: World) -> None:
    world = each_world
    world.policy(REQUIRED)
    browser = world.browser()
    page = await browser.follow(await world.log_in(browser))
    assert "Set up your second factor" in page.text
    assert 'src="data:image/svg+xml' in page.html
    assert "img-src 'self' data:" in page.header("content-security-policy")
    wrong = await browser.submit(page, "/login/setup", code="000000")
    assert (wrong.status, WRONG in wrong.text) == (403, True)
    again = await browser.get("/login/setup")
    done = await browser.submit(again, "/login/setup", code=shown_code(world))
    assert "They are not shown again." in done.text
    shown = [word for word in done.text.split() if word.count("-") == 3]
    assert len(shown) == 10
    answer = await browser.submit(done, "/login/next")
    assert answer.header("location") == "/"
    assert "Alice Adams" in (await browser.get("/")).text
    other = world.browser()
    await world.log_in(other)
    assert (await give(other, shown[3])).header("location") == "/"
    assert (await give(await _half(world), shown[3])).status == 403


async def _half(world: World) -> Browser:
    browser = world.browser()
    await world.log_in(browser)
    return browser


async def test_after_the_codes_any_page_finishes_the_sign_in(world: World) -> None:
    """Whoever closes the page with the recovery codes is not stuck."""
    world.policy(REQUIRED)
    browser = world.browser()
    page = await browser.follow(await world.log_in(browser))
    await browser.submit(page, "/login/setup", code=shown_code(world))
    assert (await browser.get("/login/setup")).header("location") == "/"
    assert (await browser.get("/")).status == 200


async def test_a_code_is_asked_for_and_is_good_once(each_world: World) -> None:
    world = each_world
    with_device(world, REQUIRED)
    world.now += STEP_MS
    first = await _half(world)
    assert (await give(first, "")).status == 403
    code = shown_code(world)
    assert (await give(first, code)).header("location") == "/"
    replayed = await give(await _half(world), code)
    assert (replayed.status, WRONG in replayed.text) == (403, True)
    assert code not in str(world.events())


async def test_a_sign_in_goes_on_to_the_app_that_asked(world: World) -> None:
    with_device(world, REQUIRED)
    browser, request = world.browser(), world.request()
    login = await world.ask(browser, request)
    asked = await browser.follow(await world.log_in(browser, page=login))
    assert "Your code" in asked.text
    answer = await browser.submit(asked, "/login/code", code=shown_code(world, 1))
    assert answer.header("location").startswith("/continue/")
    page = await browser.follow(answer)
    assert world.accepted(page, request).name_id == ALICE


async def test_after_five_wrong_codes_nothing_is_tried_for_a_while(world: World) -> None:
    with_device(world, REQUIRED)
    browser = await _half(world)
    for _ in range(5):
        assert (await give(browser, "000000")).status == 403
    right = shown_code(world, 1)
    assert (await give(await _half(world), right)).status == 403
    world.now += 1_000
    assert (await give(await _half(world), right)).header("location") == "/"


async def test_a_password_that_has_to_be_changed_is_changed_after_the_code(world: World) -> None:
    with_device(world, REQUIRED)
    world.status(ALICE, Status.PASSWORD_EXPIRED)
    answer = await give(await _half(world), shown_code(world, 1))
    assert answer.header("location") == "/login/password"


async def test_where_it_is_optional_people_set_it_up_themselves(each_world: World) -> None:
    world = each_world
    browser = await world.signed_in()
    assert "does not use a second factor" in (await browser.get("/factor")).text
    assert "/factor" not in (await browser.get("/")).html
    world.policy(OPTIONAL)
    assert 'href="/factor"' in (await browser.get("/")).html
    page = await browser.follow(await browser.submit(await browser.get("/factor"), "/factor/begin"))
    assert (await browser.submit(page, "/factor/confirm", code="000000")).status == 403
    done = await browser.submit(page, "/factor/confirm", code=shown_code(world))
    assert "Your recovery codes" in done.text
    assert (await world.log_in(world.browser())).header("location") == "/login/code"
    own = await browser.get("/factor")
    assert "10 recovery codes are left" in own.text
    assert (await browser.submit(own, "/factor/remove", code="000000")).status == 403
    gone = await browser.submit(own, "/factor/remove", code=shown_code(world, 1))
    assert gone.header("location") == "/factor"
    assert (await world.log_in(world.browser())).header("location") == "/"


async def test_where_it_is_required_nobody_removes_it(world: World) -> None:
    browser = await world.signed_in()
    with_device(world, REQUIRED)
    page = await browser.get("/factor")
    assert "Your organization requires it." in page.text
    csrf = (await browser.get("/")).form("/logout").value("csrf")
    assert (await browser.post("/factor/remove", [("csrf", csrf), ("code", shown_code(world, 1))])).status == 403
    with world.db.read() as c:
        assert factors.is_set_up(c, world.user_in(c, ALICE).id)


async def test_where_there_is_none_nobody_sets_one_up(world: World) -> None:
    browser = await world.signed_in()
    csrf = (await browser.get("/")).form("/logout").value("csrf")
    assert (await browser.post("/factor/begin", [("csrf", csrf)])).header("location") == "/factor"
    with world.db.read() as c:
        assert c.raw.execute("SELECT count(*) FROM otp_devices").fetchone()[0] == 0


@pytest.mark.parametrize("path", ["/factor/begin", "/factor/confirm", "/factor/remove"])
async def test_who_is_not_signed_in_has_no_device(world: World, path: str) -> None:
    assert (await world.browser().get("/factor")).header("location") == "/login"
    assert (await world.browser().post(path, [("csrf", "x")])).status == 403
    browser = await world.signed_in()
    csrf = (await browser.get("/")).form("/logout").value("csrf")
    world.status(ALICE, Status.SUSPENDED)
    assert (await browser.post(path, [("csrf", csrf)])).header("location") == "/login"


async def test_the_device_of_a_group_that_uses_none_asks_for_nothing(world: World) -> None:
    with_device(world, Policy())
    assert (await world.log_in(world.browser())).header("location") == "/"
