"""`lockstep demo` from its first step to its last, as processes; none of them is ever left."""

import csv
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

DEMO = [sys.executable, "-m", "lockstep.cli.main", "demo"]
SECONDS = 300
STEPS = [
    "serve-center",
    "create-instance",
    "enable-provisioning",
    "create-app",
    "connect",
    "import",
    "assign",
    "groups",
    "provisioning",
    "plan",
    "sync-waits",
    "approve",
    "sync",
    "verify",
    "approval-off",
    "serve-idp",
    "change",
    "resync",
    "saml-metadata",
    "access-control",
    "password",
    "sign-in",
    "tag-changes",
]

Start = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that temporary ones are made in too; its name tells our processes from others."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert processes_on(tmp_path) == []


def processes_on(folder: Path) -> list[str]:
    """Command lines that name the folder: those of the services and commands do, and the demo's if it is told where."""
    listed = subprocess.run(["ps", "-Awwo", "command"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line and "lockstep.cli.main" in line]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DEMO, *words], capture_output=True, text=True, check=False, timeout=SECONDS)


@pytest.fixture
def start(place: Path) -> Iterator[Start]:
    """Starts a demo, and ends it if the test does not."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        demo = subprocess.Popen([*DEMO, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(demo)
        return demo

    yield start
    for demo in started:
        demo.terminate()
        demo.communicate(timeout=60)


def wait_for(line: str, demo: subprocess.Popen[str]) -> list[str]:
    """What the demo says up to the line that holds `line`."""
    said: list[str] = []
    for text in demo.stdout or ():
        said.append(text)
        if line in text:
            return said
    raise AssertionError("".join(said))


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def write_people(folder: Path, rows: dict[str, list[list[str]]]) -> Path:
    folder.mkdir()
    for name, lines in rows.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


def few_people(folder: Path) -> Path:
    """Three people, none of whom has a cost centre, and groups of which two are one."""
    columns = ["employee_id", "user_name", "given_name", "family_name", "display_name", "email", "department"]
    people = [
        [f"{number}", f"{name}@example.com", name, "Ødegård", f"{name} Ødegård", f"{name}@example.com", department]
        for number, (name, department) in enumerate([("una", ""), ("per", "Nord"), ("liv", "Nord")], 1)
    ]
    return write_people(
        folder,
        {
            "people.csv": [columns, *people],
            "groups.csv": [["group_id", "display_name"], ["a", "Læsere"], ["b", "læsere"], ["c", "Tom"]],
            "memberships.csv": [["group_id", "employee_id"], ["a", "1"], ["b", "2"], ["b", "1"]],
        },
    )


def test_once_with_json_prints_what_it_came_to(place: Path) -> None:
    ended = run("--once", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("\n") == 1
    result: dict[str, Any] = msgspec.json.decode(ended.stdout)
    assert [step["name"] for step in result["steps"] if step["ok"]] == STEPS == [step["name"] for step in result["steps"]]
    assert (result["ok"], result["people"], result["groups"], result["memberships"]) == (True, 200, 25, 989)
    assert result["requests"] == result["floor"] == 227
    assert result["resync_requests"] == 0
    change = result["change"]
    seconds = change.pop("seconds")
    assert 0 < seconds <= 2
    assert change == {
        "user_name": "ada.achterberg@example.com",
        "attribute": "department",
        "from": "Research",
        "to": "Treasury",
    }
    assert result["session"] == {
        "user_name": "ada.achterberg@example.com",
        "tags": {"CostCenter": "CC-4200", "Department": "Treasury"},
    }
    assert not answers(result["idp_url"])
    assert not answers(result["center_url"])
    assert list(place.iterdir()) == []


def test_with_people_of_ones_own_it_runs_until_interrupted(place: Path, start: Start) -> None:
    few_people(place / "few")
    data = place / "data"
    words = ("--people", "few", "--data", str(data), "--idp-port", "0", "--center-port", "0")
    demo = start(*words)
    said = wait_for("Ctrl-C", demo)
    text = "".join(said)
    assert "per Ødegård: Nord → Treasury" in text
    assert "memberships   2 here   2 at the centre   equal" in text
    assert "CostCenter: no tag → CC-4200" in text
    urls = [line.split()[-1] for line in said if line.startswith(("Identity provider ", "Identity centre "))]
    assert [answers(url) for url in urls] == [True, True]
    assert len(processes_on(place)) == 3  # the demo, and both services

    second = run(*words)
    assert second.returncode == 1
    assert "is in use by a demo that still runs" in second.stderr

    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)
    assert (demo.returncode, rest.strip()) == (0, "Both services have ended.")
    assert [answers(url) for url in urls] == [False, False]
    assert (data / "idp" / "idp.db").exists()
    assert (place / "few" / "people.csv").exists()


def test_a_port_that_is_taken_is_said_at_once(place: Path) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        port = other.stdout.readline().strip()
        ended = run("--idp-port", port, "--center-port", "0")
        other.kill()
    assert ended.returncode == 1
    assert f"port {port} is taken by another program; choose another: --idp-port N" in ended.stderr
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("seconds", [0.0, 1.5, 6.0])
def test_interrupted_in_the_middle_it_leaves_nothing(place: Path, start: Start, number: signal.Signals, seconds: float) -> None:
    demo = start("--once", "--json")
    while not any(place.glob("lockstep-demo-*/center.log")):
        assert demo.poll() is None
        time.sleep(0.01)
    time.sleep(seconds)
    demo.send_signal(number)
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    result = msgspec.json.decode(said.splitlines()[0])
    assert result["problem"] == "interrupted; what was running has been stopped"
    assert list(place.iterdir()) == []


def test_people_that_cannot_be_read_end_it_with_the_line(place: Path) -> None:
    few_people(place / "few")
    (place / "few" / "memberships.csv").write_text("group_id,employee_id\na,99\n")
    ended = run("--once", "--people", "few")
    assert ended.returncode == 1
    assert "✗  6  Import people" in ended.stdout
    assert "memberships.csv, line 2: employee_id '99' is not in people.csv" in " ".join(ended.stdout.split())
    assert [path.name for path in place.iterdir()] == ["few"]


def test_a_killed_service_ends_the_demo(place: Path, start: Start) -> None:
    few_people(place / "few")
    demo = start("--people", "few", "--data", str(place / "data"), "--idp-port", "0", "--center-port", "0")
    wait_for("Import people", demo)
    pids = (place / "data" / ".lockstep-demo").read_text().splitlines()[1].split()
    os.kill(int(pids[0]), signal.SIGKILL)
    said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "the center ended with exit code -9" in said
    assert "Their data and logs are in" in said
