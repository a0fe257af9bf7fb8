"""What is known of the chain of events."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lockstep.idp.eventchain.encoding import GENESIS
from lockstep.kit.problems import ValueProblem

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Head:
    """A place in the chain: the number of an event and its digest.  As text `NUMBER:DIGEST`, the digest in hexadecimal."""

    seq: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest.hex()}"


def read_head(text: str) -> Head:
    """The head that a text names.  Raises ValueProblem for anything else."""
    seq, _, digest = text.strip().partition(":")
    try:
        found = bytes.fromhex(digest)
        if not (seq.isascii() and seq.isdigit()) or len(seq) > _DIGITS or len(found) != len(GENESIS):
            raise ValueError
        return Head(int(seq), found)
    except ValueError:
        what = "write NUMBER:DIGEST, as lockstep idp events head prints it"
        raise ValueProblem("head", what, f"{text[:100]!r} is no head of the events: {what}") from None


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the chain begins since old events were removed.

    `first_seq` is the number of the first event that was kept, `digest` that of the one before it; `removed` counts all that
    were ever removed; `at` (ms) and `actor` say when and by whom the newest were.
    """

    first_seq: int
    digest: bytes
    removed: int
    at: int
    actor: str


class BrokenSealError(Exception):
    """A seal that this key has not made."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A head that the installation's key vouches for, and when it did (ms)."""

    head: Head
    at: int


class Breach(StrEnum):
    """What is wrong with a chain, at the first place where something is."""

    CHANGED = "changed"
    """An event says something else than it did, or hangs on another one."""
    REMOVED = "removed"
    """Events before this one are gone."""
    ADDED = "added"
    """Somebody has put it there who did not write the chain on."""
    CUT_OFF = "cut off at the end"
    """Events after the last one are gone."""
    REWRITTEN = "rewritten"
    """The chain is whole in itself, and is not the one that a seal or a head kept elsewhere belongs to."""
    NO_CUT = "removed at the beginning"
    """The chain does not begin where the record of what was removed says, or nothing in the chain tells of that record."""
    SEAL = "the seal is broken"
    """It was not made with this key, or was tampered with."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong: what, at which event (its number), and in words."""

    breach: Breach
    seq: int
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a verification.

    `count` events from `first` to `last` were walked (up to the break, if there is one).  `sealed` is the number of the event
    up to which the key vouches for the chain (0: nothing is sealed yet), `heads` how many heads that are kept elsewhere agree.
    """

    count: int
    first: int
    last: int
    digest: str
    sealed: int
    heads: int
    removed: int
    broken: Broken | None
    at: int

    def as_json(self) -> dict[str, Any]:
        """`lockstep idp events verify --json`."""
        broken = self.broken
        return {
            "whole": broken is None,
            "count": self.count,
            "first": self.first,
            "last": self.last,
            "digest": self.digest,
            "sealed": self.sealed or None,
            "heads": self.heads,
            "removed_by_retention": self.removed,
            "broken": None if broken is None else {"what": broken.breach.value, "seq": broken.seq, "words": broken.words},
            "verified_at": self.at,
        }
