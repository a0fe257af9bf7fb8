"""Spellings of a base URL.  Pure."""

from urllib.parse import SplitResult, urlsplit

_PORTS = {"https": 443, "http": 80}
_HERE = ("localhost", "127.0.0.1", "::1")


def normal(url: str) -> str:
    """The usual spelling: scheme and host in small letters, no port where it is the scheme's own, no slash at the end.

    What is no URL with a host stays as it is.  Raises ValueError for a port that is none.
    """
    parts = urlsplit(url)
    return url if not parts.hostname or "#" in url else _written(parts, parts.hostname)


def is_same(one: str, other: str) -> bool:
    """Whether two URLs are two spellings of one place; this machine has several names."""
    return _place(one) == _place(other)


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
        if not parts.hostname or "#" in url:
            return url
        return _written(parts, _HERE[0] if parts.hostname in _HERE else parts.hostname)
    except ValueError:
        return url


def _written(parts: SplitResult, host: str) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{bracketed}{port}{parts.path}".rstrip("/")
