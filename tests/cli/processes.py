"""`lockstep …` as a process of its own, as a shell starts it, without what the environment says."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_COLOURS = {"FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_") and name not in _COLOURS}
SECONDS = 120
LOCKSTEP = str(Path(sys.executable).with_name("lockstep"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*words: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [LOCKSTEP, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
        env={**ENVIRONMENT, **(env or {})},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """A server on a free port; its origin.  It has to end well when it is told to, with nothing said but that it was
    ready, and where it was before."""
    command = [LOCKSTEP, *words, "--port", "0"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            assert process.stderr is not None
            ready = process.stderr.readline()
            assert ready.startswith("ready http://127.0.0.1:"), ready + process.stderr.read()
            yield ready.split()[1]
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
            said = process.stderr.read().splitlines()
            assert [line for line in said if not line.startswith("lockstep: the public URL was http://127.0.0.1:")] == []
        finally:
            late.cancel()
            process.kill()
