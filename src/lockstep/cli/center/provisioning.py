"""`lockstep center provisioning …`."""

import typer

from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.center.instances.records import Instance, NewToken
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import note, print_json, say
from lockstep.kit.clock import iso

app = typer.Typer(no_args_is_help=True)


@app.command()
def enable(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Switch the SCIM endpoint on, and show its first token: here and nowhere else."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        instance, made = actions.enable_provisioning(connection, call(Operation.ENABLE_PROVISIONING, name=name), name)
    show_new_token(instance, made, as_json)


@app.command()
def disable(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Switch the SCIM endpoint off, once its tokens are deleted.  Users and groups stay."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        actions.disable_provisioning(connection, call(Operation.DISABLE_PROVISIONING, name=name), name)
    if as_json:
        print_json({"name": name, "provisioning": False})
    else:
        say(f"Automatic provisioning of {name} is off.  Its users and groups are still there.")


def show_new_token(instance: Instance, made: NewToken, as_json: bool) -> None:
    """Print a token, at the one moment when it can be seen."""
    expires_at = iso(made.expires_at)
    if as_json:
        print_json({"scim_path": instance.scim_path, "token": made.token, "token_id": made.token_id, "expires_at": expires_at})
        return
    say(f"SCIM path     {instance.scim_path}")
    say(f"Access token  {made.token}")
    say(f"Token ID      {made.token_id}")
    say(f"Expires       {expires_at}")
    note("Keep the token now: it is not shown again.")
