"""What the pages between the password and the session share: whose sign-in it is, and which page it is on."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp.signin.site.context import PAGES, Context, context_of, go_to
from lockstep.idp.signin.site.login import address_of, enter, to_of
from lockstep.idp.signin.steps import actions
from lockstep.idp.signin.steps.records import Begun, Step
from lockstep.kit.db import Connection
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import Form, field, read_form

_LONGEST = 16_384
OVER = "/login"
"""Where a sign-in that has ended begins anew."""


@dataclass(frozen=True, slots=True)
class Stepping:
    """One request of somebody whose password was right, and whose sign-in is not finished."""

    request: Request
    context: Context
    secret: str
    begun: Begun
    step: Step
    """What is left to do, as of this request."""
    to: str
    form: Form

    def page(self, template: str, status: int = 200, **shown: Any) -> Response:
        """A page of the step; its forms are this sign-in's alone."""
        known = {"csrf": csrf.token_of(self.secret), "to": self.to, "user": self.begun.user}
        return PAGES.page(self.request, template, status, **known, **shown)

    def go(self, step: Step) -> Response:
        """On to the page of a step."""
        return go_to(address_of(step, self.to))

    def value(self, name: str) -> str:
        """A field of the form, to the letter."""
        return field(self.form, name) or ""

    def now(self, c: Connection) -> Begun | None:
        """The sign-in as it is in a transaction; None where it has ended meanwhile."""
        return actions.find(c, self.secret, self.context.clock())


async def stepping(request: Request) -> Stepping | None:
    """Whose sign-in it is; None for whoever has given no right password, or too long ago.  A POST has been checked."""
    context = context_of(request)
    secret = context.step_cookie.read(request)
    form: Form = []
    if request.method == "POST":
        form = await read_form(request, _LONGEST)
        csrf.check(request, form, secret=secret, origin=context.origin)

    def look(c: Connection) -> tuple[Begun, Step] | None:
        begun = actions.find(c, secret, context.clock())
        return None if begun is None else (begun, actions.next_step(c, begun, context.clock()))

    found = await context.runner.read(look) if secret is not None else None
    if secret is None or found is None:
        return None
    given = field(form, "to") if request.method == "POST" else request.query_params.get("to")
    return Stepping(request, context, secret, *found, to_of(given), form)


async def at(request: Request, step: Step) -> Stepping | Response:
    """The sign-in, if this is the page it is on; else where to go instead."""
    found = await stepping(request)
    if found is None:
        return go_to(OVER)
    return found if found.step is step else await go_further(found)


async def go_further(found: Stepping) -> Response:
    """On to the page of what is left to do; where nothing is, the session begins."""
    old = found.context.session_cookie.read(found.request)

    def act(c: Connection) -> str | None:
        begun = found.now(c)
        return None if begun is None else actions.complete(c, begun, old, found.context.clock())

    secret = await found.context.runner.write(act) if found.step is Step.NONE else None
    if secret is not None:
        return enter(found.context, found.to, secret)
    return go_to(OVER) if found.step is Step.NONE else found.go(found.step)
