"""The form of an access token: `lscim_`, 256 random bits in base64url, a checksum.

The prefix lets secret scanners find a leaked one.  Only the SHA-256 is ever stored: with 256 random bits there is nothing to
guess, so a slow hash would do nothing but slow down every request.
"""

import hashlib
import secrets
import zlib

PREFIX = "lscim_"
_RANDOM_CHARACTERS = 43
_SUM_CHARACTERS = 8
_LENGTH = len(PREFIX) + _RANDOM_CHARACTERS + _SUM_CHARACTERS


def new_token() -> str:
    """A new secret; show it once."""
    body = PREFIX + secrets.token_urlsafe(32)
    return body + _checksum(body)


def looks_right(token: str) -> bool:
    """Whether `token` has the form and checksum of one of ours: what does not costs no look-up."""
    return (
        len(token) == _LENGTH
        and token.isascii()
        and token.startswith(PREFIX)
        and _checksum(token[:-_SUM_CHARACTERS]) == token[-_SUM_CHARACTERS:]
    )


def digest(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
