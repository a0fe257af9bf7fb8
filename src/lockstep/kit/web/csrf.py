"""Forms that only our own pages can post.

Two layers: a token that another site cannot know, because it is made from a secret in a cookie (of the session, or of the
log-in form before there is one), and what the browser itself says about where the request comes from.
"""

import hashlib
import hmac
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request

FIELD = "csrf"
_OURS = ("same-origin", "none")
_FORBIDDEN = 403


def token_of(secret: str) -> str:
    """The token for forms of the browser whose cookie holds `secret`."""
    return hmac.new(secret.encode(), b"lockstep form", hashlib.sha256).hexdigest()


def is_from_here(request: Request, origin: str) -> bool:
    """Whether the browser says that the request was made by a page of `origin`, our public one.

    False too where it says nothing: every browser sends `Origin` with a POST.
    """
    site, sender = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and sender is None:
        return False
    return site in (None, *_OURS) and sender in (None, origin)


def require_from_here(request: Request, origin: str) -> None:
    """Raise HTTPException (403) unless the request comes from a page of `origin`."""
    if not is_from_here(request, origin):
        raise HTTPException(_FORBIDDEN, f"This form has to be sent from a page of {origin}. Open that address and try again.")


def check(request: Request, form: Iterable[tuple[str, str]], *, secret: str | None, origin: str) -> None:
    """Raise HTTPException (403) unless `form` comes from a page of ours and holds the token of `secret`, the cookie's value."""
    require_from_here(request, origin)
    given = [value for name, value in form if name == FIELD]
    if secret is None or len(given) != 1 or not hmac.compare_digest(given[0].encode(), token_of(secret).encode()):
        raise HTTPException(_FORBIDDEN, "This form is too old, or cookies are blocked. Load the page again, and retry.")
