"""Who has given the password only is nowhere: each address leads to the step that is left, and opens nothing."""

import pytest

from lockstep.idp.directory.groups.records import Policy, SecondFactor
from lockstep.idp.directory.records import Status
from lockstep.idp.signin.site.routes import ROUTES
from lockstep.idp.signin.steps.records import LIFE_MS, Step
from tests.idp.signin.factors.test_actions import code_of, set_up
from tests.idp.signin.world import ALICE, World
from tests.support.browser import Browser

STEP, SESSION = "__Host-lockstep_idp_step", "__Host-lockstep_idp_session"
REQUIRED = Policy(second_factor=SecondFactor.REQUIRED)


async def half_signed_in(world: World, step: Step) -> Browser:
    """A browser whose next step is this one."""
    if step is Step.CODE:
        world.policy(REQUIRED)
        with world.changing() as c:
            set_up(world, c)
    elif step is Step.SET_UP:
        world.policy(REQUIRED)
    else:
        world.status(ALICE, Status.PASSWORD_PENDING)
    browser = world.browser()
    answer = await world.log_in(browser)
    assert (answer.status, answer.header("location")) == (303, f"/login/{step.value}")
    assert SESSION not in browser.cookies
    return browser


STEPS = [Step.CODE, Step.SET_UP, Step.RENEW]


@pytest.mark.parametrize("step", STEPS)
async def test_no_address_passes_a_step_by(world: World, step: Step) -> None:
    """The portal, a tile, the second factor's own pages, a service provider that asks, and the pages of other steps."""
    browser = await half_signed_in(world, step)
    page = f"/login/{step.value}"
    for address in ("/", "/factor"):
        assert (await browser.get(address)).header("location") == "/login", address
    asked = await world.ask(browser, world.request())
    assert asked.url.partition("?")[0].endswith("/login"), "a service provider's request leads to the sign-in"
    assert "SAMLResponse" not in asked.html
    posted = await world.ask_by_post(browser, world.request())
    assert "SAMLResponse" not in posted.html
    csrf = (await browser.get(page)).form(page).value("csrf")
    for address in (f"/launch/{world.config.uuid}", "/logout", "/factor/begin", "/factor/confirm", "/factor/remove"):
        answer = await browser.post(address, [("csrf", csrf), ("code", "000000")])
        assert answer.status in (303, 403), address
        assert "SAMLResponse" not in answer.html
    for other in STEPS:
        if other is not step:
            assert (await browser.get(f"/login/{other.value}")).header("location") == page
            good = {"code": "000000", "password": "a long enough one", "again": "a long enough one"}
            answer = await browser.post(f"/login/{other.value}", [("csrf", csrf), *good.items()])
            assert (answer.status, answer.header("location")) == (303, page)
    assert (await browser.post("/login/next", [("csrf", csrf)])).header("location") == page
    assert SESSION not in browser.cookies
    with world.db.read() as c:
        assert c.raw.execute("SELECT count(*) FROM sessions").fetchone()[0] == 0
    assert world.events("signin.succeeded") == []


@pytest.mark.parametrize("step", STEPS)
async def test_the_cookie_of_a_step_is_no_session_s(world: World, step: Step) -> None:
    browser = await half_signed_in(world, step)
    browser.cookies[SESSION] = browser.cookies[STEP]
    assert (await browser.get("/")).header("location") == "/login"


async def test_the_cookie_of_a_session_is_no_step_s(world: World) -> None:
    browser = await world.signed_in()
    browser.cookies[STEP] = browser.cookies[SESSION]
    for step in STEPS:
        assert (await browser.get(f"/login/{step.value}")).header("location") == "/login"


async def test_nobody_who_has_given_no_password_sees_a_step(world: World) -> None:
    for path in [route.path for route in ROUTES if route.path.startswith("/login/")]:
        if path != "/login/next":
            assert (await world.browser().get(path)).header("location") == "/login"
        assert (await world.browser().post(path, [("csrf", "x")])).status == 403


async def test_a_sign_in_that_took_too_long_begins_anew(world: World) -> None:
    browser = await half_signed_in(world, Step.CODE)
    page = await browser.get("/login/code")
    world.now += LIFE_MS
    with world.db.read() as c:
        code = code_of(world, c)
    assert (await browser.submit(page, "/login/code", code=code)).header("location") == "/login"
    assert (await browser.get("/login/code")).header("location") == "/login"


@pytest.mark.parametrize("step", STEPS)
async def test_no_other_site_takes_a_step(world: World, step: Step) -> None:
    browser = await half_signed_in(world, step)
    address = f"/login/{step.value}"
    csrf = (await browser.get(address)).form(address).value("csrf")
    fields = [("csrf", csrf), ("code", "000000"), ("password", "x"), ("again", "x")]
    assert (await browser.post(address, fields, site="cross-site", sender="https://evil.example")).status == 403
    assert (await browser.post(address, [("csrf", "0" * 64), *fields[1:]])).status == 403


async def test_a_cookie_that_somebody_planted_is_not_taken_over(world: World) -> None:
    """Session fixation: whatever cookies the browser has, the values after each step are new ones."""
    browser = world.browser()
    browser.cookies |= {SESSION: "planted-session", STEP: "planted-step"}
    world.policy(REQUIRED)
    with world.changing() as c:
        set_up(world, c)
    await world.log_in(browser)
    step = browser.cookies[STEP]
    assert step != "planted-step"
    with world.db.read() as c:
        code = code_of(world, c, 1)
    answer = await browser.submit(await browser.get("/login/code"), "/login/code", code=code)
    assert answer.header("location") == "/"
    assert browser.cookies[SESSION] not in ("planted-session", step)
    assert STEP not in browser.cookies
    assert (await browser.get("/")).status == 200


async def test_the_step_ends_with_what_it_was_for(world: World) -> None:
    """The cookie of a finished sign-in opens nothing any more."""
    browser = await half_signed_in(world, Step.CODE)
    kept = browser.cookies[STEP]
    with world.db.read() as c:
        code = code_of(world, c, 1)
    await browser.submit(await browser.get("/login/code"), "/login/code", code=code)
    thief = world.browser()
    thief.cookies[STEP] = kept
    assert (await thief.get("/login/code")).header("location") == "/login"
