"""Choosing another password at sign-in: the old one is too old, or an administrator wants it so."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.signin.people import passwords
from lockstep.idp.signin.site.context import go_to
from lockstep.idp.signin.site.login import enter
from lockstep.idp.signin.site.stepping import OVER, Stepping, at
from lockstep.idp.signin.steps import actions as steps
from lockstep.idp.signin.steps.records import Step
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem, sentence

_WRONG = 422
DIFFERENT = "The two are not the same. Type the password twice."


async def page(request: Request) -> Response:
    """The form."""
    found = await at(request, Step.RENEW)
    return found if isinstance(found, Response) else await _form(found, {}, 200)


async def renew(request: Request) -> Response:
    """Another password, typed twice and taken to the letter; the sign-in is finished with it."""
    found = await at(request, Step.RENEW)
    if isinstance(found, Response):
        return found
    typed, context = found.value("password"), found.context
    errors = await _problems(found, typed)
    if errors:
        return await _form(found, errors, _WRONG)
    stored = await context.hasher.hash(typed)
    old = context.session_cookie.read(request)

    def act(c: Connection) -> str | None:
        begun = found.now(c)  # it has ended if the password was changed meanwhile
        return None if begun is None else steps.renew(c, begun, stored, old, context.clock())

    secret = await context.runner.write(act)
    return go_to(OVER) if secret is None else enter(context, found.to, secret)


async def _problems(found: Stepping, typed: str) -> dict[str, str]:
    user = found.begun.user
    try:
        await found.context.runner.read(lambda c: passwords.check_password(c, user, typed))
    except Problem as problem:
        return {"password": sentence(problem.text)}
    if found.value("again") != typed:
        return {"again": DIFFERENT}
    for stored in await found.context.runner.read(lambda c: passwords.forbidden(c, user)):
        if await found.context.hasher.verify(typed, stored):
            return {"password": sentence(passwords.USED)}
    return {}


async def _form(found: Stepping, errors: dict[str, str], status: int) -> Response:
    """Passwords are not put back into the page."""

    def look(c: Connection) -> Policy:
        return policy_of(c, found.begun.user.group_id)

    policy = await found.context.runner.read(look)
    return found.page("signin/renew.html", status, errors=errors, policy=policy)
