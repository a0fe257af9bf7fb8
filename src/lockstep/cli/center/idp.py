"""`lockstep center idp …` and `lockstep center metadata`: the identity providers of an instance, and what they need of it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.center.events import Operation
from lockstep.center.instances import origin
from lockstep.center.instances.actions import named
from lockstep.center.instances.idps import actions
from lockstep.center.instances.idps.certificates import certificate_of, warnings_of
from lockstep.center.instances.idps.records import IdentityProvider
from lockstep.cli.center.opened import call, opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import note, print_json, say
from lockstep.kit.clock import iso, now_ms
from lockstep.kit.problems import Problem

app = typer.Typer(no_args_is_help=True)


@app.command()
def trust(
    name: str,
    *,
    metadata: Annotated[Path, typer.Option(help="The identity provider's SAML metadata.")],
    idp_name: Annotated[str | None, typer.Option(help="What people see; at first its entity id.")] = None,
    unsolicited: Annotated[
        bool | None, typer.Option("--unsolicited/--no-unsolicited", help="Whether sign-ins may begin there; at first they may.")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Trust an identity provider.  One that is trusted already gets the new metadata, certificates included."""
    from lockstep.saml.metadata import read_idp_metadata
    from lockstep.saml.problems import SamlProblem

    try:
        read = read_idp_metadata(metadata.read_bytes())
    except OSError as error:
        raise Problem(f"the metadata file cannot be read: {error}") from None
    except SamlProblem as problem:
        raise Problem(f"{metadata} cannot be used: {problem.detail}") from None
    with opened(data, database_url, key_file) as database, database.write() as connection:
        made = actions.trust(connection, call(Operation.TRUST_IDP), name, read, idp_name, unsolicited)
        count = len(actions.every(connection, name))
    _show(made, as_json)
    if count > 1:
        note(f"{name} trusts {count} identity providers now: each of them can sign in everybody of this instance")
    for remark in actions.remarks(read):
        note(f"{made.name}: {remark}")


@app.command("list")
def list_idps(
    name: str, *, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, as_json: Json = False
) -> None:
    """List the identity providers that an instance trusts."""
    with opened(data, database_url, key_file) as database, database.read() as connection:
        found = actions.every(connection, name)
    for idp in found:
        _show(idp, as_json)


@app.command()
def remove(
    name: str,
    entity_id: str,
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
    as_json: Json = False,
) -> None:
    """Trust an identity provider no longer.  Sessions that it began end with it."""
    with opened(data, database_url, key_file) as database, database.write() as connection:
        actions.remove(connection, call(Operation.REMOVE_IDP), name, entity_id)
    if as_json:
        print_json({"entity_id": entity_id, "removed": True})
    else:
        say(f"{name} trusts {entity_id} no longer; the sessions that it began have ended.")


def metadata(
    name: str,
    *,
    public_url: Annotated[str | None, typer.Option(help="The origin that browsers use; else that of the last `serve`.")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Print the service provider metadata of an instance, for its identity provider."""
    from lockstep.center.signin import provider

    with opened(data, database_url, key_file) as database, database.read() as connection:
        instance, known = named(connection, name), origin.origin(connection, public_url)
    sys.stdout.write(provider.metadata(known, instance).decode().rstrip("\n") + "\n")


def _show(idp: IdentityProvider, as_json: bool) -> None:
    now = now_ms()
    warnings = warnings_of(idp, now)
    if as_json:
        print_json(_shown(idp, now) | {"warnings": warnings})
    else:
        begins = "sign-ins may begin there" if idp.unsolicited else "sign-ins begin here only"
        read = [certificate_of(der, now) for der in idp.certificates]
        days = ", ".join(f"{iso(one.last_day)[:10]} (SHA-256 {one.sha256[:16]}…)" for one in read)
        say(f"{idp.name}  {idp.entity_id}  {begins}  certificates good until {days}")
    for warning in warnings:
        note(f"{idp.name}: {warning}")


def _shown(idp: IdentityProvider, now: int) -> dict[str, Any]:
    certificates = [certificate_of(der, now) for der in idp.certificates]
    return {
        "entity_id": idp.entity_id,
        "name": idp.name,
        "unsolicited": idp.unsolicited,
        "sso": {binding.name.lower(): location for binding, location in idp.sso.items()},
        "certificates": [
            {"sha256": one.sha256, "last_day": iso(one.last_day), "days_left": one.days_left} for one in certificates
        ],
        "created_at": iso(idp.created_at),
        "updated_at": iso(idp.updated_at),
    }
