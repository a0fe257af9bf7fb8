"""Opens the identity provider's database, made and migrated."""

from pathlib import Path

from lockstep.idp.migrations import FOLDER, HEAD
from lockstep.kit.db import Database, open_database
from lockstep.kit.migrate import migrate
from lockstep.kit.problems import Problem

NAME = "idp"


def open_idp(data: Path, url: str | None) -> Database:
    """The database of the identity provider in folder `data`, or at the PostgreSQL `url`, ready to use.

    Raises Problem for a URL that is not a PostgreSQL one.
    """
    try:
        database = open_database(data, url, NAME)
    except ValueError as error:
        raise Problem(str(error)) from None
    prepare(database)
    return database


def prepare(database: Database) -> None:
    """Bring the tables to the newest version.  Safe when several processes start together."""
    migrate(database, FOLDER, HEAD)
