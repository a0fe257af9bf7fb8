"""`lockstep center attributes …`: attributes for access control."""

from typing import Annotated, Any

import typer

from lockstep.center.attributes import actions
from lockstep.center.attributes.records import Configuration, Precedence
from lockstep.center.events import Operation
from lockstep.center.instances.actions import named
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import counted, print_json, say

app = typer.Typer(no_args_is_help=True)


@app.command()
def enable(
    name: str,
    *,
    precedence: Annotated[
        Precedence | None, typer.Option(help="Whose value counts for a key that is configured and in the assertion, too.")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Enable attributes for access control; where they are enabled, change the precedence."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.enable(connection, call(Operation.CREATE_ACCESS_CONTROL), name, precedence)
    _show(name, made, as_json)


@app.command()
def disable(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Disable them, and forget the list.  Nothing is passed on then, not even what an identity provider sends."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        actions.disable(connection, call(Operation.DELETE_ACCESS_CONTROL), name)
    _show(name, None, as_json)


@app.command("set")
def set_attributes(
    name: str,
    attributes: Annotated[list[str], typer.Argument(metavar="KEY=SOURCE…", help="CostCenter='${path:enterprise.costCenter}'")],
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Set where the values of keys come from; other keys stay as they are."""
    given = [actions.attribute_of(text) for text in attributes]
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.set_attributes(connection, call(Operation.UPDATE_ACCESS_CONTROL), name, given)
    _show(name, made, as_json)


@app.command()
def remove(
    name: str,
    keys: list[str],
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Remove keys."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.remove_attributes(connection, call(Operation.UPDATE_ACCESS_CONTROL), name, keys)
    _show(name, made, as_json)


@app.command("list")
def list_attributes(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """Show whether they are enabled, and each key with its source."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        found = actions.configuration_of(connection, named(connection, name))
    if as_json:
        print_json(_shown(found))
        return
    _show(name, found, as_json=False)
    for attribute in found.attributes if found else ():
        say(f"{attribute.key}  {attribute.source}")


def _show(name: str, configuration: Configuration | None, as_json: bool) -> None:
    if as_json:
        print_json(_shown(configuration))
    elif configuration is None:
        say(f"Attributes for access control of {name} are disabled: sessions have no tags.")
    else:
        count = counted(len(configuration.attributes), "key")
        say(f"Attributes for access control of {name} are enabled: {count}, precedence {configuration.precedence.value}.")


def _shown(configuration: Configuration | None) -> dict[str, Any]:
    if configuration is None:
        return {"enabled": False, "precedence": None, "attributes": []}
    listed = [{"key": attribute.key, "source": attribute.source} for attribute in configuration.attributes]
    return {"enabled": True, "precedence": configuration.precedence.value, "attributes": listed}
