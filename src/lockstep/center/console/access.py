"""Logging in and out of the console."""

import re
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.admins import sessions
from lockstep.center.admins import store as admins
from lockstep.center.console.site import BASE, NOBODY, SIGN_IN, Site, redirect
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import field, read_form
from lockstep.kit.web.secrets import new_secret

_LONGEST = 16_384
_REFUSED = 403
_TO = re.compile(rf"{BASE}/[A-Za-z0-9-]{{1,64}}(/[A-Za-z0-9._-]{{1,64}}){{0,4}}")
"""Pages of the console that a log-in may lead on to; nothing else, on any host, looks like this."""
WRONG = (
    "That did not work. Check the name and the password. After several failures nothing is tried for a while: "
    "wait, at most 15 minutes."
)
"""The same for everything that can be wrong."""


class Access:
    """The pages of log-in."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def form(self, request: Request) -> Response:
        """The form; or, where there is no administrator yet, how to make one."""
        to, out = request.query_params.get("to"), request.query_params.get("out") == "1"
        return await self._form(request, to=to or "", signed_out=out)

    async def needed(self, request: Request) -> Response:
        """What anybody gets who is not signed in: a page leads to the form, a form that was posted late says so."""
        if request.method in ("GET", "HEAD"):
            path = request.url.path
            return redirect(f"{SIGN_IN}?{urlencode({'to': path})}" if _TO.fullmatch(path) else SIGN_IN)
        return await self._form(request, _REFUSED, problem="Your session has ended, and nothing was changed. Sign in again.")

    async def sign_in(self, request: Request) -> Response:
        """The form, filled in: a new session, whatever there was before."""
        site = self._site
        form = await read_form(request, _LONGEST)
        csrf.check(request, form, secret=site.browser_cookie.read(request), origin=site.origin)
        name, password = (field(form, "name") or "").strip().replace("\0", ""), field(form, "password") or ""
        to = field(form, "to") or ""
        secret = await self._try(request, name, password)
        if secret is None:
            return await self._form(request, _REFUSED, to=to, name=name[:256], problem=WRONG)
        response = redirect(to if _TO.fullmatch(to) else BASE)
        site.session_cookie.set(response, secret)
        site.browser_cookie.clear(response)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        site = self._site
        asking, _ = await site.posted(request)
        call = site.call(asking, Operation.CONSOLE_LOGOUT)
        await site.runner.write(lambda connection: sessions.end(connection, asking.secret, call))
        response = redirect(f"{SIGN_IN}?out=1")
        site.session_cookie.clear(response)
        site.flash_cookie.clear(response)
        return response

    async def _try(self, request: Request, name: str, password: str) -> str | None:
        site, address = self._site, request.client.host if request.client else ""
        attempt = await site.runner.write(lambda connection: sessions.begin(connection, name, address, site.now()))
        right = await site.hasher.verify(password, attempt.stored)
        call = site.from_browser(request, admin_call(Operation.CONSOLE_LOGIN, NOBODY, site.now()))
        old = site.session_cookie.read(request)
        return await site.runner.write(lambda connection: sessions.finish(connection, attempt, call, right=right, old=old))

    async def _form(
        self, request: Request, status: int = 200, *, to: str = "", name: str = "", problem: str = "", signed_out: bool = False
    ) -> Response:
        site = self._site
        known = site.browser_cookie.read(request)
        browser = known or new_secret()
        any_admin = await site.runner.read(admins.any_admin)
        response = site.pages.page(
            request,
            "console/sign_in.html",
            status,
            csrf=csrf.token_of(browser),
            to=to if _TO.fullmatch(to) else "",
            name=name,
            problem=problem,
            signed_out=signed_out,
            any_admin=any_admin,
        )
        if known is None:
            site.browser_cookie.set(response, browser)
        return response
