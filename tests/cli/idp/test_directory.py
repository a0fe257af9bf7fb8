"""`lockstep idp import`, users, roles, events, and what is done by hand: the contract of the command line."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from lockstep.cli.idp.directory import mount
from lockstep.kit.problems import Problem

Run = Callable[..., Result]

HEAD = "employee_id,user_name,given_name,family_name,display_name,email,badge\n"
ALICE = "E1,alice,Alice,Adams,Alice Adams,alice@x.example,7\n"
BOB = "E2,bob,Bob,Brown,Bob Brown,bob@x.example,\n"
NOTHING = {"added": 0, "changed": 0, "removed": 0}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a data folder of its own; a problem is raised."""
    app = typer.Typer()
    mount(app)

    def invoke(*words: str, env: dict[str, str] | None = None) -> Result:
        settings = {"LOCKSTEP_DATA": str(tmp_path / "data")} if env is None else env
        return CliRunner().invoke(app, list(words), env=settings, catch_exceptions=False)

    return invoke


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "people.csv").write_text(HEAD + ALICE + BOB)
    (folder / "groups.csv").write_text("group_id,display_name\nG1,Readers\nG2,Writers\n")
    (folder / "memberships.csv").write_text("group_id,employee_id\nG1,E1\nG1,E2\n")
    return folder


def _lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_import_prints_exactly_the_contract(run: Run, roster: Path) -> None:
    result = run("import", str(roster), "--json")
    assert result.exit_code == 0
    assert result.stdout == (
        '{"people":{"added":2,"changed":0,"removed":0},"roles":{"added":2,"changed":0,"removed":0},'
        '"memberships":{"added":2,"changed":0,"removed":0}}\n'
    )
    assert _lines(run("import", str(roster), "--json")) == [{"people": NOTHING, "roles": NOTHING, "memberships": NOTHING}]


def test_import_tells_a_person_the_figures(run: Run, roster: Path) -> None:
    assert run("import", str(roster)).stdout.splitlines() == [
        "people             2 added       0 changed       0 removed",
        "roles              2 added       0 changed       0 removed",
        "memberships        2 added       0 changed       0 removed",
    ]


def test_a_malformed_folder_is_a_problem_and_nothing_is_applied(run: Run, roster: Path) -> None:
    run("import", str(roster))
    (roster / "people.csv").write_text(HEAD + ALICE + BOB + "E3\n")
    with pytest.raises(Problem, match=r"^people\.csv, line 4: 1 cell where the header has 7; nothing was applied$"):
        run("import", str(roster))
    assert len(_lines(run("users", "--json"))) == 2


def test_where_the_data_is_has_to_be_said(run: Run, roster: Path) -> None:
    with pytest.raises(Problem, match="say where the data is"):
        run("import", str(roster), env={"LOCKSTEP_DATA": ""})
    with pytest.raises(Problem, match="must start with postgresql://"):
        run("users", "--database-url", "mysql://x")


def test_import_into_postgresql(run: Run, roster: Path, postgres_url: str) -> None:
    assert _lines(run("import", str(roster), "--json", "--database-url", postgres_url))[0]["people"]["added"] == 2
    assert [user["user_name"] for user in _lines(run("users", "--json", "--database-url", postgres_url))] == ["alice", "bob"]
    assert run("users", "--json").stdout == ""


def test_users(run: Run, roster: Path) -> None:
    run("import", str(roster))
    alice, bob = _lines(run("users", "--json"))
    assert (alice["employee_id"], alice["family_name"], alice["status"], alice["custom"]) == ("E1", "Adams", 1, {"badge": "7"})
    assert (bob["custom"], bob["phone"]) == ({}, "")
    assert [line.split()[:3] for line in run("users").stdout.splitlines()] == [
        ["E1", "active", "alice"],
        ["E2", "active", "bob"],
    ]


def test_roles_with_the_user_names_of_their_members(run: Run, roster: Path) -> None:
    run("import", str(roster))
    readers, writers = _lines(run("roles", "--json"))
    assert (readers["group_id"], readers["name"], readers["members"]) == ("G1", "Readers", ["alice", "bob"])
    assert writers["members"] == []
    assert run("roles").stdout.splitlines()[0].split() == ["G1", "2", "members", "Readers"]


def test_user_by_hand(run: Run, roster: Path) -> None:
    run("import", str(roster))
    assert "with employee_id u" in run("user", "create", "zoe", "email=z@x", "custom.floor=3").stdout
    assert run("user", "change", "ZOE", "department=Treasury", "floor=4").stdout == "zoe is changed\n"
    assert run("user", "change", "zoe", "department=Treasury").stdout == "zoe was like that already\n"
    (changed,) = _lines(run("user", "change", "zoe", "department=", "title=a=b", "--json"))
    assert (changed["department"], changed["title"], changed["custom"]) == ("", "a=b", {"floor": "4"})
    assert run("user", "suspend", "E1").stdout == "alice is suspended\n"
    assert "suspended" in run("users").stdout
    assert _lines(run("user", "reactivate", "alice", "--json"))[0]["status"] == 1
    assert run("user", "remove", "bob").stdout == "bob is removed\n"
    assert {user["user_name"] for user in _lines(run("users", "--json"))} == {"alice", "zoe"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["user", "change", "alice", "departement=x"], "departement is not a field .* write custom.departement="),
        (["user", "change", "alice", "department"], "'department' is not KEY=VALUE"),
        (["user", "change", "alice", "employee_id=E7"], "employee_id cannot be changed"),
        (["user", "change", "alice", "user_name=BOB"], "user_name 'BOB' is another user's"),
        (["user", "remove", "nobody"], "there is no user 'nobody'"),
        (["role", "remove", "Nothing"], "there is no role 'Nothing'"),
        (["role", "add", "G1", "alice", "nobody"], "there is no user 'nobody'"),
    ],
)
def test_problems_by_hand_change_nothing(run: Run, roster: Path, words: list[str], message: str) -> None:
    run("import", str(roster))
    before = run("events", "--json").stdout
    with pytest.raises(Problem, match=message):
        run(*words)
    assert run("events", "--json").stdout == before


def test_role_by_hand(run: Run, roster: Path) -> None:
    run("import", str(roster))
    assert run("role", "create", "Owners", "--id", "O").stdout == "role Owners is made, with group_id O\n"
    assert run("role", "add", "Owners", "alice", "E2").stdout == "2 added to Owners\n"
    assert run("role", "drop", "O", "BOB").stdout == "1 taken out of Owners\n"
    assert _lines(run("role", "rename", "Owners", "Heads", "--json"))[0]["name"] == "Heads"
    assert _lines(run("roles", "--json"))[-1]["members"] == ["alice"]
    run("import", str(roster))
    assert run("role", "remove", "Heads").stdout == "role Heads is removed\n"
    assert [role["group_id"] for role in _lines(run("roles", "--json"))] == ["G1", "G2"]


@pytest.mark.parametrize("name", ["Owners", "OWNERS"])
def test_a_role_takes_the_name_of_another_only_if_that_is_meant(run: Run, roster: Path, name: str) -> None:
    run("import", str(roster))
    run("role", "create", "Owners", "--id", "O")
    run("role", "create", "Heads", "--id", "H")
    before = run("roles", "--json").stdout
    said = r"^another role is called Owners \(O\): with this name Heads becomes one group with it at each target.* --yes"
    with pytest.raises(Problem, match=said):
        run("role", "rename", "Heads", name)
    assert run("roles", "--json").stdout == before
    assert run("role", "rename", "Heads", name, "--yes").stdout == f"role Heads is now {name}\n"
    assert run("role", "rename", "H", name.title()).stdout  # its own name, in another case: nothing new is merged


def test_events(run: Run, roster: Path) -> None:
    run("import", str(roster))
    found = _lines(run("events", "--json"))
    assert [event["seq"] for event in found] == list(range(1, 7))
    assert (found[1]["type"], found[1]["event_type_id"], found[1]["user_name"]) == ("user.created", 13, "alice")
    run("user", "remove", "bob")
    (removed,) = _lines(run("events", "--json", "--since", "6"))
    assert (removed["type"], removed["actor"]) == ("user.removed", "command line")
    assert run("events", "--since", "6").stdout.split()[2:] == ["user.removed", "command", "line", "bob"]


PROGRAM = "import typer\nfrom lockstep.cli.idp.directory import mount\napp = typer.Typer()\nmount(app)\napp()\n"


def test_events_follow_until_interrupted(run: Run, roster: Path, tmp_path: Path) -> None:
    run("import", str(roster))
    command = [sys.executable, "-c", PROGRAM, "events", "--json", "--follow", "--since", "5", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["type"] == "directory.imported"
        run("user", "suspend", "alice")
        assert json.loads(process.stdout.readline())["type"] == "user.suspended"
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, ("", ""))


def test_a_reader_who_has_seen_enough_is_no_error(run: Run, roster: Path, tmp_path: Path) -> None:
    people = "".join(f"P{number},p{number},,,,,\n" for number in range(5000))
    (roster / "people.csv").write_text(HEAD + ALICE + BOB + people)
    run("import", str(roster))
    command = [sys.executable, "-c", PROGRAM, "users", "--json", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("{")
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (0, "")
