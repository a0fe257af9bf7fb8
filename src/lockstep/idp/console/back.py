"""The page that the log-in page leads back to."""

import re
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.routing import Match

from lockstep.kit.web.origins import origin_of

START = "/admin"
_LONGEST = 1_000
_TO = re.compile(r"/admin(/[A-Za-z0-9/_.-]*)?(\?[A-Za-z0-9&=%+_.:@-]*)?")


def target(text: str | None) -> str:
    """Where to go after the sign-in: a page of the console, the first one for anything else."""
    return text if text and _TO.fullmatch(text) and "//" not in text and not text.startswith("/admin/log") else START


def login_of(request: Request, origin: str) -> str:
    """The log-in page for a request without a session: it leads back to the page asked for, or to the one with the form.

    A form that was posted is not sent again: that page says so (`ended`).
    """
    posted = request.method == "POST"
    address = _page_with_the_form(request, origin) if posted else _address(request.url.path, request.url.query)
    query = {**({"ended": "1"} if posted else {}), **({"to": address} if address != START and len(address) < _LONGEST else {})}
    return "/admin/login" + (f"?{urlencode(query)}" if query else "")


def _page_with_the_form(request: Request, origin: str) -> str:
    """What the browser names as the page that the form was on, if one can open it; a refused form may have been its answer."""
    sender = request.headers.get("referer", "")
    try:
        if origin_of(sender) != origin:
            return START
    except ValueError:
        return START
    parts = urlsplit(sender)
    opened = {"type": "http", "method": "GET", "path": parts.path}
    if not any(route.matches(opened)[0] is Match.FULL for route in request.app.routes):
        return START
    return target(_address(parts.path, parts.query))


def _address(path: str, query: str) -> str:
    return path + (f"?{query}" if query else "")
