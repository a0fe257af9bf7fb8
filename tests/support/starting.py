"""Starts `lockstep` processes: forked from one that has imported other people's packages (`forking`), or as a shell does."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Protocol

from tests.support.forking import LARGEST

LOCKSTEP = Path(sys.executable).with_name("lockstep")
WARM = ("lockstep.cli.main", "lockstep.cli.idp")
"""What a warm process has imported."""
_ROOT = Path(__file__).parents[2]
_END_SECONDS = 30


class Running(Protocol):
    """What both kinds of process have; see `subprocess.Popen`, whose methods these are."""

    pid: int

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code.  Raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, if it still runs."""

    def kill(self) -> None:
        """SIGKILL."""


def start(words: tuple[str, ...], *, out: int, err: int, warm: bool = False) -> Running:
    """`lockstep WORDS` in a session of its own, without what our environment says of Lockstep.

    `out` and `err` are file descriptors for what it prints; they remain the caller's to close.  `warm`: it is forked from a
    process that has imported the command, so that it begins at once; for tests that do it many times.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
    if sys.platform == "linux":
        return _forker(*(WARM if warm else ())).start(words, environment, out, err)
    return subprocess.Popen(
        [str(LOCKSTEP), *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, start_new_session=True
    )


class _Forker:
    """The process that forks, one for each test process.  It ends when that has ended, however it came."""

    def __init__(self, *modules: str) -> None:
        self._line, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forking", *modules], cwd=_ROOT, stdin=other.fileno()
            )
        self._lock = Lock()
        if self._line.recv(LARGEST) != b"ready":
            raise RuntimeError("the process that starts `lockstep` did not come up; what it said is above")

    def start(self, words: tuple[str, ...], environment: Mapping[str, str], out: int, err: int) -> "_Forked":
        request = json.dumps({"words": words, "environment": environment}).encode()
        with self._lock:
            socket.send_fds(self._line, [request], [out, err])
            return _Forked(self, int(self._line.recv(LARGEST)))

    def collect(self, pid: int) -> int:
        """The exit code of a process, as soon as it has ended."""
        with self._lock:
            self._line.sendall(json.dumps({"wait": pid}).encode())
            return int(self._line.recv(LARGEST))

    def end(self) -> None:
        self._line.close()
        self._process.wait(_END_SECONDS)


@cache
def _forker(*modules: str) -> _Forker:
    forker = _Forker(*modules)
    atexit.register(forker.end)
    return forker


class _Forked:
    """A process that was forked.  Nobody else takes its exit code, so that its pid stays its own until it is taken here."""

    def __init__(self, forker: _Forker, pid: int) -> None:
        self.pid = pid
        self._forker = forker
        self._ended = os.pidfd_open(pid)
        self._lock = Lock()
        self._code: int | None = None

    def poll(self) -> int | None:
        """See `Running`."""
        with self._lock:
            if self._code is None and _readable(self._ended, 0):
                os.close(self._ended)
                self._code = self._forker.collect(self.pid)
            return self._code

    def wait(self, timeout: float | None = None) -> int:
        """See `Running`."""
        code = self.poll()
        if code is None:
            if not _readable(self._ended, timeout):
                raise subprocess.TimeoutExpired("lockstep", timeout or 0)
            code = self.poll()
        assert code is not None
        return code

    def send_signal(self, sig: int) -> None:
        """See `Running`."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """See `Running`."""
        self.send_signal(signal.SIGKILL)


def _readable(file: int, timeout: float | None) -> bool:
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    return bool(waiting.poll(None if timeout is None else timeout * 1000))
