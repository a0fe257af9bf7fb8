"""Commands and services as processes: what they answer, and that none is left."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockstep.cli.demo import processes as module
from lockstep.cli.demo.folder import Home, take
from lockstep.cli.demo.processes import Answer, Processes, StepFailed
from lockstep.cli.demo.signals import Interrupted, Signals
from lockstep.kit.problems import Problem


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = take(tmp_path / "demo", keep_company=False)
    yield home
    home.close()


@pytest.fixture
def processes(home: Home) -> Iterator[Processes]:
    with Signals() as signals:
        processes = Processes(signals, home.lock)
        yield processes
        processes.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_command_answers_with_its_json(processes: Processes, home: Home) -> None:
    answer = processes.run("center", "instance", "create", "acme", "--data", str(home.center), "--json")
    answer.check(0)
    assert answer.json()["name"] == "acme"


def test_a_command_that_fails_is_explained(processes: Processes, home: Home) -> None:
    answer = processes.run("center", "users", "nobody", "--data", str(home.center))
    with pytest.raises(StepFailed, match=r"`lockstep center users nobody .*` ended with exit code 1:\nlockstep: "):
        answer.check(0)


def test_what_is_no_json_is_explained() -> None:
    with pytest.raises(StepFailed, match=r"`lockstep idp sync` printed no JSON object:\nhello"):
        Answer(("idp", "sync"), 0, "hello\n", "").json()


def test_the_users_own_settings_lead_no_command_to_other_data(
    processes: Processes, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCKSTEP_KEY_FILE", str(tmp_path / "other-key"))
    monkeypatch.setenv("LOCKSTEP_DATABASE_URL", "postgresql://nowhere.invalid/lockstep")
    processes.run("idp", "users", "--data", str(home.idp)).check(0)
    assert not (tmp_path / "other-key").exists()


def test_a_service_answers_and_ends(processes: Processes, home: Home) -> None:
    service = processes.serve("center", home.log("center"), "center", "serve", "--port", "0", "--data", str(home.center))
    assert service.url.startswith("http://127.0.0.1:")
    processes.check()
    processes.close()
    assert service.process.returncode == 0
    with pytest.raises(StepFailed, match="the center ended with exit code 0"):
        processes.check()


def test_a_service_that_does_not_start_says_why(processes: Processes, home: Home) -> None:
    with pytest.raises(StepFailed, match=r"`lockstep center serve --nothing` ended with exit code 2:"):
        processes.serve("center", home.log("center"), "center", "serve", "--nothing")


def test_a_service_that_never_answers_is_given_up(processes: Processes, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READY_SECONDS", 0.1)
    with pytest.raises(StepFailed, match="did not answer within"):
        processes.serve("idp", home.log("idp"), "idp", "events", "--follow", "--data", str(home.idp))


def test_a_service_that_outlives_a_killed_demo_keeps_the_folder(tmp_path: Path) -> None:
    with Signals() as signals:
        home = take(tmp_path / "demo", keep_company=False)
        processes = Processes(signals, home.lock)
        processes.serve("center", home.log("center"), "center", "serve", "--port", "0", "--data", str(home.center))
        home.close()  # as the death of the demo: its hold on the folder goes, the service's stays
        with pytest.raises(Problem, match="in use by a demo that still runs"):
            take(home.folder, keep_company=False)
        processes.close()
        take(home.folder, keep_company=False).close()


def test_closing_ends_what_runs_and_may_be_repeated(processes: Processes, home: Home) -> None:
    running = processes.start("idp", "events", "--follow", "--data", str(home.idp))
    processes.close()
    assert running.poll() is not None
    processes.close()


def test_what_does_not_end_by_itself_is_killed(processes: Processes, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    service = processes.serve("center", home.log("center"), "center", "serve", "--port", "0", "--data", str(home.center))
    os.kill(service.process.pid, signal.SIGSTOP)
    processes.close()
    assert service.process.returncode == -signal.SIGKILL


def test_a_signal_while_a_command_runs_leaves_nothing(processes: Processes, home: Home) -> None:
    running = processes.start("idp", "events", "--follow", "--data", str(home.idp))
    with pytest.raises(Interrupted):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    processes.close()
    assert not alive(running.pid)
