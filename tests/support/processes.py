"""The command line as a user has it: `lockstep …` as a process, and its servers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

LOCKSTEP = Path(sys.executable).with_name("lockstep")
COMMAND_SECONDS = 300
READY_SECONDS = 60
STOP_SECONDS = 30
_DIE_WITH_US = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
if hasattr(libc, "prctl"):
    libc.prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL: nothing is left behind when the tests themselves are killed (Linux only)
os.execv(sys.argv[1], sys.argv[2:])
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object that it printed."""
        return msgspec.json.decode(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON objects that it printed, one a line."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]

    def ended(self, *codes: int) -> "Finished":
        """Itself, if it ended with one of `codes`."""
        assert self.code in codes, f"lockstep {' '.join(self.words)} ended with {self.code}\n{self.out}\n{self.err}"
        return self


class Command:
    """A command that runs."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.process = subprocess.Popen(
            [LOCKSTEP, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=_environment(),
        )

    def finish(self) -> Finished:
        """Wait for its end."""
        try:
            out, err = self.process.communicate(timeout=COMMAND_SECONDS)
        except BaseException:
            self.process.kill()
            self.process.communicate()
            raise
        return Finished(self.words, self.process.returncode, out, err)


def lockstep(*words: str) -> Finished:
    """Run a command to its end."""
    return Command(*words).finish()


@dataclass(slots=True)
class Server:
    """A server that answers at `url`."""

    url: str
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """SIGKILL: nothing of it is tidied up."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def served(log: Path, *words: str) -> Iterator[Server]:
    """`lockstep WORDS` on a free port of loopback.  It has to end well when it is told to, and must not have crashed inside."""
    with log.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _DIE_WITH_US, LOCKSTEP, LOCKSTEP, *words, "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
            env=_environment(),
        )
    try:
        yield Server(_ready(process, log), process)
        _stop(process, log)
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def _ready(process: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        for line in log.read_text().splitlines():
            if line.startswith("ready "):
                return line.removeprefix("ready ")
        time.sleep(0.02)
    raise AssertionError(f"the server did not come up (exit {process.poll()}): {log.read_text()}")


def _stop(process: "subprocess.Popen[bytes]", log: Path) -> None:
    if process.poll() != -signal.SIGKILL:  # a test may have killed it
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("LOCKSTEP_")}
