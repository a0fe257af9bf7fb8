"""Logging in and out."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp.apps import store as apps
from lockstep.idp.signin.people import sessions
from lockstep.idp.signin.requests import actions as requests
from lockstep.idp.signin.site.context import PAGES, Context, context_of, go_to
from lockstep.idp.signin.steps import actions as steps
from lockstep.idp.signin.steps.records import Step
from lockstep.kit.db import Connection
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import field, read_form
from lockstep.kit.web.secrets import new_secret

_LONGEST = 16_384
_TO = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REFUSED = 403
WRONG = (
    "That did not work. Check the user name and the password. After several failures nothing is tried for a while: "
    "wait, at most 15 minutes."
)
"""The same for everything that can be wrong."""


async def login_page(request: Request) -> Response:
    """The form."""
    context, to = context_of(request), to_of(request.query_params.get("to"))
    if not to and await context.session(request) is not None:
        return go_to("/")
    return await _form(request, context, to, signed_out=request.query_params.get("out") == "1")


async def login(request: Request) -> Response:
    """The form, filled in: a new session, whatever there was before; or the next step on the way to one."""
    context = context_of(request)
    form = await read_form(request, _LONGEST)
    csrf.check(request, form, secret=context.browser_cookie.read(request), origin=context.origin)
    user_name = (field(form, "user_name") or "").strip().replace("\0", "")
    password, to = field(form, "password") or "", to_of(field(form, "to"))
    found = await _try(request, context, user_name, password)
    if found is None:
        return await _form(request, context, to, status=_REFUSED, user_name=user_name[:256], problem=WRONG)
    if found.step is Step.NONE:
        return enter(context, to, found.secret)
    response = go_to(address_of(found.step, to))
    context.step_cookie.set(response, found.secret)
    return response


def enter(context: Context, to: str, secret: str) -> Response:
    """Somebody is signed in: on to where they wanted to go, with the session's cookie and without the one of the steps."""
    response = go_to(f"/continue/{to}" if to else "/")
    context.session_cookie.set(response, secret)
    context.step_cookie.clear(response)
    return response


def address_of(step: Step, to: str) -> str:
    """The page of a step, which keeps where to go in the end."""
    return f"/login/{step.value}" + (f"?to={to}" if to else "")


@dataclass(frozen=True, slots=True)
class _Given:
    """A right password: the secret of a session, or, with a step that is left to do, of a sign-in that is not finished."""

    secret: str
    step: Step


async def _try(request: Request, context: Context, user_name: str, password: str) -> _Given | None:
    address = request.client.host if request.client else ""
    attempt = await context.runner.write(lambda c: sessions.begin(c, user_name, address, context.clock()))
    right = await context.hasher.verify(password, attempt.stored)
    old = context.session_cookie.read(request)

    def finish(c: Connection) -> _Given | None:
        now = context.clock()
        user = sessions.finish(c, attempt, right=right, now=now)
        if user is None:
            return None
        user = steps.expire(c, user, now)
        step = steps.step_of(c, user, now, factor_given=False)
        if step is Step.NONE:
            return _Given(sessions.start(c, user, old, now, ipaddr=sessions.ipaddr_of(attempt)), step)
        return _Given(steps.begin(c, context.vault, user, now), step)

    return await context.runner.write(finish)


async def logout(request: Request) -> Response:
    """End the session."""
    context = context_of(request)
    form = await read_form(request, _LONGEST)
    secret = context.session_cookie.read(request)
    csrf.check(request, form, secret=secret, origin=context.origin)

    def end(c: Connection) -> None:
        session = context.session_in(c, secret, context.clock())
        if session is not None:
            sessions.end(c, session, context.clock())

    await context.runner.write(end)
    response = go_to("/login?out=1")
    context.session_cookie.clear(response)
    return response


def to_of(text: str | None) -> str:
    """The waiting request that goes on after the log-in; "" for none, or for what cannot be one."""
    return text if text and _TO.fullmatch(text) else ""


async def _form(
    request: Request,
    context: Context,
    to: str,
    *,
    status: int = 200,
    user_name: str = "",
    problem: str = "",
    signed_out: bool = False,
) -> Response:
    known = context.browser_cookie.read(request)
    browser = known or new_secret()
    app_name = await context.runner.read(lambda c: _waiting_app(c, to, known, context.clock())) if to else ""
    response = PAGES.page(
        request,
        "signin/login.html",
        status,
        csrf=csrf.token_of(browser),
        to=to,
        app_name=app_name,
        user_name=user_name,
        problem=problem,
        signed_out=signed_out,
    )
    if known is None:
        context.browser_cookie.set(response, browser)
    return response


def _waiting_app(c: Connection, to: str, browser: str | None, now: int) -> str:
    pending = requests.find(c, to, browser, now)
    app = None if pending is None else apps.app_by_id(c, pending.app_id)
    return "" if app is None else app.name
