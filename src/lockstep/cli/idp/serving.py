"""`lockstep idp serve | worker`."""

from typing import Annotated

import typer

from lockstep.cli.idp.opened import opened
from lockstep.cli.options import Data, DatabaseUrl, KeyFile


def mount(app: typer.Typer) -> None:
    """Add the server's commands to `lockstep idp`."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8080,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave provisioning to `lockstep idp worker`.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Serve the identity provider, its worker inside.  Prints `ready http://…` on standard error once it answers."""
    from lockstep.idp.app import build
    from lockstep.kit.serving import serve as run

    with opened(data, database_url, key_file) as engine:
        run(build(engine, worker=not no_worker), host, port)


def worker(data: Data = None, database_url: DatabaseUrl = None, key_file: KeyFile = None) -> None:
    """Do the provisioning for a server that runs with --no-worker."""
    from lockstep.idp.app import work_until_stopped

    with opened(data, database_url, key_file) as engine:
        work_until_stopped(engine)
