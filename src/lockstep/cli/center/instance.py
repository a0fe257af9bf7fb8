"""`lockstep center instance …`."""

from typing import Annotated, Any

import typer

from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.center.instances.profiles import setting_of
from lockstep.center.instances.records import Instance
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import print_json, say
from lockstep.kit.clock import iso

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    name: str,
    *,
    profile: Annotated[str, typer.Option(help="How the SCIM endpoint behaves: aws or rfc.")] = "aws",
    setting: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE instead of what the profile says; may be given several times.")
    ] = None,
    region: Annotated[str, typer.Option(help="The AWS Region that this instance says it is in.")] = "us-east-1",
    rate: Annotated[float | None, typer.Option(help="Requests a second; more are answered 429.  AWS: 20.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Create an instance."""
    settings = dict(setting_of(text) for text in setting or [])
    request = call(Operation.CREATE_INSTANCE, name=name, profile=profile, settings=settings, region=region, rate=rate)
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.create(connection, request, name, profile=profile, settings=settings, region=region, rate=rate)
    if as_json:
        print_json(_shown(made))
    else:
        say(f"Instance {made.name} ({made.instance_arn}), SCIM path {made.scim_path}, portal {made.start_path}")


@app.command("set")
def set_settings(
    name: str,
    settings: Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="session_minutes=60")],
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Change settings of an instance; they count from the next request on."""
    given = dict(setting_of(text) for text in settings)
    request = call(Operation.UPDATE_INSTANCE, name=name, settings=given)
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.change_settings(connection, request, name, given)
    if as_json:
        print_json({"name": made.name, "settings": {key: getattr(made.profile, key) for key in given}})
    else:
        say(f"{made.name}: {' '.join(f'{key}={getattr(made.profile, key)}' for key in given)}")


@app.command("list")
def list_instances(
    *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """List the instances."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        for instance in actions.every(connection):
            if as_json:
                print_json(_shown(instance) | _details(instance))
            else:
                state = "provisioning enabled" if instance.provisioning else "provisioning off"
                say(f"{instance.name}  {instance.instance_arn}  {instance.identity_store_id}  {instance.region}  {state}")


def _shown(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "instance_arn": instance.instance_arn,
        "identity_store_id": instance.identity_store_id,
        "tenant_id": instance.tenant_id,
        "scim_path": instance.scim_path,
        "start_path": instance.start_path,
    }


def _details(instance: Instance) -> dict[str, Any]:
    return {
        "region": instance.region,
        "profile": instance.profile.name,
        "rate": instance.rate,
        "provisioning": instance.provisioning,
        "session_minutes": instance.profile.session_minutes,
        "created_at": iso(instance.created_at),
    }
