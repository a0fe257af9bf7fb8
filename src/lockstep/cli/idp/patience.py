"""What a command does while a server does its job: it says what it waits for, and does not wait for ever."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import typer

from lockstep.cli.output import note
from lockstep.idp import events
from lockstep.idp.provisioning import waiting
from lockstep.idp.provisioning.waiting import Waiting
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem

Wait = Annotated[
    float | None,
    typer.Option("--wait", min=0, metavar="SECONDS", help="Wait at most so long for a server that is at work on this data."),
]
SAY_SECONDS, AGAIN_SECONDS = 3.0, 30.0
"""When it is said what is waited for, and how often after that."""
LOOK_SECONDS = 0.5
UNBEGUN_SECONDS = 60.0
"""Nobody waits longer for a server that begins nothing at all."""
SILENT_SECONDS = 900.0
"""Nor for one that has something under way of which nothing is heard; a check of a large target says nothing for minutes."""


class WaitedProblem(Problem):
    """The command has given up; the job stays filed."""


@dataclass(slots=True)
class Patience:
    """Called again and again while another process does the job.  Raises WaitedProblem once that takes too long."""

    db: Database
    job: int
    most: float | None = None
    now: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _moved: float = field(init=False)
    """When a job began or ended."""
    _heard: float = field(init=False)
    """When anything was heard."""
    _looked: float = field(init=False)
    _say: float = field(init=False)
    _jobs: object = None
    _signs: object = None

    def __post_init__(self) -> None:
        """The clock begins."""
        self._began = self._moved = self._heard = self._looked = self.now()
        self._say = self._began + SAY_SECONDS

    def __call__(self) -> None:
        """Look, at most twice a second."""
        now = self.now()
        if now < self._looked + LOOK_SECONDS and not self._over(now):
            return
        self._looked = now
        with self.db.read() as c:
            found, latest = waiting.of_job(c, self.job), events.latest(c)
        if found.mine is None:
            return
        jobs, signs = (found.mine, found.before, found.running), (found, latest)
        if jobs != self._jobs:
            self._jobs, self._moved = jobs, now
        if signs != self._signs:
            self._signs, self._heard = signs, now
        self._give_up(found, now)
        if now >= self._say:
            self._say = now + AGAIN_SECONDS
            note(f"lockstep: waiting for {found.words}")

    def _over(self, now: float) -> bool:
        return self.most is not None and now - self._began >= self.most

    def _give_up(self, found: Waiting, now: float) -> None:
        idle, silent = now - self._moved, now - self._heard
        if self._over(now):
            why = f"not done within {self.most:g} s"
        elif not found.running and idle >= UNBEGUN_SECONDS:
            why = f"a server is at work on this data, and has begun nothing for {idle:.0f} s: stop it, and start it again"
        elif silent >= SILENT_SECONDS:
            why = f"nothing was heard of the server for {silent:.0f} s"
        else:
            return
        raise WaitedProblem(f"{why}. Waited for {found.words}. It stays filed; what comes of it: lockstep idp events")
