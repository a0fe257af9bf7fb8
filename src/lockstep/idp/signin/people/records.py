"""What a sign-in leaves behind."""

from dataclasses import dataclass

from lockstep.idp.directory.records import User


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts, in ms: from log-in to its end, and without a request."""

    absolute_ms: int
    idle_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    """One person who is signed in, in one browser.  Its user is Active: of others there is no session."""

    digest: bytes
    user: User
    authn_at: int
    seen_at: int
    expires_at: int
