"""How far an account has been read: its newest event, which has to be there still the next time.  Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from lockstep.idp.directory.sources.onelogin.records import FIELDS, OneLoginSettings

OVERLAP = timedelta(minutes=5)
"""How far before the newest event the next reading looks: what was written a moment later may have an earlier time."""
NOISE = frozenset({3, 5, 6, 7, 8, 9, 10, 11, 12, 25, 26, 39, *range(51, 67), 121, 124, 125, 135, 206, 207, 208})
"""Types of events that change nobody: sign-ins, what happens at apps, certificates."""
DELETED = frozenset({17, 533})
EVERYTHING = frozenset({194, 195, 202})
"""A custom field was added or deleted, all mappings were reapplied: it is sooner read anew than looked up."""


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """As far as a reading came."""

    plan: str
    """A digest of the settings."""
    event: int
    """The newest event before the reading began."""
    at: str
    """When that was created, as OneLogin writes it."""
    roles: dict[str, str] = {}
    """Of each role, by its id, a digest of its name."""


def digest(settings: OneLoginSettings) -> str:
    """What a watermark is good for."""
    return hashlib.sha256(msgspec.json.encode((settings, FIELDS))).hexdigest()[:32]


def digests(roles: Mapping[int, str]) -> dict[str, str]:
    """Of names of roles."""
    return {str(number): hashlib.sha256(name.encode()).hexdigest()[:12] for number, name in roles.items()}


def written(watermark: Watermark) -> str:
    """The text that is kept."""
    return msgspec.json.encode(watermark).decode()


def read(text: str, settings: OneLoginSettings) -> Watermark | None:
    """What the text says; None where it says nothing, or was written with other settings."""
    try:
        found = msgspec.json.decode(text, type=Watermark)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    return found if found.plan == digest(settings) and since(found) else None


def since(watermark: Watermark) -> str:
    """The time from which on events are asked for, "" where it cannot be read."""
    try:
        at = datetime.fromisoformat(watermark.at)
    except ValueError:
        return ""
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return (at - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


class Heard(msgspec.Struct, kw_only=True):
    """What the events since a watermark say."""

    newest: int
    at: str
    users: set[int]
    """Whom something was heard of."""
    roles: set[int]
    """Roles that somebody came into or left, or that were changed."""
    everything: bool = False
    """It is sooner read anew: the last event is not there any more, or one says that all may have changed."""


def heard(events: Iterable[Mapping[str, object]], before: Watermark) -> Heard:
    """Sum events up.  That of the watermark has to be among them, else some between may have been lost."""
    found = Heard(newest=before.event, at=before.at, users=set(), roles=set())
    met = False
    for event in events:
        number, kind = event.get("id"), event.get("event_type_id")
        if not isinstance(number, int):
            continue
        met = met or number == before.event
        if number <= before.event:
            continue
        if number > found.newest:
            found.newest, found.at = number, str(event.get("created_at") or before.at)
        if kind in NOISE:
            continue
        found.everything = found.everything or kind in EVERYTHING
        for name, numbers in (("user_id", found.users), ("role_id", found.roles)):
            concerned = event.get(name)
            if isinstance(concerned, int) and concerned:
                numbers.add(concerned)
    found.everything = found.everything or not met
    return found
