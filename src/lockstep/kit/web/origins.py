"""Origins: scheme, host and port of a URL, as browsers write them."""

import re
from urllib.parse import SplitResult, urlsplit

from lockstep.kit.problems import Problem

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_PORTS = {"http": 80, "https": 443}
LONGEST = 2_048


def origin_of(url: str) -> str:
    """`https://example.com:8443` of a URL; a port that the scheme implies is left out.

    Raises ValueError for what is no http or https URL, or holds a user name, blanks or control characters.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("no URL")
    parts = urlsplit(url)
    host, port = parts.hostname, parts.port  # both raise ValueError for what they cannot be
    if parts.scheme not in _PORTS or host is None or "@" in parts.netloc or _HOST.fullmatch(host) is None:
        raise ValueError("no http or https URL with a host")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" if port in (None, _PORTS[parts.scheme]) else f"{parts.scheme}://{shown}:{port}"


def checked_public_url(url: str) -> str:
    """The origin that `--public-url` names.  Raises Problem for anything but an origin."""
    try:
        parts: SplitResult = urlsplit(url)
        origin = origin_of(url)
    except ValueError:
        raise Problem(f"--public-url {url[:200]!r}: use an origin such as https://login.example.com") from None
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Problem(f"--public-url {url[:200]!r}: leave out what follows the host: {origin}")
    return origin


def is_secure(origin: str) -> bool:
    """Whether browsers reach this origin over TLS."""
    return origin.startswith("https://")
