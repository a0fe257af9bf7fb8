"""Administrators sign in and out."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lockstep.idp.admins import actions, store
from lockstep.idp.console.back import target
from lockstep.idp.console.context import PAGES, SEE_OTHER, Context
from lockstep.idp.console.desk import Desk, context_of
from lockstep.idp.signin.people import throttle
from lockstep.kit.db import Connection
from lockstep.kit.pauses import Key, address_key
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import field, read_form
from lockstep.kit.web.secrets import new_secret

_LONGEST = 16_384
_REFUSED = 403
WRONG = (
    "That did not work. Check the name and the password. After several failures nothing is tried for a while: "
    "wait, at most 15 minutes."
)
"""The same for everything that can be wrong."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A sign-in that has been asked for.  `stored` is the password to compare with; None where nothing may succeed."""

    keys: tuple[Key, Key]
    stored: str | None
    paused: bool


async def login_page(request: Request) -> Response:
    """The form."""
    context, to = context_of(request), target(request.query_params.get("to"))
    secret = context.session_cookie.read(request)
    if await context.read(lambda c: actions.find(c, secret, context.clock())) is not None:
        return RedirectResponse(to, SEE_OTHER)
    asked = request.query_params
    return await _form(request, context, to, signed_out=asked.get("out") == "1", ended=asked.get("ended") == "1")


async def login(request: Request) -> Response:
    """The form, filled in: a new session, whatever there was before."""
    context = context_of(request)
    form = await read_form(request, _LONGEST)
    csrf.check(request, form, secret=context.browser_cookie.read(request), origin=context.origin)
    name = (field(form, "name") or "").strip().replace("\0", "")
    password, to = field(form, "password") or "", target(field(form, "to"))
    secret = await _try(request, context, name, password)
    if secret is None:
        return await _form(request, context, to, status=_REFUSED, name=name[:256], problem=WRONG)
    response = RedirectResponse(to, SEE_OTHER)
    context.session_cookie.set(response, secret)
    return response


async def _try(request: Request, context: Context, name: str, password: str) -> str | None:
    address = request.client.host if request.client else ""

    def begin(c: Connection) -> _Attempt:
        account = throttle.account_key(name)
        keys = (replace(account, name=f"admin {account.name}"), address_key(address))
        if not throttle.begin(c, keys, context.clock()):
            return _Attempt(keys, None, paused=True)
        return _Attempt(keys, store.password_of(c, name), paused=False)

    attempt = await context.write(begin)
    right = await context.hasher.verify(password, attempt.stored)
    old = context.session_cookie.read(request)

    def finish(c: Connection) -> str | None:
        if not right or attempt.stored is None or store.password_of(c, name) != attempt.stored:
            if not attempt.paused:  # a stranger must not fill the log
                actions.failed(c, name, context.clock())
            return None
        throttle.forgive(c, *attempt.keys)
        return actions.sign_in(c, name, old, context.clock())

    return await context.write(finish)


async def logout(desk: Desk) -> Response:
    """End the session."""
    await desk.write(lambda c: actions.sign_out(c, desk.session, desk.now))
    response = RedirectResponse("/admin/login?out=1", SEE_OTHER)
    desk.context.session_cookie.clear(response)
    return response


async def _form(
    request: Request,
    context: Context,
    to: str,
    *,
    status: int = 200,
    name: str = "",
    problem: str = "",
    signed_out: bool = False,
    ended: bool = False,
) -> Response:
    known = context.browser_cookie.read(request)
    browser = known or new_secret()
    response = PAGES.page(
        request,
        "console/login.html",
        status,
        csrf=csrf.token_of(browser),
        to=to,
        name=name,
        problem=problem,
        signed_out=signed_out,
        ended=ended,
        nobody=not await context.read(store.exist),
    )
    if known is None:
        context.browser_cookie.set(response, browser)
    return response
