"""The command before its first step: what it refuses, and how it says so.  `tests/pair/test_demo.py` runs it whole."""

import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from lockstep.cli.demo import command
from lockstep.cli.demo.ports import HOST
from lockstep.cli.demo.records import Change
from lockstep.cli.demo.walk import Walk


def demo(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lockstep.cli.main", "demo", *words], capture_output=True, text=True, check=False, timeout=120
    )


def test_a_port_that_is_taken_ends_it_before_it_begins(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        ended = demo("--once", "--data", str(data), "--center-port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"port {port} is taken by another program; choose another: --center-port N" in ended.stderr
    assert not data.exists()


def test_with_json_there_is_an_object_even_then(tmp_path: Path) -> None:
    ended = demo("--once", "--json", "--people", str(tmp_path / "nowhere"))
    assert ended.returncode == 1
    assert ended.stdout.count("\n") == 1
    result = msgspec.json.decode(ended.stdout)
    assert (result["ok"], result["steps"]) == (False, [])
    assert result["problem"] == f"--people {tmp_path / 'nowhere'}: there is no such folder"


def test_two_services_need_two_ports() -> None:
    ended = demo("--idp-port", "8099", "--center-port", "8099")
    assert ended.returncode == 1
    assert "cannot share a port" in ended.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(port: str) -> None:
    assert demo("--idp-port", port).returncode == 2


def test_what_to_try_can_be_copied_into_a_shell(walk: Walk) -> None:
    walk.result.change = Change("o'brien@example.com", "department", "Research & Co", "Treasury", 0.5)
    commands = [text for _, text in command.to_try(walk)]
    assert any("""user change 'o'"'"'brien@example.com' 'department=Research & Co' --data""" in text for text in commands)
    assert all(text.endswith((f"--data {walk.home.idp}", f"--data {walk.home.center}")) for text in commands)
