"""What the pages of the console share: who is asking, for which instance, how a page and a redirect are made."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lockstep.center.admins import sessions
from lockstep.center.admins.records import AdminSession
from lockstep.center.events import Call, Operation
from lockstep.center.instances import store as instance_store
from lockstep.center.instances.actions import admin_call
from lockstep.center.instances.records import Instance
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence
from lockstep.kit.runner import Runner
from lockstep.kit.vault import Vault
from lockstep.kit.web import csrf, flash
from lockstep.kit.web.cookies import Cookie
from lockstep.kit.web.flash import Kind
from lockstep.kit.web.forms import Form, read_form
from lockstep.kit.web.hashing import Hasher
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.pages import Pages

Result = TypeVar("Result")
BASE = "/console"
SIGN_IN = f"{BASE}/sign-in"
ACTIVITY = f"{BASE}/activity"
NOBODY = "unknown"
_NOT_FOUND, _SEE_OTHER = 404, 303
_TURNING = frozenset(("R", "AL", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"))
"""Classes of characters that are written from right to left, or make others so (Unicode Standard Annex 9)."""
_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


class SignInFirst(Exception):
    """Nobody is signed in: the answer is the log-in page."""


def path_of(instance: Instance, *rest: str) -> str:
    """`/console/d-…/users`: an address within an instance."""
    return "/".join((BASE, instance.identity_store_id, *rest))


@dataclass(frozen=True, slots=True)
class Asking:
    """An administrator, the cookie's value, and the request."""

    request: Request
    session: AdminSession
    secret: str


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages need.  `origin` is the configured one: nothing is ever compared with a Host header."""

    runner: Runner
    now: Clock
    origin: str
    vault: Vault
    pages: Pages
    hasher: Hasher

    @property
    def session_cookie(self) -> Cookie:
        """The cookie of a session.  No other site's page leads into the console, so none brings it along."""
        return Cookie("lockstep-center-console", is_secure(self.origin), "strict")

    @property
    def browser_cookie(self) -> Cookie:
        """The cookie that the log-in form hangs on."""
        return Cookie("lockstep-center-console-form", is_secure(self.origin), "strict")

    @property
    def flash_cookie(self) -> Cookie:
        """The cookie that holds a message for the next page."""
        return Cookie("lockstep-center-console-flash", is_secure(self.origin), "strict")

    async def asking(self, request: Request) -> Asking:
        """Who asks.  Raises SignInFirst where nobody is signed in, or not any more."""
        secret = self.session_cookie.read(request)
        if secret is None:
            raise SignInFirst
        now = self.now()
        session = await self.runner.read(lambda connection: sessions.find(connection, secret, now))
        if session is None:
            raise SignInFirst
        if sessions.needs_touch(session, now):
            await self.runner.write(lambda connection: sessions.touch(connection, session, now))
        return Asking(request, session, secret)

    async def posted(self, request: Request) -> tuple[Asking, Form]:
        """Who posted which form.  Raises SignInFirst, and HTTPException (403) for a form that is not from a page of ours."""
        asking = await self.asking(request)
        form = await read_form(request)
        csrf.check(request, form, secret=asking.secret, origin=self.origin)
        return asking, form

    async def instance(self, request: Request) -> Instance:
        """The instance in the path.  Raises HTTPException (404)."""
        store_id = request.path_params["store"]
        found = None
        if _NAME.fullmatch(store_id):
            found = await self.runner.read(lambda connection: instance_store.by_identity_store(connection, store_id))
        if found is None:
            raise HTTPException(_NOT_FOUND)
        return found

    def call(self, asking: Asking, operation: Operation, parameters: Any = None) -> Call:
        """The request of an administrator, for the trail."""
        return self.from_browser(asking.request, admin_call(operation, asking.session.admin, self.now(), parameters))

    def from_browser(self, request: Request, call: Call) -> Call:
        """The request with where it came from."""
        ip = request.client.host if request.client else None
        return msgspec.structs.replace(call, ip=ip, agent=request.headers.get("user-agent"))

    async def done(self, action: Callable[[Connection], Result]) -> tuple[Result | None, str]:
        """What an action answers and "", or None and why it was refused, in words for the page."""
        try:
            return await self.runner.write(action), ""
        except Problem as problem:
            return None, sentence(problem.text)

    def page(self, asking: Asking, template: str, status: int = 200, **context: Any) -> Response:
        """A page for an administrator, with the message that was kept for it."""
        flashes = flash.read(asking.request, self.flash_cookie, asking.secret)
        response = self.pages.page(
            asking.request,
            f"console/{template}",
            status,
            admin=asking.session.admin,
            csrf=csrf.token_of(asking.secret),
            flashes=flashes,
            now=self.now(),
            **context,
        )
        if self.flash_cookie.full_name in asking.request.cookies:
            self.flash_cookie.clear(response)
        return response

    def go(self, asking: Asking, to: str, kind: Kind = "success", text: str = "") -> Response:
        """On to the page `to`, which shows `text`."""
        response = redirect(to)
        if text:
            flash.put(response, self.flash_cookie, asking.secret, kind, text)
        return response


def redirect(to: str) -> Response:
    """303: the next request is a GET."""
    return RedirectResponse(to, _SEE_OTHER)


def kept_apart(text: str) -> str:
    """`text` for the middle of a sentence: characters that turn the direction of writing around do not reach beyond it."""
    turned = any(unicodedata.bidirectional(character) in _TURNING for character in text)
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}" if turned else text
