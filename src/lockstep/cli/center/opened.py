"""Opens the centre's database for a command, and says who is asking."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lockstep.center.events import Call, Operation
from lockstep.center.instances.actions import admin_call
from lockstep.center.storage import open_center
from lockstep.cli.options import place
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database


@contextmanager
def opened(data: Path | None, database_url: str | None, key_file: Path | None) -> Iterator[Database]:
    """The database at the place that the options name.  Raises Problem."""
    where = place(data, database_url, key_file)
    database = open_center(where.data, where.database_url)
    try:
        yield database
    finally:
        database.close()


def call(operation: Operation, **parameters: Any) -> Call:
    """A request made at the command line."""
    return admin_call(operation, f"command line: {_account()}", now_ms(), parameters or None)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return "unknown"
