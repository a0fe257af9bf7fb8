"""The addresses that metadata may name: a browser is sent there, with what signs people in."""

import re
from typing import Final
from urllib.parse import urlsplit

from lockstep.saml.problems import Reason, SamlProblem

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_FORBIDDEN: Final = re.compile(r"[^!-~]|[\\\"<>^`{|}]")
_LONGEST: Final = 2_048


def check_location(url: str, reason: Reason = Reason.NOT_METADATA) -> str:
    """`url` if it is https, or http to this machine; SamlProblem with `reason` for any other.

    Also refused: user names, fragments, and characters that an address has to encode.
    """
    if len(url) > _LONGEST or _FORBIDDEN.search(url):
        raise SamlProblem(reason, f"not an address: {url[:100]!r}")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as wrong:
        raise SamlProblem(reason, f"not an address: {url[:100]!r}") from wrong
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not safe or not host or "@" in parts.netloc or "#" in url:
        raise SamlProblem(reason, f"not an https address: {url[:100]!r}")
    return url
