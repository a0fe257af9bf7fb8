"""The origin by which browsers and identity providers know this centre: `https://center.example`.

It is a setting, written by `lockstep center serve` as it starts.  What is compared with a message never comes out of a request:
a `Host` header says what its sender likes.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from lockstep.center.instances import store
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.kit.web.origins import checked_public_url, origin_of

_SETTING = "origin"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def note(connection: Connection, url: str) -> None:
    """Write the origin down.  Raises Problem for what is none."""
    store.set_setting(connection, _SETTING, checked_public_url(url))


def known(connection: Connection) -> str | None:
    """The origin that was written down last."""
    return store.setting(connection, _SETTING)


def origin(connection: Connection, given: str | None = None) -> str:
    """The origin that is given, or the one that was written down.  Raises Problem where there is none that others could use."""
    found = checked_public_url(given) if given is not None else known(connection)
    if found is None:
        raise Problem("the public URL of this centre is not known: start `lockstep center serve` once, or give --public-url")
    if _is_anywhere(urlsplit(found).hostname or ""):
        raise Problem(f"nobody reaches this centre at {found}: give the origin that browsers use with --public-url")
    return found


def _is_anywhere(host: str) -> bool:
    """Whether it is the address of a server that listens on all of them, which is nobody's to call."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def is_safe(url: str) -> bool:
    """Whether a browser may be sent to `url`: https, or http on this machine itself."""
    try:
        parts = urlsplit(origin_of(url))
    except ValueError:
        return False
    return parts.scheme == "https" or parts.hostname in LOOPBACK
