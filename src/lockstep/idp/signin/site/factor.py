"""The second factor: giving a code, setting up a device at a sign-in or by oneself, and taking it away."""

from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp.directory.groups.records import SecondFactor
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.records import User
from lockstep.idp.signin.factors import actions as factors
from lockstep.idp.signin.factors import codes
from lockstep.idp.signin.factors import store as devices
from lockstep.idp.signin.people import throttle
from lockstep.idp.signin.people.records import Session
from lockstep.idp.signin.site.context import PAGES, Context, context_of, go_to
from lockstep.idp.signin.site.login import enter
from lockstep.idp.signin.site.stepping import OVER, at, go_further, stepping
from lockstep.idp.signin.steps import actions as steps
from lockstep.idp.signin.steps.records import Step
from lockstep.kit.db import Connection
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import Form, field, read_form

_LONGEST, _REFUSED = 16_384, 403
WRONG = (
    "That did not work. Each code is good once: wait for the next one, and check the clock of your device. After several "
    "failures nothing is tried for a while: wait, at most 15 minutes."
)


async def code_page(request: Request) -> Response:
    """Asks for a code."""
    found = await at(request, Step.CODE)
    return found if isinstance(found, Response) else found.page("signin/code.html", problem="")


async def give_code(request: Request) -> Response:
    """A code of the device, or a recovery code."""
    found = await at(request, Step.CODE)
    if isinstance(found, Response):
        return found
    context, code = found.context, found.value("code")
    old = context.session_cookie.read(request)

    def act(c: Connection) -> tuple[bool, Step, str | None]:
        begun, now = found.now(c), context.clock()
        if begun is None or not steps.try_code(c, context.vault, begun, code, now):
            return False, Step.CODE, None
        begun = found.now(c) or begun
        return True, steps.next_step(c, begun, now), steps.complete(c, begun, old, now)

    right, step, secret = await context.runner.write(act)
    if not right:
        return found.page("signin/code.html", _REFUSED, problem=WRONG)
    return found.go(step) if secret is None else enter(context, found.to, secret)


async def set_up_page(request: Request) -> Response:
    """A device has to be set up: the picture, and the field for its first code."""
    found = await at(request, Step.SET_UP)
    if isinstance(found, Response):
        return found
    shown = await _to_set_up(found.context, found.begun.user)
    return go_to(OVER) if shown is None else found.page("signin/setup.html", problem="", action="/login/setup", **shown)


async def set_up(request: Request) -> Response:
    """The first code of a device: the recovery codes are shown, once, and the sign-in goes on from there."""
    found = await at(request, Step.SET_UP)
    if isinstance(found, Response):
        return found
    context, code = found.context, found.value("code")

    def act(c: Connection) -> list[str] | None:
        begun = found.now(c)
        return None if begun is None else steps.set_up(c, context.vault, begun, code, context.clock())

    fresh = await context.runner.write(act)
    if fresh is not None:
        return found.page("signin/recovery.html", codes=fresh, action="/login/next")
    shown = await _to_set_up(context, found.begun.user)
    if shown is None:
        return go_to(OVER)
    return found.page("signin/setup.html", _REFUSED, problem=WRONG, action="/login/setup", **shown)


async def go_on(request: Request) -> Response:
    """After the recovery codes: the session, or the next step."""
    found = await stepping(request)
    return go_to(OVER) if found is None else await go_further(found)


async def own_page(request: Request) -> Response:
    """A person's own device."""
    return await _own(request, "", 200)


async def begin_own(request: Request) -> Response:
    """Set up a device by oneself, where the policy allows one."""
    found = await _mine(request)
    if found is None:
        return go_to("/login")
    context, session, _ = found

    def act(c: Connection) -> None:
        if policy_of(c, session.user.group_id).second_factor is not SecondFactor.OFF:
            factors.begin(c, context.vault, session.user.id, context.clock())

    await context.runner.write(act)
    return go_to("/factor")


async def confirm_own(request: Request) -> Response:
    """The first code of the device: from now on its codes are asked for."""
    found = await _mine(request)
    if found is None:
        return go_to("/login")
    context, session, form = found

    def act(c: Connection) -> list[str] | None:
        if not throttle.begin(c, (steps.key_of(session.user.id),), context.clock()):
            return None
        fresh = factors.confirm(c, context.vault, session.user, field(form, "code") or "", context.clock())
        if fresh is not None:
            throttle.clear(c, steps.key_of(session.user.id))
        return fresh

    fresh = await context.runner.write(act)
    if fresh is None:
        return await _own(request, WRONG, _REFUSED)
    return PAGES.page(request, "signin/recovery.html", codes=fresh, action="", csrf="", to="", user=session.user)


async def remove_own(request: Request) -> Response:
    """Take the device away with one of its codes, where the policy does not require one."""
    found = await _mine(request)
    if found is None:
        return go_to("/login")
    context, session, form = found

    def act(c: Connection) -> bool:
        user, now, key = session.user, context.clock(), steps.key_of(session.user.id)
        if policy_of(c, user.group_id).second_factor is SecondFactor.REQUIRED or not throttle.begin(c, (key,), now):
            return False
        if not factors.check(c, context.vault, user, field(form, "code") or "", now):
            return False
        throttle.clear(c, key)
        return factors.remove(c, user, actor=user.user_name, now=now)

    return go_to("/factor") if await context.runner.write(act) else await _own(request, WRONG, _REFUSED)


async def _mine(request: Request) -> tuple[Context, Session, Form] | None:
    """Who is signed in, with the form that they sent."""
    context = context_of(request)
    form = await read_form(request, _LONGEST)
    csrf.check(request, form, secret=context.session_cookie.read(request), origin=context.origin)
    session = await context.session(request)
    return None if session is None else (context, session, form)


async def _own(request: Request, problem: str, status: int) -> Response:
    context = context_of(request)
    session = await context.session(request)
    if session is None:
        return go_to("/login")
    user = session.user

    def look(c: Connection) -> dict[str, Any]:
        device = devices.device_of(c, user.id)
        policy = policy_of(c, user.group_id)
        return {
            "wanted": policy.second_factor.value,
            "since": device.confirmed_at if device else 0,
            "left": devices.codes_left(c, user.id),
        }

    shown = await context.runner.read(look)
    setup = None if shown["since"] or shown["wanted"] == SecondFactor.OFF else await _to_set_up(context, user)
    token = csrf.token_of(context.session_cookie.read(request) or "")
    known = {"csrf": token, "to": "", "user": user, "setup": setup, "problem": problem}
    return PAGES.page(request, "signin/factor.html", status, **known, **shown)


async def _to_set_up(context: Context, user: User) -> dict[str, Any] | None:
    """What an authenticator needs; None where nothing is being set up."""
    secret = await context.runner.read(lambda c: factors.secret_to_set_up(c, context.vault, user.id))
    if secret is None:
        return None
    address = codes.address(secret, user.user_name, urlsplit(context.origin).hostname or "Lockstep")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"secret": grouped, "picture": codes.picture(address)}
