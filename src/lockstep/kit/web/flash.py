"""A message for the next page: kept across one redirect, in a cookie that only this session's own pages can write.

It is signed with the session's secret.  Nothing secret goes into it: cookies are kept, and sent again.
"""

import base64
import hashlib
import hmac
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lockstep.kit.web.cookies import Cookie

Kind = Literal["success", "error", "warning", "info"]
_LONGEST_TEXT = 1_000
_LONGEST = 4_000
_SECONDS = 60


class Flash(msgspec.Struct, frozen=True):
    """One message."""

    kind: Kind
    text: str


_decode = msgspec.json.Decoder(Flash).decode


def put(response: Response, cookie: Cookie, secret: str, kind: Kind, text: str) -> None:
    """Show `text` on the page that the browser opens next; `secret` is the value of the session's cookie."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(Flash(kind, text[:_LONGEST_TEXT]))).decode()
    cookie.set(response, f"{body}.{_sign(body, secret)}", max_age=_SECONDS)


def read(request: Request, cookie: Cookie, secret: str) -> list[Flash]:
    """What the page before had to say; the caller clears the cookie with the page that shows it."""
    value = request.cookies.get(cookie.full_name, "")
    body, _, sign = value.partition(".")
    if len(value) > _LONGEST or not hmac.compare_digest(sign.encode(), _sign(body, secret).encode()):
        return []
    try:
        return [_decode(base64.urlsafe_b64decode(body))]
    except (ValueError, msgspec.DecodeError):
        return []


def _sign(body: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"lockstep flash " + body.encode(), hashlib.sha256).hexdigest()
