"""When what failed is tried again, and when it is given up.  Pure.

A failure belongs to what was tried: once the object changes, it is another thing that has not failed yet.
"""

from datetime import UTC, datetime

from lockstep.idp.provisioning.records import Change, Kind, Trouble

_MINUTE = 60_000
RETRY_AFTER_MS = tuple(_MINUTE * minutes for minutes in (1, 5, 15, 60, 360, 1440))
"""When a failed object is tried again: after 1, 5, 15 minutes, 1, 6, 24 hours, then daily."""
GIVE_UP_DAYS = 28
GIVE_UP_AFTER_MS = GIVE_UP_DAYS * 1440 * _MINUTE
"""How long after its first failure an object is tried again by itself."""
NEVER = 2**53
"""The time of the next try (ms) of what is given up."""


def next_try(attempts: int, first_at: int, now: int) -> int:
    """When something is tried again (ms) that has failed `attempts` times, first at `first_at`; `NEVER` if that is too late."""
    at = now + RETRY_AFTER_MS[min(attempts, len(RETRY_AFTER_MS)) - 1]
    return at if at <= first_at + GIVE_UP_AFTER_MS else NEVER


def is_dead(trouble: Trouble) -> bool:
    """Whether it is given up: a person has to ask for another try, or the object has to change."""
    return trouble.next_at >= NEVER


def subject(change: Change) -> str:
    """The digest of what a failure of this change is about.

    Members of a group go in requests of a hundred; the whole of what is to change in the group is one subject.
    """
    whole = change.payload.get("whole", "") if change.kind is Kind.MEMBERS else ""
    return str(whole) or change.digest


def same(trouble: Trouble, change: Change) -> bool:
    """Whether it was this very change that failed."""
    return trouble.digest in ("", subject(change))


def waits(trouble: Trouble, change: Change, now: int) -> bool:
    """Whether a change that failed before has to wait for its time."""
    return same(trouble, change) and trouble.next_at > now


def minute(at: int) -> str:
    """An instant for people, to the minute: `2026-11-24 18:40 UTC`."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def when_again(trouble: Trouble) -> str:
    """When it is tried again, as the end of a sentence about it."""
    if is_dead(trouble):
        return f"given up after {GIVE_UP_DAYS} days: try it again by hand, or change the object"
    return f"tried again at {minute(trouble.next_at)}"


def failed_again(before: Trouble | None, change: Change, plan: int, now: int) -> tuple[int, int]:
    """(attempts, first_at) of a change that has just failed in a plan.

    What has changed since starts anew; another part of the same members in the same plan is no other attempt.
    """
    if before is None or not same(before, change):
        return 1, now
    return before.attempts + (before.plan != plan), before.first_at
