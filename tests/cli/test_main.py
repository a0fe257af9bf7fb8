"""`lockstep` as a shell sees it: exit codes, and what goes to which stream."""

import gc
import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer

from lockstep.cli import main as cli
from lockstep.cli.main import main
from lockstep.kit.problems import Problem
from tests.cli.processes import run

SIDES = ("idp", "center")


def test_the_installed_command_is_main() -> None:
    (script,) = entry_points(group="console_scripts", name="lockstep")
    assert script.load() is main


def test_a_command_that_succeeds_says_its_result_and_nothing_else(tmp_path: Path) -> None:
    ended = run("center", "instance", "create", "corp", "--data", str(tmp_path), "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["name"] == "corp"
    assert len(ended.out.splitlines()) == 1


def test_a_problem_is_its_message_on_standard_error_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer()

    @app.command()
    def stop() -> None:
        raise Problem("what is wrong, and what to do")

    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(cli, "_mount", lambda: None)
    monkeypatch.setattr(sys, "argv", ["lockstep"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", "lockstep: what is wrong, and what to do\n")


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_a_problem_of_each_side(side: str, json_too: list[str]) -> None:
    words = {"idp": ["users"], "center": ["instance", "list"]}[side]
    ended = run(side, *words, *json_too)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "lockstep: say where the data is: --data DIR (or LOCKSTEP_DATA), or --database-url URL\n"


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("content", [None, "no folder"])
def test_a_data_folder_that_cannot_be_used_is_a_problem(tmp_path: Path, side: str, content: str | None) -> None:
    data = tmp_path / "data"
    if content is None:
        (data / f"{side}.db").mkdir(parents=True)
    else:
        data.write_text(content)
    words = {"idp": ["users"], "center": ["instance", "list"]}[side]
    ended = run(side, *words, "--data", str(data))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("lockstep: ")
    assert str(data) in ended.err
    assert "Traceback" not in ended.err


def test_a_database_file_that_is_none_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "center.db").write_text("no database\n" * 100)
    ended = run("center", "instance", "list", "--data", str(tmp_path))
    assert ended.code == 1
    assert ended.err.startswith("lockstep: ")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("side", SIDES)
def test_a_database_server_that_is_not_there_is_a_problem(tmp_path: Path, side: str) -> None:
    words = {"idp": ["users"], "center": ["instance", "list"]}[side]
    url = "postgresql://ada:s3cret@127.0.0.1:1/x"
    ended = run(side, *words, "--database-url", url, "--key-file", str(tmp_path / "key"))
    assert ended.code == 1
    assert "Connection refused" in ended.err
    assert "Traceback" not in ended.err
    assert "s3cret" not in ended.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "No such command 'nothing'"),
        (["--nothing"], "No such option: --nothing"),
        (["idp", "nothing"], "No such command 'nothing'"),
        (["center", "nothing"], "No such command 'nothing'"),
        (["center", "users"], "Missing argument 'name'"),
        (["center", "users", "corp", "--nothing"], "No such option: --nothing"),
        (["center", "serve", "--port", "many"], "Invalid value for '--port'"),
        (["demo", "--idp-port", "99999"], "Invalid value for '--idp-port'"),
        (["demo", "more"], "unexpected extra argument"),
    ],
)
def test_what_cannot_be_understood_ends_with_exit_code_2(words: list[str], says: str) -> None:
    ended = run(*words, env={"COLUMNS": "200"})
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--help"], ["idp", "center", "demo"]),
        (["idp", "--help"], ["import", "users", "app"]),
        (["center", "--help"], ["instance", "provisioning", "token", "serve"]),
        (["demo", "--help"], ["--once", "--people", "--data", "--idp-port", "--center-port", "--json"]),
    ],
)
def test_help_names_what_there_is(words: list[str], shown: list[str]) -> None:
    ended = run(*words, env={"COLUMNS": "200"})
    assert (ended.code, ended.err) == (0, "")
    assert [word for word in shown if word not in ended.out] == []


def test_without_a_command_help_is_shown() -> None:
    ended = run()
    assert ended.code == 2
    assert "Usage: lockstep" in ended.out + ended.err


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (["idp", "center"], {"idp"}),
        (["center", "demo"], {"center"}),
        (["demo"], {"demo"}),
        (["--help"], {"idp", "center", "demo"}),
        (["nothing"], {"idp", "center", "demo"}),
    ],
)
def test_only_the_side_that_is_asked_for_is_mounted(monkeypatch: pytest.MonkeyPatch, asked: list[str], there: set[str]) -> None:
    app = typer.Typer()
    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["lockstep", *asked])
    cli._mount()
    gc.unfreeze()  # this process goes on
    mounted = {group.name for group in app.registered_groups} | {command.name for command in app.registered_commands}
    assert mounted == there


SLOW = {"aiohttp", "alembic", "dbos", "jinja2", "lxml", "psycopg", "signxml", "uvicorn"}
"""What signs, serves, sends, or makes tables: a tenth of a second and more to import, each time somebody asks for a list."""
ASK = """
import sys
from lockstep.cli.main import main
try:
    main()
finally:
    sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("side", SIDES)
def test_a_question_imports_nothing_that_it_does_not_need(tmp_path: Path, side: str) -> None:
    words = [side, *{"idp": ["users"], "center": ["instance", "list"]}[side], "--data", str(tmp_path)]
    assert run(*words).code == 0  # makes the tables
    asked = subprocess.run([sys.executable, "-c", ASK, *words], capture_output=True, text=True, check=True)
    imported = set(asked.stderr.split())
    assert {"lockstep", "sqlalchemy"} <= imported
    assert imported & SLOW == set()


@pytest.mark.parametrize("side", SIDES)
def test_what_was_imported_is_never_looked_through_for_garbage_and_the_rest_is(side: str) -> None:
    code = "import gc; from lockstep.cli.main import _mount; _mount(); print(gc.get_freeze_count(), gc.isenabled())"
    printed = subprocess.run([sys.executable, "-c", code, side], capture_output=True, text=True, check=True).stdout.split()
    assert int(printed[0]) > 50_000
    assert printed[1] == "True"
