"""`lockstep idp api-credential …`: programs that may ask the API."""

from typing import Annotated

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.idp import events
from lockstep.idp.api.credentials import actions, store
from lockstep.idp.api.credentials.records import NAMES
from lockstep.kit.clock import iso, now_ms

ACTOR = "command line"

credential_app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the credential is called; events name it.")]


def mount(app: typer.Typer) -> None:
    """Add the commands to `lockstep idp`."""
    app.add_typer(credential_app, name="api-credential")


@credential_app.callback()
def api_credential() -> None:
    """Credentials of programs, which ask OneLogin's API below /api."""


@credential_app.command("create")
def create(
    name: Name,
    scope: Annotated[
        str, typer.Option("--scope", help="authentication-only, read-users, manage-users, read-all or manage-all.")
    ],
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Make a credential.  Its secret is shown here and nowhere else."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        made = actions.create(c, name, scope, actor=ACTOR, now=now_ms())
    if json:
        print_json({"client_id": made.credential.client_id, "client_secret": made.secret})
    else:
        say(f"Client ID      {made.credential.client_id}")
        say(f"Client secret  {made.secret}")
        say("Keep the secret now: it is not shown again.")


@credential_app.command("list")
def show(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """List the credentials."""
    with opened(data, database_url, key_file) as engine, engine.db.read() as c:
        found = store.everything(c)
    for one in found:
        if json:
            print_json(
                {
                    "name": one.name,
                    "client_id": one.client_id,
                    "scope": one.scope.value,
                    "created_at": one.created_at,
                    "created_by": one.created_by,
                    "used_at": one.used_at,
                }
            )
        else:
            used = f"last asked for a token {iso(one.used_at)}" if one.used_at else "never used"
            say(f"{one.name}\t{NAMES[one.scope]}\tcreated {iso(one.created_at)}\t{used}")


@credential_app.command("delete")
def delete(
    name: Name, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Delete a credential; its tokens are good for nothing at once."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        actions.remove(c, name, actor=ACTOR, now=now_ms())
    if json:
        print_json({"name": name})
    else:
        say(f"{name} has been deleted; its tokens are good for nothing from now on.")


@credential_app.command("limit")
def limit(
    calls: Annotated[int | None, typer.Argument(metavar="CALLS", help="Calls an hour; 0 for any number.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    json: Json = False,
) -> None:
    """Show how many calls all programs together have in an hour, or change that."""
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        if calls is not None:
            actions.set_calls_per_hour(c, calls, actor=ACTOR, now=now_ms())
        now = actions.calls_per_hour(c)
    if json:
        print_json({"calls_per_hour": now})
    else:
        say(f"{now:,} calls an hour" if now else "Calls are not limited.")
