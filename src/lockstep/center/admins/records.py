"""What administrators' sessions are.  Moments are milliseconds since 1970."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdminSession:
    """One session in the console; `digest` is all that is known of its cookie."""

    digest: bytes
    admin: str
    started_at: int
    seen_at: int
    expires_at: int
