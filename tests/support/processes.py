"""The command line as a user has it: `lockstep …` as a process, and its servers."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec

from tests.support.starting import Running, start

COMMAND_SECONDS = 300
READY_SECONDS = 60
STOP_SECONDS = 30


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
        self._out, self._err = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - closed at its end
        self.process = start(words, out=self._out.fileno(), err=self._err.fileno())

    def finish(self) -> Finished:
        """Wait for its end."""
        with self._out, self._err:
            try:
                code = self.process.wait(COMMAND_SECONDS)
            except BaseException:
                self.process.kill()
                self.process.wait()
                raise
            return Finished(self.words, code, _printed(self._out), _printed(self._err))


def _printed(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def lockstep(*words: str) -> Finished:
    """Run a command to its end."""
    return Command(*words).finish()


@dataclass(slots=True)
class Server:
    """A server that answers at `url`."""

    url: str
    process: Running

    def kill(self) -> None:
        """SIGKILL: nothing of it is tidied up."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def served(log: Path, *words: str) -> Iterator[Server]:
    """`lockstep WORDS` on a free port of loopback.  It has to end well when it is told to, and must not have crashed inside."""
    with log.open("wb") as err:
        process = start((*words, "--port", "0"), out=err.fileno(), err=err.fileno())
    try:
        yield Server(_ready(process, log), process)
        _stop(process, log)
    finally:
        process.kill()
        process.wait(STOP_SECONDS)


def _ready(process: Running, log: Path) -> str:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        for line in log.read_text().splitlines():
            if line.startswith("ready "):
                return line.removeprefix("ready ")
        time.sleep(0.02)
    raise AssertionError(f"the server did not come up (exit {process.poll()}): {log.read_text()}")


def _stop(process: Running, log: Path) -> None:
    if process.poll() != -signal.SIGKILL:  # a test may have killed it
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()
