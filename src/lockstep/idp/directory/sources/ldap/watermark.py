"""How far a directory has been read.  Pure.

Active Directory counts its changes, but every domain controller for itself: the number is good only at the controller that
gave it, and no longer once that was restored from a backup (its invocation id is another one then, MS-ADTS 3.1.1.1.9).  Other
servers write down when an entry was changed (RFC 4512 section 3.4.2); their own times are compared, and ours only bounds them.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from lockstep.idp.directory.sources.ldap.records import Plan
from lockstep.idp.directory.sources.ldap.values import filetime, generalized


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """As far as a reading came."""

    plan: str
    """A digest of what was read: with other settings everything is read anew."""
    controller: str = ""
    """The invocation id of the domain controller; "" at other servers."""
    usn: int = 0
    """The controller's highest committed update sequence number before the reading began."""
    changed: datetime | None = None
    """The latest `modifyTimestamp` that was seen."""
    read: datetime
    """When the reading began, by our clock: accounts that have run out since are looked for."""


def digest(plan: Plan) -> str:
    """What a watermark is good for."""
    return hashlib.sha256(msgspec.json.encode(plan)).hexdigest()[:32]


def written(watermark: Watermark) -> str:
    """The text that is kept."""
    return msgspec.json.encode(watermark).decode()


def read(text: str, plan: Plan) -> Watermark | None:
    """What the text says; None where it says nothing, or was written with other settings."""
    try:
        found = msgspec.json.decode(text, type=Watermark)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.plan == digest(plan) else None


def changes(before: Watermark, now: datetime, overlap_seconds: int, *, expiring: bool) -> str:
    """The filter that finds what has changed since; `expiring` adds accounts of Active Directory that have run out since."""
    if not before.controller:
        since = (before.changed or datetime.fromtimestamp(0, UTC)) - timedelta(seconds=overlap_seconds)
        return f"(modifyTimestamp>={generalized(since)})"
    changed = f"(uSNChanged>={before.usn + 1})"
    if not expiring:
        return changed
    run_out = f"(&(accountExpires>={filetime(before.read)})(accountExpires<={filetime(now)}))"
    return f"(|{changed}{run_out})"
