"""`lockstep center serve`."""

from typing import Annotated

import typer

from lockstep.cli.options import Data, DatabaseUrl, KeyFile, place


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")] = 8090,
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

        def bound(url: str) -> list[str]:
            with database.write() as connection:
                before = origin.known(connection)
                origin.note(connection, public_url or url)
            remarks = []
            if before not in (None, public_url or url):
                told = "give the metadata to every identity provider again"
                remarks.append(f"lockstep: the public URL was {before} and is {public_url or url}: {told}")
            if not origin.is_safe(public_url or url):
                way = "that takes --public-url https://…, or loopback"
                remarks.append(f"lockstep: people cannot sign in by {public_url or url}: {way}")
            return remarks

        run(build(database, public_url=public_url, vault=vault), host, port, bound=bound)
