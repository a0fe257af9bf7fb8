"""Who asks: what the header Authorization says, in the ways that OneLogin takes it (facts 58, 59).  Pure."""

import base64
import binascii
import re

_TOKEN = re.compile(r"^bearer(?:\s*:\s*|\s+)(\S+)$", re.IGNORECASE)
_NAMED = re.compile(r"^client_id\s*:\s*(?P<id>[^,\s]+)\s*,\s*client_secret\s*:\s*(?P<secret>\S+)$", re.IGNORECASE)
LONGEST = 1_000


def token_of(header: str) -> str:
    """The access token of `bearer TOKEN` or `bearer:TOKEN`; "" for anything else."""
    found = _TOKEN.match(header.strip()) if len(header) <= LONGEST else None
    return found[1] if found else ""


def client_of(header: str) -> tuple[str, str] | None:
    """(client id, secret) of HTTP Basic (RFC 7617), or of OneLogin's `client_id:…, client_secret:…`."""
    text = header.strip()
    if len(text) > LONGEST:
        return None
    named = _NAMED.match(text)
    if named:
        return named["id"], named["secret"]
    scheme, _, rest = text.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if colon else None
