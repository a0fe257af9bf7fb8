"""A sign-in that is not finished."""

from dataclasses import dataclass
from enum import StrEnum

from lockstep.idp.directory.records import User

LIFE_MS = 600_000
"""A sign-in is finished within ten minutes, or begins anew."""


class Step(StrEnum):
    """What has to be done next; the page of it is `/login/…`."""

    CODE = "code"
    """Give a code of the device."""
    SET_UP = "setup"
    """Set up a device."""
    RENEW = "password"
    """Choose another password."""
    NONE = ""
    """Nothing: a session may begin."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody has given a right password, in one browser."""

    digest: bytes
    user: User
    began_at: int
    factor_at: int
    """When the second factor was given; 0 before."""
