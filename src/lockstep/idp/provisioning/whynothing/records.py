"""What is known of an app when it is asked why nothing happens, and what is found."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from lockstep.idp.apps.records import App


class Verdict(StrEnum):
    """How one thing stands: PROBLEM stops something, ATTENTION is worth a look, OK needs nothing."""

    PROBLEM = "problem"
    ATTENTION = "attention"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about it.

    `where` is a page of the app (`plan`) or, with a `/` before it, of the console; or the address below the app's that `button`
    posts to (`do/sync`); "" where there is none.  `command` is the same at the command line, after `lockstep idp`.
    """

    text: str
    where: str = ""
    button: bool = False
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says, in a sentence."""

    check: str
    title: str
    verdict: Verdict
    text: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class TokenWarning:
    """What is wrong with the access tokens (`tokens.words`)."""

    kind: Literal["error", "warning", "info"]
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """The guard of the installation holds the app."""

    reason: str
    new_tenant: bool
    compared: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """What failed of one cause: how many users and groups, and what to do about it."""

    title: str
    advice: str
    objects: int


@dataclass(frozen=True, slots=True)
class Twice:
    """A group that several things feed, in words."""

    group: str
    feeders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the checks look at.  Instants in ms, 0 for never; counts are of people, or of the last plan's changes."""

    app: App
    now: int
    held: Held | None = None
    worker_at: int = 0
    """When a worker last said that it is at work, up to a minute late."""
    filed_at: int = 0
    """When the oldest job of the app was filed that has not begun."""
    running: bool = False
    token: TokenWarning | None = None
    everyone: bool = False
    roles: int = 0
    """To which the app is given."""
    people: int = 0
    """Who has it."""
    unapproved: int = 0
    """Who would have it, were they approved."""
    planned: bool = False
    """Whether there was a plan for everyone at all."""
    rules_on: int = 0
    rules_pending: bool = False
    mappings_pending: bool = False
    waiting: dict[str, int] = field(default_factory=dict)
    """Changes that wait for approval, by what is approved: create, update, delete."""
    waiting_since: int = 0
    over_limit: int = 0
    dropped: int = 0
    undecided: int = 0
    """Differences at the target that nobody has decided."""
    failed: tuple[Failed, ...] = ()
    failed_all: int = 0
    given_up: int = 0
    next_try: int = 0
    groups_gone: int = 0
    users_gone: int = 0
    twice: tuple[Twice, ...] = ()
    run_error: str = ""
    """What the last sync ended with, where it could not be done."""
    run_at: int = 0
    checked_at: int = 0
    next_check: int = 0
