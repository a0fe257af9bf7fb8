"""A person's own page: the apps that were given to them."""

from starlette.requests import Request
from starlette.responses import Response

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.saml import store as saml
from lockstep.idp.directory.groups.records import SecondFactor
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.signin.people.records import Session
from lockstep.idp.signin.site.answering import answer
from lockstep.idp.signin.site.context import PAGES, context_of, go_to
from lockstep.kit.db import Connection
from lockstep.kit.web import csrf
from lockstep.kit.web.forms import read_form

_LONGEST = 16_384


async def portal(request: Request) -> Response:
    """One tile for each app."""
    context = context_of(request)
    session = await context.session(request)
    if session is None:
        return go_to("/login")

    def look(c: Connection) -> tuple[list[dict[str, str]], bool]:
        wanted = policy_of(c, session.user.group_id).second_factor is not SecondFactor.OFF
        return _tiles(c, session), wanted

    tiles, factor = await context.runner.read(look)
    token = csrf.token_of(context.session_cookie.read(request) or "")
    return PAGES.page(request, "signin/portal.html", user=session.user, tiles=tiles, csrf=token, factor=factor)


def _tiles(c: Connection, session: Session) -> list[dict[str, str]]:
    """Name and address of each app that the person has and can sign in to, by name."""
    found = []
    for config in saml.all_configs(c):
        app = apps.app_by_id(c, config.app_id)
        if app is not None and apps.has_app(c, app.id, session.user.id):
            found.append({"name": app.name, "uuid": config.uuid})
    return sorted(found, key=lambda tile: tile["name"].casefold())


async def launch(request: Request) -> Response:
    """A tile was pressed: sign in to the app without having been asked by it.  Only a page of ours can do that."""
    context = context_of(request)
    form = await read_form(request, _LONGEST)
    secret = context.session_cookie.read(request)
    if secret is None:
        csrf.require_from_here(request, context.origin)
        return go_to("/login")
    csrf.check(request, form, secret=secret, origin=context.origin)
    app, config = await context.app(request)
    return await answer(request, context, app, config, None)
