"""What the console knows of an administrator."""

from dataclasses import dataclass

from lockstep.idp.admins.permissions import Grant, Rights

ABSOLUTE_MS = 8 * 3_600_000
"""A session ends this long after the sign-in, whatever is done in it."""
IDLE_MS = 3_600_000
"""A session ends this long after its last request."""


@dataclass(frozen=True, slots=True)
class Admin:
    """One administrator; `seen_at` is when they were last seen, 0 where nobody knows.

    `employee_id` names the user of the directory that they are, "" where nobody has said so.
    """

    name: str
    created_at: int
    seen_at: int
    employee_id: str = ""
    grants: frozenset[Grant] = frozenset()

    @property
    def rights(self) -> Rights:
        """What they may."""
        return Rights(self.grants)


@dataclass(frozen=True, slots=True)
class AdminSession:
    """One administrator who is signed in, in one browser, with what they may at this moment."""

    digest: bytes
    name: str
    seen_at: int
    expires_at: int
    employee_id: str
    rights: Rights
