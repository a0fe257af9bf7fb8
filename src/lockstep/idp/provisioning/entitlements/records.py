"""What is known of one group of a target."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Whose a group at the target is."""

    OURS = "ours"
    """We made it, or a person took it over as made by us."""
    ADOPTED = "adopted"
    """It was there, and was taken over."""
    FOREIGN = "foreign"
    """Nobody here has to do with it: it is neither changed nor deleted."""
    MISSING = "missing"
    """It is remembered, and was not there any more when the target was read."""


UNSAID = -1
"""Members of a group of which a target's list does not say who is in it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One group as a target's list shows it; `members` is how many are in it, UNSAID where the list does not say."""

    target_id: str
    name: str
    members: int = UNSAID


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One group.

    `members` are those at the target by its own list, or else as remembered; None where neither says.  `protected`: it is on
    the list of groups that are left alone.
    """

    key: str
    name: str
    target_id: str
    kind: Kind
    members: int | None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class LastRead:
    """The last read that came to its end (`at` 0 for none), and, where a later one did not, why (`problem`).

    Instants in ms.  `requests` is what it cost; `groups` how many there were.
    """

    at: int = 0
    groups: int = 0
    requests: int = 0
    problem: str = ""
    tried_at: int = 0
