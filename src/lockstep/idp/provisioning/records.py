"""The values that flow through the engine."""

import hashlib
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

import msgspec

from lockstep.idp.apps.settings import LimitedKind
from lockstep.idp.directory.records import folded

Document = dict[str, Any]
ObjectKind = Literal["user", "group"]
Action = Literal["create", "update", "delete"]
"""What an approval is asked for, in OneLogin's words."""


class Kind(StrEnum):
    """What one request does."""

    CREATE = "create"
    UPDATE = "update"
    SWITCH_OFF = "switch-off"
    DELETE = "delete"
    RENAME = "rename"
    MEMBERS = "members"


class State(StrEnum):
    """Where a change of a plan stands."""

    READY = "ready"
    WAITING = "waiting"
    """An administrator has to approve it."""
    HELD = "held"
    """Its kind is over a safety limit."""
    BLOCKED = "blocked"
    """It needs something that another change, which does not go now, still occupies."""
    LATER = "later"
    """It failed before and has its time to be tried again, or follows something that has."""
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"
    """Nothing was left to send, or an administrator threw it away."""


SENT_BEFORE = "sent before, and no answer is known"
"""The reason of a change that is ready again because a worker died, or the target fell silent, while it was being sent."""


class Stage:
    """The order of a run.  A stage begins when the one before has ended."""

    TAKEN_AWAY = 0
    NAMES_LENT = 99_999
    """In a swap, who gives up a name for a moment."""
    NAMES_FREED = 100_000
    """Who gives up a name that somebody takes, and managers who are made for them."""
    USERS = 200_000
    GROUPS_MADE = 300_000
    MEMBERS = 400_000
    GROUPS_DELETED = 500_000
    STEPS = 100_000
    """Room inside a stage: chains of renames, managers before those they manage."""


class Logins(Protocol):
    """Who has an app, by employee_id."""

    def __contains__(self, key: object, /) -> bool:
        """Whether one person has it."""

    def intersection(self, keys: Iterable[str], /) -> Set[str]:
        """Those of some people who have it."""


@dataclass(frozen=True, slots=True)
class UserLink:
    """What is remembered of one user at the target.

    `key` is the person's employee_id; `value` the last document written, with the manager named by employee_id.  `left_at` is
    the instant a leaver was first seen as such (0 if not).  `missing` says that the target answered 404 for it.
    """

    id: int
    key: str
    target_id: str
    made: bool
    value: Document
    left_at: int = 0
    missing: bool = False


@dataclass(frozen=True, slots=True)
class GroupLink:
    """What is remembered of one group at the target.

    `key` is the name without case; `feeders` what fed it when it was last planned: the group_ids of roles, and what rules map
    or name (`apps.rules.evaluate.Fed`).
    """

    id: int
    key: str
    name: str
    target_id: str
    made: bool
    feeders: tuple[str, ...]
    missing: bool = False


@dataclass(frozen=True, slots=True)
class DesiredUser:
    """One person who should be at the target, and as what."""

    key: str
    document: Document


@dataclass(frozen=True, slots=True)
class DesiredGroup:
    """One group that should be at the target: `name` as it is spelt, `feeders` what feeds it, in order (as in `GroupLink`).

    `role_ids` are the roles whose members it has, where no rules say who is in it.
    """

    key: str
    name: str
    feeders: tuple[str, ...]
    role_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One request to come.

    `before` and `after` are for people to read and for the digest; `payload` is what `apply` works from.  `stage` orders it,
    `needs` are the keys of users whose changes must have gone through first.
    """

    kind: Kind
    object: ObjectKind
    key: str
    name: str
    stage: int
    before: Any = None
    after: Any = None
    payload: Any = None
    link_id: int = 0
    target_id: str = ""
    action: Action = "update"
    limited: LimitedKind | None = None
    weight: int = 1
    """How many objects it counts as for a limit: 1, or the number of members it removes."""
    state: State = State.READY
    reason: str = ""
    needs: tuple[str, ...] = ()
    digest: str = field(default="")

    def digested(self) -> str:
        """The digest of what this change does, to what: an approval binds to it."""
        what = [self.kind.value, self.object, self.key, self.target_id, self.name, self.before, self.after]
        return digest_of(what)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An object whose change failed: how often, when it is tried again (ms), and why in words.

    `status` and `scim_type` are those of the target's last answer (0 and "" for none), `cause` is a `failures.Cause.id`,
    `digest` what was tried (`retries.subject`), `plan` the plan in which it failed last.  `first_at` and `at` are the instants
    of the first and the last failure (ms).
    """

    object: str
    key: str
    name: str
    kind: str
    attempts: int
    next_at: int
    error: str
    status: int = 0
    scim_type: str = ""
    cause: str = ""
    digest: str = ""
    plan: int = 0
    first_at: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan has for one person, as far as a list of people shows it."""

    state: State
    kind: Kind
    action: Action
    reason: str
    digest: str
    enables: bool = False
    """Whether it switches somebody on again who was switched off."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One login.  `looked` says whether there was a plan for everyone at all."""

    link: UserLink | None = None
    trouble: Trouble | None = None
    planned: list[Planned] = field(default_factory=list)
    looked: bool = True


def digested(change: Change) -> Change:
    """The change with its digest.  It was made a moment ago and nobody else has it, so it is not copied."""
    object.__setattr__(change, "digest", change.digested())
    return change


def at_stage(change: Change, stage: int) -> Change:
    """The change at another stage, which its digest does not know of; it is not copied, either."""
    object.__setattr__(change, "stage", stage)
    return change


_canonical = msgspec.json.Encoder(order="sorted").encode


def digest_of(value: Any) -> str:
    """SHA-256 of `value` as canonical JSON, 32 hexadecimal digits."""
    return hashlib.sha256(_canonical(value)).hexdigest()[:32]


def name_key(name: str) -> str:
    """How names of users and groups are compared: without case, as everywhere in the directory."""
    return folded(name)
