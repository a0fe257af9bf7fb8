"""`lockstep idp certificate list | new | activate | remove`."""

from typing import Annotated, Any

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import note, print_json, say
from lockstep.idp import events
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.signin.certificates.records import Certificate
from lockstep.idp.signin.certificates.store import all_certificates
from lockstep.kit.clock import iso, now_ms

Number = Annotated[int, typer.Argument(metavar="ID", help="The certificate's number, as `list` shows it.")]

certificate_app = typer.Typer(no_args_is_help=True, help="The certificates that sign: a roll-over is new, activate, remove.")


def mount(app: typer.Typer) -> None:
    """Add the commands of certificates to `lockstep idp`."""
    app.add_typer(certificate_app, name="certificate")


def ensure_certificate(engine: Engine) -> None:
    """Make the first certificate where there is none."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    with engine.db.read() as c:
        if certificates.active(c) is not None:
            return
    key = certificates.make_key(now_ms())
    with engine.db.write(serial=events.SERIAL) as c:
        certificates.add_first(c, engine.vault, key, now_ms())


def warn(active: Certificate | None) -> None:
    """Say that the certificate that signs ends soon, if it does."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    if active is not None and certificates.ends_soon(active, now_ms()):
        note(
            f"lockstep: certificate {active.id} signs, and ends on {iso(active.not_after)}. "
            "Next: lockstep idp certificate new; give the metadata to every service provider; then activate it"
        )


def _certificate_json(one: Certificate) -> dict[str, Any]:
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    return {
        "id": one.id,
        "state": one.state.value,
        "fingerprint": one.fingerprint,
        "not_after": one.not_after,
        "days": certificates.days_left(one, now_ms()),
    }


@certificate_app.command("list")
def list_certificates(
    data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """List the certificates: metadata holds all of them, and only the active one signs."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    with opened(data, database_url, key_file) as engine:
        ensure_certificate(engine)
        with engine.db.write(serial=events.SERIAL) as c:
            certificates.warn(c, now_ms())
            found = all_certificates(c)
    for one in found:
        if json:
            print_json(_certificate_json(one))
        else:
            days = certificates.days_left(one, now_ms())
            say(f"{one.id:<4}{one.state.value:<10}until {iso(one.not_after)} ({days} days)  SHA-256 {one.fingerprint}")
    warn(next((one for one in found if one.state.value == "active"), None))


@certificate_app.command("new")
def new_certificate(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Make a certificate: metadata lists it, and it signs once it is activated."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    key = certificates.make_key(now_ms())
    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        made = certificates.add(c, engine.vault, key, now_ms())
    if json:
        print_json(_certificate_json(made))
        return
    say(f"Certificate {made.id} is made; it is {made.state.value}.")
    if made.state.value == "next":
        say(f"Give the metadata to every service provider (lockstep idp metadata NAME), then: {_command('activate', made.id)}")


def _command(verb: str, number: int) -> str:
    return f"lockstep idp certificate {verb} {number}"


@certificate_app.command("activate")
def activate_certificate(
    number: Number, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False
) -> None:
    """Sign with this certificate from now on; the one before stays in the metadata until it is removed."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        before = certificates.active(c)
        chosen = certificates.activate(c, number, now_ms())
    if json:
        print_json(_certificate_json(chosen))
        return
    say(f"Certificate {number} signs from now on. Whoever has not loaded the metadata since it was made refuses it.")
    if before is not None and before.id != number:
        say(f"In ten minutes nothing that certificate {before.id} signed is valid any more: {_command('remove', before.id)}")


@certificate_app.command("remove")
def remove_certificate(
    number: Number,
    now: Annotated[bool, typer.Option("--now", help="Also while what it signed may still be valid.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Take a certificate out of the metadata, and delete its key."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    with opened(data, database_url, key_file) as engine, engine.db.write(serial=events.SERIAL) as c:
        certificates.remove(c, number, now_ms(), at_once=now)
    say(f"Certificate {number} is removed. Give the metadata to every service provider again.")
