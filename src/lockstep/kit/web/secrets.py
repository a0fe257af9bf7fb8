"""Secrets that a browser holds: only their digests are stored."""

import hashlib
import secrets

LONGEST = 128
"""Characters of what a browser may hand back; anything longer was never ours."""


def new_secret() -> str:
    """256 random bits, in characters that a cookie may hold."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret (SHA-256, 32 bytes): enough to know it again, useless to whoever reads the database."""
    return hashlib.sha256(secret.encode()).digest()
