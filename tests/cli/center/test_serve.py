"""`lockstep center serve`: beside commands, and where it cannot listen."""

import subprocess
from pathlib import Path

import pytest

from lockstep.cli.center.serve import serve
from tests.center.client import a_user
from tests.cli.center.command import Command
from tests.cli.center.scim import Scim
from tests.cli.processes import ENVIRONMENT, LOCKSTEP, run, serving


def test_a_command_counts_for_the_next_request(command: Command) -> None:
    with serving("center", "serve", *command.where) as origin:
        base = origin + command.one("instance", "create", "corp")["scim_path"]
        token = command.one("provisioning", "enable", "corp")
        scim = Scim(base, token["token"])
        user = scim.made("/Users", a_user(userName="ada"))
        assert command.lines("users", "corp") == [user]
        second = command.one("token", "create", "corp")
        command.one("token", "delete", "corp", token["token_id"])
        assert scim.send("/Users")[0] == 401
        assert Scim(base, second["token"]).send("/Users")[0] == 200
    shown = [(record["eventName"], record["status"]) for record in command.lines("trail", "corp")]
    assert [name for name, status in shown if status < 300] == [
        "CreateInstance",
        "CreateProvisioningTenant",
        "CreateBearerToken",
        "CreateUser",
        "CreateBearerToken",
        "DeleteBearerToken",
    ]
    assert [status for _, status in shown if status > 300] == [401]


def test_a_port_in_use_is_a_problem(tmp_path: Path) -> None:
    command = Command(tmp_path / "data")
    with serving("center", "serve", *command.where) as origin:
        second = run("center", serve.__name__, *command.where, "--port", origin.rpartition(":")[2])
    assert (second.code, second.out) == (1, "")
    assert second.err.startswith("lockstep: cannot listen on 127.0.0.1:")
    assert len(second.err.splitlines()) == 1


@pytest.mark.parametrize("public_url", ["https://center.example", "https://center.example/"])
def test_behind_a_proxy_answers_name_its_address(tmp_path: Path, public_url: str) -> None:
    command = Command(tmp_path / "data")
    path = command.one("instance", "create", "corp")["scim_path"]
    token = command.one("provisioning", "enable", "corp")["token"]
    with serving("center", "serve", *command.where, "--public-url", public_url) as origin:
        _, listed = Scim(origin + path, token).send("/ResourceTypes")
    located = [found["meta"]["location"] for found in listed["Resources"]]
    assert located == [f"https://center.example{path}/ResourceTypes/{name}" for name in ("User", "Group")]


def test_the_origin_is_known_to_commands_from_then_on(tmp_path: Path) -> None:
    command = Command(tmp_path / "data")
    command.one("instance", "create", "corp")
    with serving("center", "serve", *command.where) as origin:
        assert f'entityID="{origin}/platform/saml/d-' in command.text("metadata", "corp")
    assert f'entityID="{origin}/platform/saml/d-' in command.text("metadata", "corp")
    with serving("center", "serve", *command.where, "--public-url", "https://center.example/"):
        assert 'entityID="https://center.example/platform/saml/d-' in command.text("metadata", "corp")


def test_a_public_url_that_is_no_origin_and_a_key_of_another_are_problems(command: Command, tmp_path: Path) -> None:
    wrong = run("center", serve.__name__, *command.where, "--port", "0", "--public-url", "center.example")
    assert (wrong.code, "--public-url" in wrong.err) == (1, True)
    with serving("center", "serve", *command.where):
        pass
    (tmp_path / "other").write_text("00" * 32)
    other = Command(command.data, command.database_url, tmp_path / "other")
    stopped = run("center", serve.__name__, *other.where, "--port", "0")
    assert (stopped.code, "does not open" in stopped.err) == (1, True)


def test_where_people_cannot_sign_in_it_is_said(tmp_path: Path) -> None:
    place = [*Command(tmp_path / "data").where, "--public-url", "http://center.example"]
    command = [LOCKSTEP, "center", serve.__name__, *place, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stderr is not None
        first, second = process.stderr.readline(), process.stderr.readline()
        process.terminate()
        assert process.wait(60) == 0
    assert first.startswith("ready ")
    assert "https" in second
