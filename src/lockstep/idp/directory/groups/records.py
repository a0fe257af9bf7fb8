"""What a security policy says, and the group that it belongs to (facts/onelogin.md 8, 16 to 20)."""

from enum import StrEnum

import msgspec

DEFAULT = 0
"""The id under which the policy of those is kept who are in no group; it is no group."""
MINUTE_MS, DAY_MS = 60_000, 86_400_000


class SecondFactor(StrEnum):
    """Whether a one-time password is asked for after the password."""

    OFF = "off"
    OPTIONAL = "optional"
    """Of those who have set it up."""
    REQUIRED = "required"
    """Of everybody: who has not set it up does so at the next sign-in."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a person who signs in."""

    min_length: int = 8
    """Characters of a new password."""
    max_age_days: int = 0
    """After so many days a password has to be changed at sign-in; 0 for never."""
    history: int = 0
    """So many passwords of the past may not come again; 0 for none."""
    classes: int = 0
    """Of upper case, lower case, digits and others, so many have to be in a new password; 0 and 1 ask for none."""
    lock_after: int = 0
    """After so many wrong passwords in a row the person is Locked; 0 for never."""
    lock_minutes: int = 30
    """For so long; 0 until an administrator unlocks them."""
    second_factor: SecondFactor = SecondFactor.OFF
    session_minutes: int = 480
    """A session ends so long after the sign-in."""
    idle_minutes: int = 60
    """A session ends so long after its last use."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group, by a name that no other has; `reference` is a free text (the API's, deprecated there)."""

    id: int = 0
    name: str
    reference: str = ""
    policy: Policy = Policy()
