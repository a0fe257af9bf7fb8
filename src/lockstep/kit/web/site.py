"""Puts a web site together: routes, static files, error pages, headers."""

from collections.abc import Sequence
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from lockstep.kit.web.errors import ErrorPages, http_error
from lockstep.kit.web.headers import SecurityHeaders
from lockstep.kit.web.pages import Pages, static


def build_site(routes: Sequence[BaseRoute], pages: Pages, *, secure: bool) -> ASGIApp:
    """An ASGI application for HTTP requests (not for lifespan) with everything that a site of ours has.

    `secure`: whether the public URL is https.
    """

    async def failed(request: Request, error: Exception) -> Response:
        return http_error(pages, request, cast(HTTPException, error))  # it is registered for these

    app = Starlette(
        routes=[*routes, Route("/static/{name}", static)],
        middleware=[Middleware(ErrorPages, pages=pages)],
        exception_handlers={HTTPException: failed},
    )
    app.router.redirect_slashes = False
    return SecurityHeaders(app, secure=secure)
