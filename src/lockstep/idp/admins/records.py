"""What the console knows of an administrator."""

from dataclasses import dataclass

ABSOLUTE_MS = 8 * 3_600_000
"""A session ends this long after the sign-in, whatever is done in it."""
IDLE_MS = 3_600_000
"""A session ends this long after its last request."""


@dataclass(frozen=True, slots=True)
class Admin:
    """One administrator; `seen_at` is when they were last seen, 0 where nobody knows."""

    name: str
    created_at: int
    seen_at: int


@dataclass(frozen=True, slots=True)
class AdminSession:
    """One administrator who is signed in, in one browser."""

    digest: bytes
    name: str
    seen_at: int
    expires_at: int
