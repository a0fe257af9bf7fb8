"""Runs as DBOS workflows: a run goes on after the step that its process died in, on both databases."""

import subprocess
import sys
from pathlib import Path

import pytest

from lockstep.idp.provisioning import workflows
from tests.idp.provisioning import scripted_run

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.db'}"
    return str(request.getfixturevalue("postgres_url"))


def carried(url: str, log: Path, mode: str) -> int:
    command = [sys.executable, "-m", scripted_run.__name__, url, str(log), mode]
    return subprocess.run(command, cwd=ROOT, timeout=120, check=False).returncode


def test_a_run_is_carried_to_its_end(url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carried(url, log, "run") == 0
    assert log.read_text().split() == ["begin", "plan0", "batch", "batch", "batch", "status1", "finish503", "close"]
    assert "'requests': 3" in log.with_suffix(".result").read_text()


def test_a_run_goes_on_where_its_process_died(url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carried(url, log, "die") == 9
    assert log.read_text().split() == ["begin", "plan0", "batch", "batch"]
    assert carried(url, log, "resume") == 0
    # Neither begin nor plan again, and not the batches that were done: what they gave was written down.
    assert log.read_text().split() == ["begin", "plan0", "batch", "batch", "batch", "status1", "finish503", "close"]
    assert "'requests': 3" in log.with_suffix(".result").read_text()


def test_a_database_that_is_away_at_the_launch_is_no_matter_at_the_next(url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carried(url, log, "away") == 0
    assert log.read_text().split()[-2:] == ["finish503", "close"]


def test_a_database_that_is_away_at_the_end_is_no_failure(url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carried(url, log, "die") == 9
    assert carried(url, log, "resume-away") == 0
    assert "'requests': 3" in log.with_suffix(".result").read_text()


def test_a_run_that_another_worker_carries_is_not_forgotten(url: str, tmp_path: Path) -> None:
    """As for a worker that was frozen, and whose own steps are refused because the run goes on elsewhere."""
    log = tmp_path / "log"
    assert carried(url, log, "die") == 9
    assert carried(url, log, "another") == 0
    assert log.with_suffix(".result").read_text() == "{'status': 'PENDING'}"
    assert carried(url, log, "resume") == 0
    assert "'requests': 3" in log.with_suffix(".result").read_text()


def test_what_has_ended_is_forgotten_and_what_never_began_is_not_known(url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carried(url, log, "run") == 0
    assert carried(url, log, "resume") == 0
    assert log.with_suffix(".result").read_text() == "None"


def test_the_steps_are_those_of_a_run() -> None:
    names = {name for name in dir(workflows) if name.startswith("_") and callable(getattr(workflows, name))}
    assert {"_begin", "_check", "_plan", "_batch", "_status", "_finish"} <= names
