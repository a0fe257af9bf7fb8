"""`lockstep center …`: JSON shapes, exit codes, and work beside a running server."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lockstep.cli.center import app
from lockstep.kit.problems import Problem
from tests.center.client import ABSENT, a_user


class Command:
    """Runs commands at one place."""

    def __init__(self, where: list[str]) -> None:
        self.where = where

    def text(self, *words: str) -> str:
        result = CliRunner().invoke(app, [*words, *self.where], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def lines(self, *words: str) -> list[Any]:
        return [json.loads(line) for line in self.text(*words, "--json").splitlines()]

    def one(self, *words: str) -> Any:
        (value,) = self.lines(*words)
        return value

    def problem(self, *words: str) -> str:
        with pytest.raises(Problem) as caught:
            CliRunner().invoke(app, [*words, *self.where], catch_exceptions=False)
        return str(caught.value)


@pytest.fixture(params=["sqlite", "postgresql"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> Command:
    if request.param == "sqlite":
        return Command(["--data", str(tmp_path)])
    return Command(["--database-url", request.getfixturevalue("postgres_url"), "--key-file", str(tmp_path / "key")])


@contextmanager
def serving(where: list[str]) -> Iterator[str]:
    """A server at `where`; its origin."""
    words = [sys.executable, "-m", "lockstep.cli.main", "center", "serve", "--port", "0", *where]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        ready = process.stderr.readline()
        assert ready.startswith("ready http://127.0.0.1:"), ready
        try:
            yield ready.split()[1]
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


def send(url: str, token: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_instance_create(command: Command) -> None:
    made = command.one("instance", "create", "corp", "--profile", "rfc", "--region", "eu-west-1", "--rate", "20")
    assert list(made) == ["name", "instance_arn", "identity_store_id", "tenant_id", "scim_path", "start_path"]
    assert made["scim_path"] == f"/{made['tenant_id']}/scim/v2"
    assert made["start_path"].startswith("/")
    (listed,) = command.lines("instance", "list")
    assert listed | made == listed
    assert (listed["profile"], listed["region"], listed["rate"]) == ("rfc", "eu-west-1", 20.0)


def test_instance_settings(command: Command) -> None:
    command.one("instance", "create", "corp", "--setting", "put_user_status=200", "--setting", "unknown_attributes=drop")
    assert "no_such" in command.problem("instance", "create", "other", "--setting", "no_such=1")
    assert [instance["name"] for instance in command.lines("instance", "list")] == ["corp"]


def test_problems_say_what_to_do(command: Command) -> None:
    command.one("instance", "create", "corp")
    assert "already" in command.problem("instance", "create", "corp")
    assert "instance list" in command.problem("users", "nowhere")
    assert "enable" in command.problem("token", "create", "corp")
    assert "no profile" in command.problem("instance", "create", "x", "--profile", "okta")


def test_provisioning_and_tokens(command: Command) -> None:
    instance = command.one("instance", "create", "corp")
    enabled = command.one("provisioning", "enable", "corp")
    assert list(enabled) == ["scim_path", "token", "token_id", "expires_at"]
    assert enabled["scim_path"] == instance["scim_path"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", enabled["expires_at"])
    second = command.one("token", "create", "corp")
    assert list(second) == list(enabled)
    assert "at most 2" in command.problem("token", "create", "corp")
    listed = command.lines("token", "list", "corp")
    assert [token["token_id"] for token in listed] == [enabled["token_id"], second["token_id"]]
    assert enabled["token"] not in command.text("token", "list", "corp", "--json") + command.text("token", "list", "corp")
    assert "delete the access tokens" in command.problem("provisioning", "disable", "corp")
    for token in listed:
        command.one("token", "delete", "corp", token["token_id"])
    assert "has no access token" in command.problem("token", "delete", "corp", second["token_id"])
    assert command.one("provisioning", "disable", "corp") == {"name": "corp", "provisioning": False}


def test_admin_create(command: Command, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("correct horse\n", encoding="utf-8")
    assert command.one("admin", "create", "alice", "--password-file", str(secret)) == {"name": "alice"}
    assert "already" in command.problem("admin", "create", "alice", "--password-file", str(secret))
    secret.write_text("short\n", encoding="utf-8")
    assert "8 to 1024 characters" in command.problem("admin", "create", "bob", "--password-file", str(secret))
    assert "cannot be read" in command.problem("admin", "create", "bob", "--password-file", str(tmp_path / "none"))


def test_everything_beside_a_running_server(command: Command) -> None:
    with serving(command.where) as origin:
        base = origin + command.one("instance", "create", "corp")["scim_path"]
        token = command.one("provisioning", "enable", "corp")
        status, user = send(f"{base}/Users", token["token"], a_user(userName="ada"))
        assert status == 201
        status, group = send(f"{base}/Groups", token["token"], {"displayName": "Team", "members": [{"value": user["id"]}]})
        assert status == 201
        send(f"{base}/Groups", token["token"], {"displayName": "Empty"})
        assert send(f"{base}/Users/{ABSENT}", token["token"])[0] == 404
        assert command.lines("users", "corp") == [user]
        full, empty = command.lines("groups", "corp")
        assert full == {**group, "members": [{"value": user["id"], "display": "ada"}]}
        assert empty["members"] == []
        command.one("token", "delete", "corp", token["token_id"])
        assert send(f"{base}/Users", token["token"])[0] == 401
    trail = command.lines("trail", "corp")
    assert [record["eventName"] for record in trail if record["status"] < 300] == [
        "CreateInstance",
        "CreateProvisioningTenant",
        "CreateBearerToken",
        "CreateUser",
        "CreateGroup",
        "CreateGroup",
        "DeleteBearerToken",
    ]
    assert sorted(record["status"] for record in trail if record["status"] > 300) == [401, 404]


def test_texts_for_people(command: Command) -> None:
    command.text("instance", "create", "corp")
    shown = command.text("provisioning", "enable", "corp")
    assert "Access token  lscim_" in shown
    assert "corp" in command.text("instance", "list")
    assert command.text("users", "corp") == command.text("groups", "corp") == ""
    assert "CreateInstance  200" in command.text("trail", "corp")
    token_id = command.lines("token", "list", "corp")[0]["token_id"]
    assert "has been deleted" in command.text("token", "delete", "corp", token_id)
    assert "is off" in command.text("provisioning", "disable", "corp")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lockstep.cli.main", "center", *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_exit_codes(tmp_path: Path) -> None:
    done = run("instance", "create", "corp", "--data", str(tmp_path), "--json")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)
    again = run("instance", "create", "corp", "--data", str(tmp_path), "--json")
    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr
    assert run("instance", "create").returncode == 2
    assert run("users", "corp").returncode == 1


def test_a_port_in_use_is_a_problem(tmp_path: Path) -> None:
    with serving(["--data", str(tmp_path)]) as origin:
        second = run("serve", "--data", str(tmp_path), "--port", origin.rpartition(":")[2])
    assert second.returncode == 1
    assert "cannot listen" in second.stderr
