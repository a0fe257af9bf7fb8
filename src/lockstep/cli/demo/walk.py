"""The walk through the steps: what they share, and how each is taken, timed and told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lockstep.cli.demo.folder import Home
from lockstep.cli.demo.processes import Answer, Processes, Service, StepFailed, spoken
from lockstep.cli.demo.reading import Reader
from lockstep.cli.demo.records import Result, Taken
from lockstep.cli.demo.screen import Lines, Screen
from lockstep.kit.problems import Problem

INSTANCE = "acme"
APP = "aws"


@dataclass(slots=True)
class Walk:
    """Where the demo runs, and what the steps have learnt so far."""

    home: Home
    processes: Processes
    screen: Screen
    people: Path
    """The folder of CSV files."""
    made: bool
    """Whether the demo made these people up."""
    idp_port: int
    center_port: int
    result: Result = field(default_factory=Result)
    commands: list[str] = field(default_factory=list)
    """Those of the step that is being taken."""
    scim_url: str = ""
    portal: str = ""
    """Where people sign in to the centre."""
    token: str = ""
    planned: int = 0
    """Requests that the plan announced."""
    listed: list[dict[str, Any]] = field(default_factory=list)
    """The people as the identity provider lists them."""

    def idp(self, *words: str, codes: Sequence[int] = (0,), json: bool = True) -> Answer:
        """Run a command of the identity provider.  Raises StepFailed for another exit code than these."""
        return self._run("idp", self.home.idp, words, codes, json)

    def center(self, *words: str, codes: Sequence[int] = (0,), json: bool = True) -> Answer:
        """Run a command of the identity centre."""
        return self._run("center", self.home.center, words, codes, json)

    def serve(self, side: str, port: int) -> Service:
        """Start one of the two services."""
        words = (side, "serve", "--port", str(port))
        self.show(*words)
        data = self.home.idp if side == "idp" else self.home.center
        service = self.processes.serve(side, self.home.log(side), *words, "--data", str(data))
        self.home.note_processes([process.process.pid for process in self.processes.services])
        return service

    def show(self, *words: str) -> None:
        """Show a command with the step; the long SCIM endpoint by a name, as in a shell."""
        said = spoken(words)
        self.commands.append(said.replace(self.scim_url, "$SCIM_URL") if self.scim_url else said)

    def reader(self) -> Reader:
        """A reader of the identity centre."""
        return Reader(self.scim_url, self.token)

    def _run(self, side: str, data: Path, words: Sequence[str], codes: Sequence[int], json: bool) -> Answer:
        self.show(side, *words)
        answer = self.processes.run(side, *words, "--data", str(data), *(["--json"] if json else []))
        answer.check(*codes)
        return answer


class Told(StepFailed):
    """A step that failed, which the screen has shown."""


class Step(NamedTuple):
    """One step.  `do` returns what there is to say, or raises StepFailed."""

    name: str
    title: str
    do: Callable[[Walk], Lines]


class Chapter(NamedTuple):
    """Steps that belong together."""

    title: str
    steps: tuple[Step, ...]


def take(walk: Walk, chapters: Sequence[Chapter]) -> None:
    """Take all the steps.  Raises Told with the first that fails."""
    number = 0
    for chapter in chapters:
        walk.screen.chapter(chapter.title)
        for step in chapter.steps:
            number += 1
            _take(walk, number, step)


def _take(walk: Walk, number: int, step: Step) -> None:
    walk.commands.clear()
    taken = Taken(step.name, ok=False, seconds=0.0)
    walk.result.steps = [*walk.result.steps, taken]
    began = time.monotonic()
    try:
        with walk.screen.step(number, step.title):
            lines = step.do(walk)
            walk.processes.check()
    except (StepFailed, Problem, OSError) as failure:
        taken.seconds = round(time.monotonic() - began, 3)
        why = str(failure)
        walk.screen.failed(number, step.title, taken.seconds, walk.commands, why)
        raise Told(f"step {number}, {step.title}: {why}") from None
    taken.ok, taken.seconds = True, round(time.monotonic() - began, 3)
    walk.screen.passed(number, step.title, taken.seconds, walk.commands, lines)


def value(answer: Any, key: str) -> Any:
    """A key of a command's answer.  Raises StepFailed where it is not there."""
    try:
        return answer[key]
    except (KeyError, TypeError):
        raise StepFailed(f"the answer holds no {key}: {answer}") from None
