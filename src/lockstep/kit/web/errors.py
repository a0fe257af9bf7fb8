"""Answers to what goes wrong, in the site's own form.  They tell a person what to do, and nobody how the site is built."""

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lockstep.kit import log
from lockstep.kit.web.pages import Pages

_TITLES = {
    400: "This request cannot be understood",
    403: "This was refused",
    404: "There is no such page",
    405: "This page cannot be used like that",
    413: "Too much was sent",
    415: "This page cannot be used like that",
    500: "Something went wrong here",
    503: "Not now",
}
_TEXTS = {
    404: "The address is mistyped, or what was here has gone.",
    405: "Go back, and use the buttons and links of the page.",
    413: "What was sent to this page is larger than it may be.",
    500: "It is not your fault. If it stays so, give the reference number to your administrator.",
}
_SERVER_ERROR = 500


def error_page(pages: Pages, request: Request, status: int, text: str = "", reference: str = "") -> Response:
    """The page for a status; `text` is for the person, in place of the usual one."""
    title = _TITLES.get(status, "This does not work")
    shown = text or _TEXTS.get(status, "Go back and try again.")
    return pages.page(request, "kit/error.html", status, title=title, text=shown, reference=reference)


def http_error(pages: Pages, request: Request, error: HTTPException) -> Response:
    """The page for an HTTPException; a detail that was written for a person is shown."""
    text = error.detail if error.detail.endswith(".") else ""  # Starlette's own are bare names of statuses
    response = error_page(pages, request, error.status_code, text)
    response.headers.update(error.headers or {})
    return response


class ErrorPages:
    """Pure ASGI: what nobody expected is logged under a reference number, and the number is all that is shown."""

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            reference = secrets.token_hex(6)
            log.exception("page failed", reference=reference, path=scope["path"], method=scope["method"])
            if started:
                raise
            page = error_page(self._pages, Request(scope), _SERVER_ERROR, reference=reference)
            await page(scope, receive, send)
