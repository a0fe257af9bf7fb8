"""Starts Lockstep's own commands and services as processes, and sees to it that none outlives the demo."""

import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from lockstep.cli.demo.signals import Signals

LOCKSTEP = (sys.executable, "-P", "-m", "lockstep.cli.main")
"""`-P`: files in the current folder are never taken for modules."""
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.02
_TAIL = 12


class StepFailed(Exception):
    """A step that did not come to what it should; the text explains it to a person."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its one JSON object."""
        try:
            return msgspec.json.decode(self.out)
        except msgspec.DecodeError:
            raise StepFailed(f"`{spoken(self.words)}` printed no JSON object:\n{self.out.strip()}") from None

    def lines(self) -> list[Any]:
        """Its JSON objects, one a line."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]

    def check(self, *codes: int) -> None:
        """Raise StepFailed unless it ended with one of these exit codes."""
        if self.code not in codes:
            said = (self.err.strip() or self.out.strip() or "it said nothing").splitlines()[-_TAIL:]
            raise StepFailed(f"`{spoken(self.words)}` ended with exit code {self.code}:\n" + "\n".join(said))


@dataclass(slots=True)
class Service:
    """A server that runs."""

    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[str]
    log: Path
    url: str = ""

    def tail(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-_TAIL:])


@dataclass(slots=True)
class Processes:
    """Every process that the demo has started.  `close` ends them; it may be called more than once."""

    signals: Signals
    lock: int
    services: list[Service] = field(default_factory=list)
    _alive: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command; what it prints can be read from it."""
        return self._start(words, subprocess.PIPE, subprocess.PIPE)

    def finish(self, process: subprocess.Popen[str]) -> Answer:
        """Wait for a command; its answer."""
        out, err = process.communicate()
        self._alive.remove(process)
        words = cast(list[str], process.args)[len(LOCKSTEP) :]
        return Answer(tuple(words), process.returncode, out, err)

    def run(self, *words: str) -> Answer:
        """Start a command and wait for it."""
        return self.finish(self.start(*words))

    def serve(self, name: str, log: Path, *words: str) -> Service:
        """Start a service and wait until it answers.  Raises StepFailed."""
        with log.open("w", encoding="utf-8") as file:
            process = self._start(words, file, file, pass_fds=(self.lock,))
        service = Service(name, words, process, log)
        self.services.append(service)
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            for line in log.read_text(errors="replace").splitlines(keepends=True):
                if line.startswith("ready http") and line.endswith("\n"):
                    service.url = line.split()[1]
                    return service
            if process.poll() is not None:
                raise StepFailed(f"`{spoken(words)}` ended with exit code {process.returncode}:\n{service.tail()}")
            time.sleep(_POLL_SECONDS)
        raise StepFailed(f"`{spoken(words)}` did not answer within {READY_SECONDS:.0f} seconds:\n{service.tail()}")

    def check(self) -> None:
        """Raise StepFailed if a service has ended."""
        for service in self.services:
            if service.process.poll() is not None:
                raise StepFailed(f"the {service.name} ended with exit code {service.process.returncode}:\n{service.tail()}")

    def close(self) -> None:
        """End every process that still runs, together, and wait for them."""
        with self.signals.shielded():
            for process in self._alive:
                process.terminate()
            end = time.monotonic() + STOP_SECONDS
            while self._alive:
                _end(self._alive[-1], end)
                self._alive.pop()

    def _start(
        self, words: tuple[str, ...], out: int | IO[str], err: int | IO[str], *, pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[str]:
        """In a process group of its own, so that Ctrl-C reaches the demo alone, which ends the others in good order."""
        with self.signals.shielded():
            process = subprocess.Popen(  # noqa: S603 - this interpreter and our own module; `words` reach no shell
                [*LOCKSTEP, *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                encoding="utf-8",
                errors="replace",
                env=_environment(),
                pass_fds=pass_fds,
                process_group=0,
            )
            self._alive.append(process)
        return process


def spoken(words: tuple[str, ...]) -> str:
    """A command as a person types it."""
    return shlex.join(("lockstep", *words))


def _end(process: subprocess.Popen[str], deadline: float) -> None:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _environment() -> dict[str, str]:
    """Ours, without what would lead the commands to other data than the demo's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
    return kept | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
