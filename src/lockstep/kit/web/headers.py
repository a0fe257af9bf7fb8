"""Headers that every answer to a browser has."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from lockstep.kit.web.origins import origin_of

_FORMS = "lockstep.form_action"
# connect-src: the scripts of the consoles fetch a page of ours to show it as a dialog, and follow our streams of news.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
)
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


def allow_form_to(request: Request, url: str) -> None:
    """Let the page that answers `request` post a form to the origin of `url`, too.  Raises ValueError for no http(s) URL."""
    request.scope[_FORMS].append(origin_of(url))


class SecurityHeaders:
    """Pure ASGI: adds the headers.  An answer that says nothing else about caching is not cached."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        forms: list[str] = ["'self'"]
        scope[_FORMS] = forms

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), forms)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add(self, headers: MutableHeaders, forms: list[str]) -> None:
        headers["Content-Security-Policy"] = _POLICY.format(forms=" ".join(forms))
        headers.update(_FIXED)
        headers.setdefault("Cache-Control", "no-store")
        if self._secure:
            headers["Strict-Transport-Security"] = _HSTS
