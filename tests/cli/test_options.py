"""Where a command's data is: options and environment."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile, Place, place
from lockstep.kit.problems import Problem

URL = "postgresql://host/name"


def test_a_data_folder_holds_database_and_key() -> None:
    assert place(Path("data"), None, None) == Place(Path("data"), None, Path("data/key"))


def test_a_key_may_lie_elsewhere() -> None:
    assert place(Path("data"), None, Path("safe/key")) == Place(Path("data"), None, Path("safe/key"))


def test_a_database_url_needs_a_place_for_the_key() -> None:
    assert place(Path("data"), URL, None) == Place(Path("data"), URL, Path("data/key"))
    assert place(Path("data"), URL, Path("safe/key")) == Place(Path("data"), URL, Path("safe/key"))
    with pytest.raises(Problem, match="say where the key is: --key-file FILE or --data DIR"):
        place(None, URL, None)


@pytest.mark.parametrize("key_file", [Path("key"), Path("./key"), Path("safe/key"), Path("/safe/key")])
def test_without_a_data_folder_it_is_the_keys(key_file: Path) -> None:
    found = place(None, URL, key_file)
    assert (found.data, found.key_file) == (key_file.absolute().parent, key_file)
    assert found.data.is_absolute()


@pytest.mark.parametrize("key_file", [None, Path("key")])
def test_nothing_named_is_a_problem(key_file: Path | None) -> None:
    with pytest.raises(Problem, match=r"say where the data is: --data DIR \(or LOCKSTEP_DATA\), or --database-url URL"):
        place(None, None, key_file)


def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False) -> None:
    typer.echo((str(data), database_url, str(key_file), as_json))


def shown(*words: str, **env: str) -> str:
    app = typer.Typer()
    app.command()(show)
    settings: dict[str, str | None] = dict.fromkeys(("LOCKSTEP_DATA", "LOCKSTEP_DATABASE_URL", "LOCKSTEP_KEY_FILE"))
    return CliRunner().invoke(app, list(words), env={**settings, **env}, catch_exceptions=False).stdout.strip()


def test_the_environment_names_what_no_option_does() -> None:
    assert shown() == "('None', None, 'None', False)"
    env = {"LOCKSTEP_DATA": "d", "LOCKSTEP_DATABASE_URL": URL, "LOCKSTEP_KEY_FILE": "k"}
    assert shown(**env) == f"('d', '{URL}', 'k', False)"
    assert shown("--data", "other", "--json", **env) == f"('other', '{URL}', 'k', True)"


def test_an_empty_variable_names_nothing() -> None:
    assert shown(LOCKSTEP_DATA="", LOCKSTEP_DATABASE_URL="", LOCKSTEP_KEY_FILE="") == "('None', None, 'None', False)"


def test_an_empty_folder_is_not_the_one_somebody_is_in() -> None:
    """`--data "$NOT_SET"` would make a database and a key there."""
    app = typer.Typer()
    app.command()(show)
    ended = CliRunner().invoke(app, ["--data", ""])
    assert ended.exit_code == 2
    assert "is empty: name a" in ended.output
