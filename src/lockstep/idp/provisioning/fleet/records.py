"""What is known of workers, and of what they may write."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lockstep.kit.db import Connection, Database


class Fenced(Exception):
    """Another worker has the app by now: what this one still wants to write about it is refused, and changes nothing."""


class Standing(StrEnum):
    """How it stands with a worker."""

    LIVE = "live"
    LEFT = "left"
    """It stopped, and gave back what it had."""
    DEAD = "dead"
    """It was not heard of for too long, so others may have what it had.  It does nothing more under this name."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker.  `began` and `beat` (when it was last heard of) are instants (ms) of the database's clock."""

    name: str
    host: str
    pid: int
    standing: Standing
    began: int
    beat: int


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to write what becomes of one app.

    `number` rises with each worker that gets it, so that one who had it before cannot pass; 0 where there is one worker at all.
    """

    app_id: int
    number: int


class Fleet(Protocol):
    """The workers on one database, as one of them sees it.  Nothing here waits."""

    name: str
    """What this worker is called in the database."""
    side_by_side: bool
    """Whether several can be at work at a time."""

    def join(self, *, only: bool = False) -> bool:
        """Be at work; False where others are at work and no more can (or, with `only`, wherever others are at work)."""

    def alive(self) -> bool:
        """Whether this worker counts as at work still: asked before each request to a target, so it must be cheap."""

    def leave(self) -> None:
        """Be at work no longer: what was claimed is anybody's."""

    def busy(self) -> bool:
        """Whether another worker is at work."""

    def bury(self) -> None:
        """Declare dead who was not heard of for too long."""

    def free(self, c: Connection, app_id: int) -> bool:
        """Whether an app could be claimed, as far as can be seen now."""

    def claim(self, c: Connection, app_id: int) -> Fence | None:
        """The right to work on an app; None where another worker has it.  `c` is a serial write transaction."""

    def release(self, fence: Fence) -> None:
        """Give an app back.  Does nothing where it is another's by now."""

    def behind(self, fence: Fence) -> Database:
        """The database, for the work on that app: a write transaction raises Fenced once the app is another worker's."""
