"""`lockstep idp serve | worker`."""

from typing import Annotated

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.idp.signin import PublicUrl
from lockstep.cli.options import Data, DatabaseUrl, KeyFile
from lockstep.cli.output import note
from lockstep.kit.web.origins import checked_public_url


def mount(app: typer.Typer) -> None:
    """Add the server's commands to `lockstep idp`."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8080,
    public_url: PublicUrl = None,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave provisioning to `lockstep idp worker`.")] = False,
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
    with opened(data, database_url, key_file) as engine:
        run(
            build(engine, worker=not no_worker),
            host,
            port,
            bound=lambda url: _moved(place(engine, public or url), public or url),
        )


def _moved(before: str, now: str) -> None:
    if before not in ("", now) and not _only_the_port(before, now):
        note(f"lockstep: the public URL was {before} and is {now}: give the metadata to every service provider again")


def _only_the_port(before: str, now: str) -> bool:
    """On this machine alone: a server on a free port, as tests and trials have it."""
    return all(url.startswith("http://127.0.0.1:") for url in (before, now))


def worker(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None) -> None:
    """Do the provisioning for a server that runs with --no-worker."""
    from lockstep.idp.app import work_until_stopped

    with opened(data, database_url, key_file) as engine:
        work_until_stopped(engine)
