"""Which keys of attributes for access control sign-ins brought lately, and from where.  AWS does not show what SAML brings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lockstep.center.attributes.records import LeftOut, SessionTag, SourceKind, Tagged, key_of_case
from lockstep.center.attributes.tags import PASSED_OVER
from lockstep.center.instances.records import Instance
from lockstep.center.signin import store
from lockstep.kit.db import Connection

MOST_SESSIONS = 1_000
"""How many of the latest sessions are looked through."""


@dataclass(frozen=True, slots=True)
class SeenKey:
    """A key as it was last spelt, and when a sign-in last found a value in the directory, and in the assertion."""

    key: str
    directory: int | None = None
    assertion: int | None = None


def seen_keys(connection: Connection, instance: Instance) -> dict[str, SeenKey]:
    """The keys of the latest sessions that are kept, by `key_of_case`."""
    return gathered(store.latest_tagged(connection, instance.key, MOST_SESSIONS))


def gathered(sessions: Iterable[tuple[int, Tagged]]) -> dict[str, SeenKey]:
    """The same out of (when a session began, its tags), newest first.  A value that the other source outdid counts, too."""
    found: dict[str, SeenKey] = {}
    for at, tagged in sessions:
        brought: list[SessionTag | LeftOut] = [*tagged.tags, *(one for one in tagged.left_out if one.why in PASSED_OVER)]
        for one in brought:
            _note(found, one, one.source_kind, at)
    return found


def _note(found: dict[str, SeenKey], one: SessionTag | LeftOut, kind: SourceKind, at: int) -> None:
    known = found.get(key_of_case(one.key), SeenKey(one.key))
    if kind == "directory" and known.directory is None:
        known = replace(known, directory=at)
    elif kind == "assertion" and known.assertion is None:
        known = replace(known, assertion=at)
    found[key_of_case(one.key)] = known
