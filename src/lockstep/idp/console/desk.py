"""What one request of a signed-in administrator has at hand, and the guard before every page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lockstep.idp.admins import actions, store
from lockstep.idp.admins.records import AdminSession
from lockstep.idp.apps.records import App
from lockstep.idp.console.back import login_of
from lockstep.idp.console.context import NOT_FOUND, PAGES, SEE_OTHER, Context, Result
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.provisioning.installation.actions import all_held
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence
from lockstep.kit.web import csrf, flash
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.forms import Form, read_form
from lockstep.kit.web.forms import field as one_field
from lockstep.kit.web.uploads import Files, read_upload

_CONFLICT = 409
_LONGEST_ADDRESS = 1_000


@dataclass
class Desk:
    """A request whose sender is signed in; a POST has been checked, and its form read.

    `files` are those that were chosen, of a form that may hold some.
    """

    request: Request
    context: Context
    session: AdminSession
    secret: str
    now: int
    form: Form = field(default_factory=list)
    files: Files = field(default_factory=dict)
    held: list[App] = field(default_factory=list)
    """The apps that the guard of the installation holds, which every page says."""

    @property
    def actor(self) -> str:
        """Who does it, for the events."""
        return self.session.name

    async def read(self, action: Callable[[Connection], Result]) -> Result:
        """As `Context.read`."""
        return await self.context.read(action)

    async def write(self, action: Callable[[Connection], Result]) -> Result:
        """As `Context.write`."""
        return await self.context.write(action)

    def value(self, name: str, default: str = "") -> str:
        """A field of the form, without blanks around it."""
        return (one_field(self.form, name) or default).strip()

    def ticked(self, name: str) -> bool:
        """Whether a check box of the form is ticked."""
        return bool(one_field(self.form, name))

    def query(self, name: str) -> str:
        """A parameter of the address, without blanks around it."""
        return self.request.query_params.get(name, "").strip().replace("\0", "")[:_LONGEST_ADDRESS]

    def query_number(self, name: str) -> int:
        """A whole number in the address; 0 for anything else."""
        text = self.query(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < len("9007199254740992") else 0

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of the console."""
        shown = flash.read(self.request, self._flash, self.secret)
        path = self.request.url.path
        held = [app for app in self.held if not f"{path}/".startswith(f"/admin/apps/{app.id}/")]  # its own pages say more
        known = {"csrf": csrf.token_of(self.secret), "admin": self.actor, "flashes": shown, "path": path, "held": held}
        response = PAGES.page(self.request, template, status, **known, **context)
        if shown:
            self._flash.clear(response)
        return response

    def go(self, path: str, text: str = "", kind: flash.Kind = "success") -> Response:
        """Send the browser to a page, which shows `text`."""
        response = RedirectResponse(path, SEE_OTHER)
        if text:
            flash.put(response, self._flash, self.secret, kind, text)
        return response

    @property
    def _flash(self) -> Cookie:
        return Cookie("lockstep_idp_admin_flash", secure=self.context.session_cookie.secure)


Handler = Callable[[Desk], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def context_of(request: Request) -> Context:
    """What the console was made with."""
    found: Context = request.scope["lockstep.console"]
    return found


def guarded(handler: Handler, *, upload: int = 0, by_hand: bool = True) -> Endpoint:
    """For administrators who are signed in; everybody else is sent to the log-in page.

    `upload`: how many bytes a form with files may have; 0 for a page whose forms have none.  `by_hand` False is what a page
    asks for by itself: it does not count as use of the session, which may end of idleness.
    """

    async def endpoint(request: Request) -> Response:
        context = context_of(request)
        secret, now = context.session_cookie.read(request), context.clock()

        def who(c: Connection) -> tuple[AdminSession | None, list[App]]:
            return actions.find(c, secret, now), [app for app, _ in all_held(c)]

        session, held = await context.read(who)
        if session is None or secret is None:
            return RedirectResponse(login_of(request, context.origin), SEE_OTHER)
        desk = Desk(request, context, session, secret, now, held=held)
        if request.method == "POST":
            csrf.require_from_here(request, context.origin)  # before anything large is read
            desk.form, desk.files = await _posted(request, upload)
            csrf.check(request, desk.form, secret=secret, origin=context.origin)
        if by_hand and actions.needs_touch(session, now):
            await context.write(lambda c: store.seen(c, session.digest, now))
        try:
            return await handler(desk)
        except NotThereProblem:
            raise HTTPException(NOT_FOUND) from None
        except Problem as problem:
            return desk.page("console/problem.html", _CONFLICT, text=sentence(str(problem)))

    return endpoint


async def _posted(request: Request, upload: int) -> tuple[Form, Files]:
    """The form and its files.  Raises HTTPException: 415 (a form with files, too, where none belong), 413, 400."""
    if upload and request.headers.get("content-type", "").lower().startswith("multipart/"):
        return await read_upload(request, upload)
    return await read_form(request), {}
