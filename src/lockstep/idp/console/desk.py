"""What one request of a signed-in administrator has at hand, and the guard before every page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from lockstep.idp.admins import actions, store
from lockstep.idp.admins.permissions import Grant, Permission, Privilege, Rights, who_may
from lockstep.idp.admins.records import AdminSession
from lockstep.idp.apps.records import App
from lockstep.idp.console.access import Need
from lockstep.idp.console.back import login_of
from lockstep.idp.console.context import NOT_FOUND, PAGES, SEE_OTHER, Context, Result
from lockstep.idp.console.hiding import only_what_one_may
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.records import User
from lockstep.idp.directory.roles.store import administered_by
from lockstep.idp.directory.store import user_by_employee_id
from lockstep.idp.provisioning.installation.actions import all_held
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence
from lockstep.kit.web import csrf, flash
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.forms import Form, read_form
from lockstep.kit.web.forms import field as one_field
from lockstep.kit.web.uploads import Files, read_upload

_CONFLICT, _FORBIDDEN = 409, 403
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
    locked: dict[str, str] = field(default_factory=dict)
    """Addresses at and below which this administrator may change nothing, and why (`hiding.py`)."""

    @property
    def actor(self) -> str:
        """Who does it, for the events."""
        return self.session.name

    @property
    def rights(self) -> Rights:
        """What the administrator may, as of this request."""
        return self.session.rights

    def may(self, permission: Permission, *, role: int = 0, app: int = 0) -> bool:
        """Whether the administrator may do it with this role, or this app."""
        return self.rights.may(permission, role=role, app=app)

    def check_person(self, c: Connection, employee_id: str) -> None:
        """Raise NotAllowedProblem if this administrator must not touch that person: themselves, or who is above them."""
        actions.check_person(c, employee_id, self.session.employee_id, self.rights)

    def lock_person(self, c: Connection, user: User) -> str:
        """Why this administrator must not touch that person, "" where they may; their page then shows it, disabled."""
        try:
            self.check_person(c, user.employee_id)
        except actions.NotAllowedProblem as problem:
            self.locked[f"/admin/users/{user.id}"] = why = sentence(str(problem))
            return why
        return ""

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
        held = [app for app in held if self.may(Permission.APPS_VIEW, app=app.id)]
        known = {"csrf": csrf.token_of(self.secret), "admin": self.actor, "flashes": shown, "path": path, "held": held}
        response: Response = PAGES.page(self.request, template, status, **known, **context)
        if self.locked or not self.rights.is_owner:
            html = bytes(response.body).decode()
            text = only_what_one_may(html, self.rights, self.request.app.routes, self.locked)
            response = HTMLResponse(text, status)
        if shown:
            self._flash.clear(response)
        return response

    def forbidden(self, who: str) -> Response:
        """The page for what this administrator may not do; `who` says who may."""
        return self.page("console/forbidden.html", _FORBIDDEN, who=who)

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


def guarded(handler: Handler, need: Need | None, *, upload: int = 0, by_hand: bool = True) -> Endpoint:
    """For administrators who are signed in and may; everybody else is sent to the log-in page, or told who may.

    `need` None refuses everybody: what nobody has said who may do is done by nobody.

    `upload`: how many bytes a form with files may have; 0 for a page whose forms have none.  `by_hand` False is what a page
    asks for by itself: it does not count as use of the session, which may end of idleness.
    """

    async def endpoint(request: Request) -> Response:
        context = context_of(request)
        secret, now = context.session_cookie.read(request), context.clock()

        def who(c: Connection) -> tuple[AdminSession | None, list[App]]:
            session = actions.find(c, secret, now)
            return session and with_roles(c, session), [app for app, _ in all_held(c)]

        session, held = await context.read(who)
        if session is None or secret is None:
            return RedirectResponse(login_of(request, context.origin), SEE_OTHER)
        desk = Desk(request, context, session, secret, now, held=held)
        if need is None or not need.met(session.rights, request.path_params):
            return desk.forbidden("Nobody may do this here." if need is None else who_may(need.permission))
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
        except actions.NotAllowedProblem as problem:
            return desk.forbidden(sentence(str(problem)))
        except Problem as problem:
            return desk.page("console/problem.html", _CONFLICT, text=sentence(str(problem)))

    return endpoint


def with_roles(c: Connection, session: AdminSession) -> AdminSession:
    """The session with the roles that its administrator looks after as the user of the directory that they are."""
    user = user_by_employee_id(c, session.employee_id) if session.employee_id else None
    roles = [] if user is None else administered_by(c, user.id)
    grants = session.rights.grants | {Grant(Privilege.ROLE_ADMIN, one) for one in roles}
    return replace(session, rights=Rights(grants)) if roles else session


async def _posted(request: Request, upload: int) -> tuple[Form, Files]:
    """The form and its files.  Raises HTTPException: 415 (a form with files, too, where none belong), 413, 400."""
    if upload and request.headers.get("content-type", "").lower().startswith("multipart/"):
        return await read_upload(request, upload)
    return await read_form(request), {}
