"""What is known of an installation, and what is found of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lockstep.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database lies; what is not known is "".

    `where` is the real path of the file, or the server and database; `file` the number of the file on its `volume`; `machine`
    a digest of the machine's id; `line` PostgreSQL's timeline, which a recovery to an earlier point ends.
    """

    where: str
    volume: str = ""
    file: str = ""
    machine: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the database says of itself.

    `mark` rises with every batch that is sent; `alive_at` is the last instant (ms) at which a worker was at work here, up to a
    minute; `files` 0 says that the numbers of files are not steady here, and are not looked at.
    """

    id: str
    place: Place
    mark: int
    alive_at: int
    since: int
    files: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """What a witness says: `mark` of installation `id`, written by `worker`.

    `id` is "", and it says nothing, where it is missing or cannot be read.
    """

    file: str
    id: str = ""
    mark: int = 0
    worker: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why this may not be the installation that it was.  `sure` stops every app; else the target is asked first."""

    reason: str
    sure: bool


class Watch(StrEnum):
    """What the guard wants of an app.  An app without any is let alone."""

    LOOK = "look"
    """The target is asked, before something is sent, whether it is ahead."""
    HELD = "held"
    """Nothing is sent until somebody has looked at a full comparison."""
    READ = "read"
    """Let go: the next run reads the target first, because the links are of an earlier day."""


NEW_TENANT = "its SCIM URL is that of another tenant now"
"""The reason why an app is held that has nothing to do with the installation: somebody has given it another tenant."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An app that the guard watches.  `until` is the instant (ms) up to which this database knows of the target.

    `compared_at` is when the target was read and compared since (0: not yet), `comparison` what was found, as `lockstep idp
    drift --json` prints it.
    """

    app_id: int
    watch: Watch
    reason: str
    since: int
    until: int
    compared_at: int
    comparison: dict[str, Any]

    @property
    def is_new_tenant(self) -> bool:
        """Whether it is held because of another tenant, and not because of the installation."""
        return self.reason == NEW_TENANT


class HeldProblem(Problem):
    """The guard holds the app: something waits for a person (exit code 3)."""


class NotComparedProblem(HeldProblem):
    """Somebody wants to let an app go whose target nobody has looked at."""
