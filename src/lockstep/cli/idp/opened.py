"""Opens the identity provider's database and key for a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lockstep.cli.options import place
from lockstep.idp.apps.tokens import store as tokens
from lockstep.idp.provisioning.durable import Dbos, engine_url
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.signin.certificates.store import all_certificates
from lockstep.idp.storage import open_idp
from lockstep.kit.vault import open_vault

WITNESS = "LOCKSTEP_WITNESS"


@contextmanager
def opened(data: Path | None, database_url: str | None, key_file: Path | None, witness: Path | None = None) -> Iterator[Engine]:
    """The engine on the data that the options name, with a second witness, if there is one.  Raises Problem."""
    outside = os.environ.get(WITNESS, "")
    witness = witness or (Path(outside) if outside else None)
    where = place(data, database_url, key_file)
    database = open_idp(where.data, where.database_url)
    try:
        with database.read() as c:
            needs_key = tokens.any_token(c) or bool(all_certificates(c))
        vault = open_vault(where.key_file, may_create=not needs_key)
        yield Engine(database, vault, durable=Dbos(engine_url(database)), folder=where.data, witness=witness)
    finally:
        database.close()
