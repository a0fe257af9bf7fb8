"""`lockstep idp admin …`."""

from pathlib import Path
from typing import Annotated

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.admins import actions
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.passwords import hash_password
from lockstep.kit.problems import Problem

ACTOR = "command line"

admin_app = typer.Typer(no_args_is_help=True)


def mount(app: typer.Typer) -> None:
    """Add the commands of administrators to `lockstep idp`."""
    app.add_typer(admin_app, name="admin")


@admin_app.callback()
def admin() -> None:
    """Administrators, who use the pages below /admin."""


@admin_app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The administrator's name.")],
    password_file: Annotated[Path, typer.Option("--password-file", help="A file whose first line is the password.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Create an administrator."""
    password = _first_line(password_file)
    actions.check(name, password)
    stored = hash_password(password)
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        actions.create(c, name, stored, actor=ACTOR, now=now_ms())
    if json:
        print_json({"name": name})
    else:
        say(f"Administrator {name} has been created. Sign in at /admin of the running server.")


@admin_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the administrators."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = actions.everyone(c)
    for one in found:
        if json:
            print_json({"name": one.name, "created_at": one.created_at, "seen_at": one.seen_at})
        else:
            seen = f"last seen {iso(one.seen_at)}" if one.seen_at else "not seen yet"
            say(f"{one.name}\tcreated {iso(one.created_at)}\t{seen}")


@admin_app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The administrator's name.")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Remove an administrator, and end the sessions at once."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        actions.remove(c, name, actor=ACTOR, now=now_ms())
    if json:
        print_json({"name": name})
    else:
        say(f"Administrator {name} has been removed; the sessions have ended.")


def _first_line(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"--password-file {file}: {error}") from None
    return text.partition("\n")[0].removesuffix("\r")
