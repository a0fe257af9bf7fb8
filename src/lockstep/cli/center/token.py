"""`lockstep center token …`."""

import typer

from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.cli.center.opened import call, opened
from lockstep.cli.center.provisioning import show_new_token
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.kit.clock import iso, now_ms

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Make a second token, to rotate the first one.  It is shown here and nowhere else."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        instance, made = actions.create_token(connection, call(Operation.CREATE_BEARER, name=name), name)
    show_new_token(instance, made, as_json)


@app.command("list")
def list_tokens(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """List the tokens of an instance, without their secrets; expired ones count towards the two that there may be."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        tokens = actions.list_tokens(connection, name)
    for token in tokens:
        shown = {
            "token_id": token.token_id,
            "created_at": iso(token.created_at),
            "expires_at": iso(token.expires_at),
            "expired": token.expires_at <= now_ms(),
            "last_used_at": None if token.last_used_at is None else iso(token.last_used_at),
        }
        if as_json:
            print_json(shown)
        else:
            state = "EXPIRED" if shown["expired"] else f"expires {shown['expires_at']}"
            say(f"{token.token_id}  created {shown['created_at']}  {state}  last used {shown['last_used_at'] or 'never'}")


@app.command()
def delete(
    name: str,
    token_id: str,
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Delete a token.  The next request with it is refused, by a running server too."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        actions.delete_token(connection, call(Operation.DELETE_BEARER, name=name, tokenId=token_id), name, token_id)
    if as_json:
        print_json({"token_id": token_id, "deleted": True})
    else:
        say(f"Token {token_id} has been deleted.")
