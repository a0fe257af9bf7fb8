"""`lockstep center admin …`."""

from pathlib import Path
from typing import Annotated

import typer

from lockstep.center.admins import actions
from lockstep.center.events import Operation
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.kit.problems import Problem

app = typer.Typer(no_args_is_help=True)


@app.callback()
def admin() -> None:
    """Administrators of this centre."""


@app.command()
def create(
    name: str,
    *,
    password_file: Annotated[Path, typer.Option(help="A file whose first line is the password.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Create an administrator."""
    password = _first_line(password_file)
    with opened(data, database_url, key_file) as database, database.write() as connection:
        actions.create(connection, call(Operation.CREATE_ADMIN), name, password)
    if as_json:
        print_json({"name": name})
    else:
        say(f"Administrator {name} has been created.")


def _first_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"the password file cannot be read: {error}") from None
    return lines[0] if lines else ""
