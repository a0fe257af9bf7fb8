"""`lockstep center serve`."""

from typing import Annotated

import typer

from lockstep.cli.options import Data, DatabaseUrl, KeyFile, place
from lockstep.cli.output import note


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
    from lockstep.center.instances import origin
    from lockstep.center.instances.keyring import open_keyring
    from lockstep.cli.center.opened import opened
    from lockstep.kit.serving import serve as run
    from lockstep.kit.web.origins import checked_public_url

    public_url = None if public_url is None else checked_public_url(public_url)
    with opened(data, database_url, key_file) as database:
        vault = open_keyring(database, place(data, database_url, key_file).key_file)

        def bound(url: str) -> None:
            with database.write() as connection:
                origin.note(connection, public_url or url)
            if not origin.is_safe(public_url or url):
                note(f"lockstep: people cannot sign in by {public_url or url}: that takes --public-url https://…, or loopback")

        run(build(database, public_url=public_url, vault=vault), host, port, bound=bound)
