"""Options that commands of both sides share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from lockstep.kit.problems import Problem


def named_folder(text: str) -> Path:
    """A folder.  Raises BadParameter for "", which is an unset variable of a shell, and would be the folder one is in."""
    if not text:
        raise typer.BadParameter("is empty: name a folder (a variable that is not set?)")
    return Path(text)


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="LOCKSTEP_DATA",
        help="Folder of this side's SQLite file and key.",
        show_default=False,
        parser=named_folder,
        metavar="DIR",
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", envvar="LOCKSTEP_DATABASE_URL", help="PostgreSQL instead of SQLite: postgresql://…"),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", envvar="LOCKSTEP_KEY_FILE", help="Where the key lies, if not in the data folder."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on one line, and nothing else.")]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side keeps what it knows."""

    data: Path
    database_url: str | None
    key_file: Path


def place(data: Path | None, database_url: str | None, key_file: Path | None) -> Place:
    """The place that the options name.

    Raises Problem where neither a data folder nor, with a database URL, a key file is given.
    """
    if data is None and database_url is None:
        raise Problem("say where the data is: --data DIR (or LOCKSTEP_DATA), or --database-url URL")
    if data is None and key_file is None:
        raise Problem("with --database-url, say where the key is: --key-file FILE or --data DIR")
    folder = data if data is not None else Path(str(key_file)).absolute().parent
    return Place(folder, database_url, key_file if key_file is not None else folder / "key")
