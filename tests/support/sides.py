"""The two services as processes of their own, as an administrator runs them; each can be killed."""

import json
import os
import signal
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.processes import lockstep
from tests.support.starting import start

READY_SECONDS = 60
RUN_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    error: str

    def lines(self) -> list[dict[str, Any]]:
        """What it printed, one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Side:
    """One side's commands, on its data: `folder` always holds the key, and without `url` the database too."""

    name: str
    folder: Path
    url: str | None = None

    def words(self, *words: str) -> tuple[str, ...]:
        """The words of a command."""
        return self.name, *words, "--data", str(self.folder), *(("--database-url", self.url) if self.url else ())

    def run(self, *words: str) -> Ended:
        """Run a command to its end."""
        done = lockstep(*self.words(*words))
        return Ended(done.code, done.out, done.err)

    def must(self, *words: str) -> Ended:
        """Run a command that has to end well."""
        ended = self.run(*words)
        assert ended.code == 0, f"{' '.join(words)} ended {ended.code}: {ended.error}{ended.out}"
        return ended

    def begin(self, *words: str, warm: bool = False) -> "Process":
        """Start a command, and leave it running; `warm` as in `starting.start`."""
        return Process(self.words(*words), warm=warm)


class Process:
    """A running command.  Its standard error is read all the time, so that it never waits for a reader."""

    def __init__(self, words: tuple[str, ...], *, warm: bool = False) -> None:
        reader, writer = os.pipe()
        self._err = os.fdopen(reader, encoding="utf-8")
        with Path(os.devnull).open("wb") as nothing:
            self._process = start(words, out=nothing.fileno(), err=writer, warm=warm)
        os.close(writer)
        self.said: list[str] = []
        self.url = ""
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def _read(self) -> None:
        for line in self._err:
            self.said.append(line)
            if line.startswith("ready "):
                self.url = line.removeprefix("ready ").strip()
                self._ready.set()
        self._ready.set()

    def wait_ready(self) -> str:
        """Wait until it answers; where."""
        assert self._ready.wait(READY_SECONDS), "not ready in time"
        assert self.url, f"it ended before it was ready: {''.join(self.said)}"
        return self.url

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process.poll() is None

    def kill(self) -> None:
        """kill -9, whatever it is doing."""
        if self.running:
            self._process.kill()
        self._end()

    def kill_now(self) -> None:
        """kill -9, without waiting for its end: from any thread."""
        self._process.kill()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        self._end()

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        return self._end()

    def _end(self) -> int:
        code = self._process.wait(RUN_SECONDS)
        self._reader.join()
        self._err.close()
        return code


@dataclass(slots=True)
class Center:
    """An identity centre that can be killed and comes back on the same port."""

    side: Side
    instance: str = "main"
    scim_path: str = ""
    token: str = ""
    _process: Process | None = field(default=None, init=False)
    _port: int = field(default=0, init=False)

    def set_up(self) -> None:
        """Make its instance, switch its SCIM endpoint on, and start it."""
        self.side.must("instance", "create", self.instance, "--setting", "trail_reads=true", "--json")
        (enabled,) = self.side.must("provisioning", "enable", self.instance, "--json").lines()
        self.scim_path, self.token = enabled["scim_path"], enabled["token"]
        self.start()

    def another(self, instance: str) -> "Center":
        """Another instance of the same centre, which is served already."""
        self.side.must("instance", "create", instance, "--json")
        (enabled,) = self.side.must("provisioning", "enable", instance, "--json").lines()
        other = Center(self.side, instance, enabled["scim_path"], enabled["token"])
        other._port = self._port
        return other

    def start(self) -> None:
        """Serve, on the port it had before."""
        self._process = self.side.begin("serve", "--port", str(self._port))
        self._port = int(self._process.wait_ready().rpartition(":")[2])

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()

    @property
    def scim_url(self) -> str:
        """Its SCIM endpoint."""
        return f"http://127.0.0.1:{self._port}{self.scim_path}"

    def users(self) -> list[dict[str, Any]]:
        """The users it holds."""
        return self.side.must("users", self.instance, "--json").lines()

    def groups(self) -> list[dict[str, Any]]:
        """The groups it holds, with their members."""
        return self.side.must("groups", self.instance, "--json").lines()

    def done(self) -> Counter[str]:
        """How often each operation was done, by the trail."""
        records = self.side.must("trail", self.instance, "--json").lines()
        return Counter(record["eventName"] for record in records if "errorCode" not in record)
