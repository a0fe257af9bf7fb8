"""A second copy of the seal, in a file beside the key: whoever has the database alone cannot take it away.

On SQLite it lies beside the database's file, else in the folder of the key, one on each machine with a server.
"""

import os
from base64 import b64decode, b64encode
from pathlib import Path

from lockstep.idp.eventlog.records import BrokenSealError, Head, read_head
from lockstep.kit import log
from lockstep.kit.db import Database, SqliteDatabase
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

NAME = "idp-events.seal"
_WHERE = "events|seal outside|1"
_LONGEST = 10_000


def file_of(db: Database, folder: Path | None) -> Path | None:
    """Where it lies; `folder` is that of the key.  None where there is no such place."""
    if isinstance(db, SqliteDatabase):
        return db.path.with_name(NAME)
    return None if folder is None else folder / NAME


def read(file: Path | None, vault: Vault) -> Head | None:
    """The event that it knows; None where there is no file.  Raises BrokenSealError for one that this key has not made."""
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            return read_head(vault.open(b64decode(opened.read(_LONGEST), validate=False), _WHERE))
    except FileNotFoundError:
        return None
    except (Problem, ValueError, OSError):
        raise BrokenSealError from None


def write(file: Path | None, vault: Vault, head: Head) -> None:
    """Put it there, whole or not at all.  Where that cannot be done, the log says so, and the one in the database remains."""
    if file is None:
        return
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(b64encode(vault.seal(str(head), _WHERE)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        log.warning("the seal of the events cannot be kept beside the key", file=str(file), why=str(error.strerror))
