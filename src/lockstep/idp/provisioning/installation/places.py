"""Where a database lies."""

import ctypes
import hashlib
import os
import struct
from pathlib import Path
from typing import Any

from lockstep.idp.provisioning.installation.records import Place
from lockstep.kit.db import Connection, Database, PostgresDatabase, SqliteDatabase

MACHINE_ID = Path("/etc/machine-id")


def place_of(db: Database) -> Place:
    """Where the database lies now."""
    if isinstance(db, SqliteDatabase):
        status = db.path.stat()
        return Place(str(db.path.resolve()), str(status.st_dev), f"{status.st_ino}{_born(db.path)}", machine())
    if isinstance(db, PostgresDatabase):
        return _of_server(db)
    raise TypeError(type(db))


_HERE, _BIRTH, _SIZE = -100, 0x800, 256
"""AT_FDCWD, STATX_BTIME, and the bytes of `struct statx` (statx(2))."""


def _born(path: Path) -> str:
    """When a file was made, which tells it from an earlier one with its number; "" where nobody says.

    Never by opening it: to close a database's file ends the locks that this process holds on it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "statx"):
        return ""
    told = ctypes.create_string_buffer(_SIZE)
    if libc.statx(_HERE, os.fsencode(path), 0, _BIRTH, told) != 0:
        return ""
    (mask,) = struct.unpack_from("=I", told, 0)
    seconds, parts = struct.unpack_from("=qI", told, 80)
    return f"-{seconds}.{parts:09}" if mask & _BIRTH else ""


def machine() -> str:
    """A digest of the machine's id (the id itself is nobody's business); "" where it has none, as in most containers."""
    try:
        text = MACHINE_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return hashlib.sha256(f"lockstep {text}".encode()).hexdigest()[:16] if text else ""


def _of_server(db: PostgresDatabase) -> Place:
    """The server's own identifier, the database, the timeline; a server that does not tell them is known by the rest."""
    with db.read() as c:
        name, number = _row(c, "SELECT current_database(), oid FROM pg_database WHERE datname = current_database()")
        allowed = _row(
            c,
            "SELECT has_function_privilege('pg_control_system()', 'EXECUTE'), "
            "has_function_privilege('pg_control_checkpoint()', 'EXECUTE')",
        )
        (server,) = _row(c, "SELECT system_identifier FROM pg_control_system()") if allowed[0] else ("",)
        (line,) = _row(c, "SELECT timeline_id FROM pg_control_checkpoint()") if allowed[1] else ("",)
    return Place(f"{name} ({number}) of server {server or 'unknown'}", line=str(line))


def _row(c: Connection, text: str) -> tuple[Any, ...]:
    return tuple(c.raw.execute(text).fetchone())
