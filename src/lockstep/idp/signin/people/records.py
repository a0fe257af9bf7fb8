"""What a sign-in leaves behind."""

from dataclasses import dataclass

from lockstep.idp.directory.records import User


@dataclass(frozen=True, slots=True)
class Session:
    """One person who is signed in, in one browser.  Its user may enter: of others there is no session."""

    digest: bytes
    user: User
    authn_at: int
    seen_at: int
    expires_at: int
