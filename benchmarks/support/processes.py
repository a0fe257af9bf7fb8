"""Commands and servers as a user has them: processes of their own, with an end, and nothing left behind."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
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
    libc.prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL: no server outlives a benchmark that is killed (Linux only)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended: what it printed, the seconds it took, those a core was busy with it, its largest memory."""

    out: str
    seconds: float
    cpu: float

    @property
    def json(self) -> Any:
        """The one JSON object that it printed."""
        return msgspec.json.decode(self.out)


def lockstep(*words: str | Path) -> Finished:
    """Run `lockstep WORDS` to its end.  Raises RuntimeError unless it ends well."""
    return command(LOCKSTEP, *words)


def command(*words: str | Path, seconds: float = COMMAND_SECONDS, folder: Path | None = None) -> Finished:
    """Run a command to its end, which comes after `seconds` at the latest.  Raises RuntimeError unless it ends well."""
    shown = " ".join(str(word) for word in words)
    busy, began = _children_cpu(), time.perf_counter()
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{shown} took more than {seconds:.0f} s") from None
    if done.returncode:
        raise RuntimeError(f"{shown} ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Finished(done.stdout, time.perf_counter() - began, _children_cpu() - busy)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`."""

    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds that a core has been busy with it (0 where the system does not say)."""
        stat = Path(f"/proc/{self.pid}/stat")
        if not stat.exists():
            return 0.0
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(
    log: Path, words: Sequence[str | Path], folder: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server for as long as the block lasts.  It says `ready URL` on standard error, which goes to `log`."""
    with log.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _DIE_WITH_US, *words],
            cwd=folder,
            env={**_environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
    try:
        yield Server(_ready(process, log), process.pid)
        process.terminate()
        process.wait(STOP_SECONDS)
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
    raise RuntimeError(f"the server did not come up: {log.read_text()[-2000:]}")


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("LOCKSTEP_")}
