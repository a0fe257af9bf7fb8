"""`lockstep center serve`."""

from typing import Annotated

import typer

from lockstep.cli.options import Data, DatabaseUrl, KeyFile


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8090,
    public_url: Annotated[str | None, typer.Option(help="The origin that clients see, behind a proxy: https://…")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    key_file: KeyFile = None,
) -> None:
    """Serve every instance of this centre.  Prints `ready http://…` on standard error once it answers."""
    from lockstep.center.app import build
    from lockstep.cli.center.opened import opened
    from lockstep.kit.serving import serve as run

    with opened(data, database_url, key_file) as database:
        run(build(database, public_url=public_url), host, port)
