"""What is kept of somebody who was deleted."""

import msgspec

from lockstep.idp.directory.records import User

KEPT_DAYS = 30
DAY_MS = 86_400_000


class Seat(msgspec.Struct, frozen=True):
    """A role that the person had: its id, the attributes of the membership as stored, and who gave it."""

    role_id: int
    attributes: str
    source: int


class RemovedUser(msgspec.Struct, frozen=True, kw_only=True):
    """One person as they were, with the roles they had, and when (ms) and by whom they were deleted."""

    user: User
    seats: tuple[Seat, ...] = ()
    removed_at: int
    removed_by: str
