"""Puts the site of signing in together."""

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lockstep.idp.signin.addresses import METADATA_PATH, SSO_PATH
from lockstep.idp.signin.site import factor, login, portal, renewing, sso
from lockstep.idp.signin.site.context import PAGES, Context
from lockstep.kit.web.origins import is_secure
from lockstep.kit.web.site import build_site

ROUTES = [
    Route("/", portal.portal),
    Route("/launch/{uuid}", portal.launch, methods=["POST"]),
    Route("/login", login.login_page, methods=["GET"]),
    Route("/login", login.login, methods=["POST"]),
    Route("/login/code", factor.code_page, methods=["GET"]),
    Route("/login/code", factor.give_code, methods=["POST"]),
    Route("/login/setup", factor.set_up_page, methods=["GET"]),
    Route("/login/setup", factor.set_up, methods=["POST"]),
    Route("/login/next", factor.go_on, methods=["POST"]),
    Route("/login/password", renewing.page, methods=["GET"]),
    Route("/login/password", renewing.renew, methods=["POST"]),
    Route("/factor", factor.own_page, methods=["GET"]),
    Route("/factor/begin", factor.begin_own, methods=["POST"]),
    Route("/factor/confirm", factor.confirm_own, methods=["POST"]),
    Route("/factor/remove", factor.remove_own, methods=["POST"]),
    Route("/logout", login.logout, methods=["POST"]),
    Route(SSO_PATH + "/{uuid}", sso.sso_by_redirect, methods=["GET"]),
    Route(SSO_PATH + "/{uuid}", sso.sso_by_post, methods=["POST"]),
    Route("/continue/{number}", sso.go_on, methods=["GET"]),
    Route(METADATA_PATH + "/{uuid}", sso.metadata),
]


def build_sign_in(context: Context) -> ASGIApp:
    """The site, as an ASGI application for HTTP requests."""
    site = build_site(ROUTES, PAGES, secure=is_secure(context.origin))

    async def with_context(scope: Scope, receive: Receive, send: Send) -> None:
        scope["lockstep.context"] = context
        await site(scope, receive, send)

    return with_context
