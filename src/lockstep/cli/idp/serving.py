"""`lockstep idp serve | worker`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lockstep.cli.idp.opened import WITNESS, opened
from lockstep.cli.idp.signin import PublicUrl
from lockstep.cli.options import Data, DatabaseUrl, Json, KeyFile
from lockstep.cli.output import note, print_json, say
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.actions import token_of
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.fleet.showing import at_work
from lockstep.kit.web.origins import checked_public_url

Witness = Annotated[
    Path | None,
    typer.Option("--witness", envvar=WITNESS, help="A file on another disk, which shows that a backup was restored."),
]


def mount(app: typer.Typer) -> None:
    """Add the server's commands to `lockstep idp`."""
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("workers")(workers)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8080,
    public_url: PublicUrl = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave provisioning to `lockstep idp worker`.")] = False,
    witness: Witness = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Serve the identity provider, its worker inside.  Prints `ready http://…` on standard error once it answers.

    Its SAML addresses are those of --public-url, or else of where it listens.
    """
    from lockstep.idp.app import build, place
    from lockstep.kit.serving import serve as run

    public = None if public_url is None else checked_public_url(public_url)
    with opened(data, database_url, key_file, witness) as engine:
        _check_key(engine)
        site = build(engine, worker=not no_worker)
        run(site, host, port, bound=lambda url: _moved(place(engine, public or url), public or url), stopping=site.stopping)


def _moved(before: str, now: str) -> list[str]:
    if before in ("", now):
        return []
    return [f"lockstep: the public URL was {before} and is {now}: give the metadata to every service provider again"]


def _check_key(engine: Engine) -> None:
    """Raises VaultError where the key file is not that of this data: better now than at the first sign-in."""
    from lockstep.idp.signin.certificates import actions as certificates  # slow to import, as all that signs

    with engine.db.read() as c:
        for app in apps.all_apps(c):
            token_of(c, engine.vault, app)
        active = certificates.active(c)
    if active is not None:
        certificates.key_of(active, engine.vault)


def worker(witness: Witness = None, data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None) -> None:
    """Do the provisioning for a server that runs with --no-worker."""
    from lockstep.idp.app import work_until_stopped

    with opened(data, database_url, key_file, witness) as engine:
        if engine.fleet.busy():
            others = "joins it" if engine.fleet.side_by_side else "stands by"
            note(f"lockstep: another worker is at work on this data; this one {others}")
        work_until_stopped(engine)


def workers(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None, json: Json = False) -> None:
    """Show who does the provisioning, and which apps each one works on now."""
    with opened(data, database_url, key_file) as engine:
        found = at_work(engine.db, engine.fleet)
    if json:
        for one in found:
            print_json(one)
    elif not found:
        say("No worker is at work. Start one: lockstep idp serve, or lockstep idp worker")
    else:
        for one in found:
            busy = ", ".join(one["apps"])
            say(f"{one['worker']}: {f'works on {busy}' if busy else 'has nothing to do now'}{_since(one)}")


def _since(one: dict[str, Any]) -> str:
    return f" (on {one['host']}, process {one['pid']}, since {one['since']})" if "host" in one else ""
