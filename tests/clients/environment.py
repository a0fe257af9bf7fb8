"""Environments of other people's software, `.venv-clients` and `.venv-sdk`, and programs that run in them.

Nothing of them is imported here.
"""

import fcntl
import json
import os
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLIENTS, SDK = "clients", "sdk"
"""SAML libraries; OneLogin's client, whose package has the name of one of those."""
SCRIPTS = "tests.clients.scripts"
SECONDS = 60
MAKE_SECONDS = 600


def what_is_missing(environment: str = CLIENTS) -> str:
    """`make clients` or `make sdk`, by one process at a time, which has nothing to do where all is there; why it could not."""
    with (ROOT / f".venv-{environment}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            made = subprocess.run(
                ["make", "-s", environment], cwd=ROOT, capture_output=True, text=True, timeout=MAKE_SECONDS, check=False
            )
        except FileNotFoundError:
            return f"these tests need .venv-{environment}, and the program make to make it"
    return (
        ""
        if made.returncode == 0
        else f"these tests need .venv-{environment}, which `make {environment}` could not make:\n{made.stderr}"
    )


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's software, which answers at `url`."""

    url: str

    def tell(self, path: str, **what: Any) -> Any:
        """Tell it something that no browser could: POST JSON; what it answers."""
        request = urllib.request.Request(self.url + path, json.dumps(what).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def read(self, path: str) -> str:
        """What it serves there."""
        with urllib.request.urlopen(self.url + path, timeout=SECONDS) as answer:
            text: str = answer.read().decode()
            return text


@contextmanager
def serving(script: str, log: Path, *words: str) -> Iterator[Peer]:
    """A script that serves: it says its address in its first line, and ends when its standard input does."""
    with (
        log.open("wb") as err,
        subprocess.Popen(
            [*_command(script), *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=err,
            env=_environment(),
            text=True,
        ) as process,
    ):
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            assert process.stdin is not None
            url = process.stdout.readline().strip()
            late.cancel()
            assert url.startswith("http://127.0.0.1:"), f"{script} did not come up:\n{log.read_text()}"
            yield Peer(url)
            process.stdin.close()
            process.wait(SECONDS)
        finally:
            late.cancel()
            process.kill()
    assert "Traceback" not in log.read_text(), log.read_text()


def batch(script: str, questions: Any, environment: str = CLIENTS) -> Any:
    """A script that reads JSON to its end, and answers with JSON."""
    done = subprocess.run(
        _command(script, environment),
        cwd=ROOT,
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        env=_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _command(script: str, environment: str = CLIENTS) -> list[str]:
    return [str(ROOT / f".venv-{environment}" / "bin" / "python"), "-m", f"{SCRIPTS}.{script}"]


def _environment() -> dict[str, str]:
    """Ours, without what would lead its Python to our packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
