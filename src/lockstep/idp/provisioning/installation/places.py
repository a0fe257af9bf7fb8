"""Where a database lies."""

import fcntl
import hashlib
import sys
from pathlib import Path
from typing import Any

from lockstep.idp.provisioning.installation.records import Place
from lockstep.kit.db import Connection, Database, PostgresDatabase, SqliteDatabase

MACHINE_ID = Path("/etc/machine-id")


def place_of(db: Database) -> Place:
    """Where the database lies now."""
    if isinstance(db, SqliteDatabase):
        status = db.path.stat()
        return Place(str(db.path.resolve()), str(status.st_dev), f"{status.st_ino}{_generation(db.path)}", machine())
    if isinstance(db, PostgresDatabase):
        return _of_server(db)
    raise TypeError(type(db))


_GET_VERSION = 0x80087601
"""Linux: FS_IOC_GETVERSION, by which file systems tell two files apart that have had one number after the other."""


def _generation(path: Path) -> str:
    """What tells a file from an earlier one with its number; "" where the file system does not say."""
    version = bytearray(8)
    try:
        with path.open("rb") as file:
            fcntl.ioctl(file, _GET_VERSION, version)
    except OSError:
        return ""
    return f"-{int.from_bytes(version, sys.byteorder)}"


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
