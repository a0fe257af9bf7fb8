"""Limits: how much access may be taken away before a person has looked.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lockstep.idp.apps.settings import LIMITED_KINDS, LimitedKind, Settings

NEVER_BY_SHARE = 5
"""So few changes of a kind are never held by share alone."""
MANY_CHANGES, FAILED_SHARE = 50, 0.40
MANY_MISSING, MISSING_SHARE = 5, 0.05

WORDS: Mapping[LimitedKind, str] = {
    "user-deletions": "user deletions",
    "switch-offs": "switch-offs",
    "group-deletions": "group deletions",
    "removals": "membership removals",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A kind of change that is over its limit, and why."""

    kind: LimitedKind
    count: int
    reason: str


def over_limits(
    counts: Mapping[LimitedKind, int], linked: Mapping[LimitedKind, int], settings: Settings, by_hand: Mapping[LimitedKind, int]
) -> dict[LimitedKind, Held]:
    """The kinds of which a plan has more than its limit.

    `counts` are the planned changes of each kind, `linked` what the share is taken of (linked users, linked groups, held
    memberships), `by_hand` how many of the planned ones a person made one by one: a single one of those is never held.
    """
    found = {}
    for kind in LIMITED_KINDS:
        count = counts.get(kind, 0)
        if count == 0 or (count == 1 and by_hand.get(kind, 0) == 1):
            continue
        most, share = settings.limit(kind)
        base = linked.get(kind, 0)
        if count > most:
            found[kind] = Held(kind, count, f"{count} {WORDS[kind]} are more than the limit of {most}")
        elif count > NEVER_BY_SHARE and count > share * base:
            found[kind] = Held(kind, count, f"{count} {WORDS[kind]} are more than {share * 100:g}% of {base}")
    return found


def too_many_missing(missing: int, linked: int) -> bool:
    """Whether so much has vanished at the target that it is rather a wrong tenant than lost objects."""
    return missing >= MANY_MISSING and missing >= MISSING_SHARE * linked


def too_many_failed(failed: int, tried: int) -> bool:
    """Whether so much fails that going on would only do harm."""
    return tried >= MANY_CHANGES and failed >= FAILED_SHARE * tried
