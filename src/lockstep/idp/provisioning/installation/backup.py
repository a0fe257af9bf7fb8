"""Makes a backup: a consistent copy of the database beside a running server, and a manifest that says what it holds."""

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from lockstep import __version__
from lockstep.idp import events
from lockstep.idp.eventlog import store as eventlog
from lockstep.idp.events import Event, EventType
from lockstep.idp.migrations import HEAD
from lockstep.idp.provisioning.installation import store
from lockstep.kit.clock import iso
from lockstep.kit.db import Database, SqliteDatabase
from lockstep.kit.problems import Problem

FORMAT = "lockstep idp backup 1"
DATABASE, KEY, MANIFEST = "idp.db", "key", "manifest.json"


def key_id(key_file: Path) -> str:
    """Names a key without telling it; "" where there is none.  Raises Problem for a file that is no key."""
    try:
        key = bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        raise Problem(f"{key_file} is not a key that can be read") from None
    return hashlib.sha256(b"lockstep key id|" + key).hexdigest()[:16]


def make(db: Database, folder: Path, key_file: Path, now: int, *, with_key: bool, actor: str = "admin") -> dict[str, Any]:
    """Write a backup into `folder`, which is made or empty; its manifest.

    On PostgreSQL the manifest and, where it is asked for, the key: the database is `pg_dump`'s job.  Raises Problem.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Problem(f"{folder} is not empty: a backup goes into a folder of its own")
        holds_key = with_key and key_file.exists()
        with db.write(serial=events.SERIAL) as c:
            notes = "with the key" if holds_key else "without the key"
            events.append(c, Event(type=EventType.BACKUP_MADE, actor=actor, notes=notes), now)
            head = str(eventlog.head(c) or "")
        copied = _copy(db, folder / DATABASE) if isinstance(db, SqliteDatabase) else None
        if holds_key:
            _copy_private(key_file, folder / KEY)
        with db.read() as c:
            known = store.read(c)
        manifest = {
            "format": FORMAT,
            "software": __version__,
            "schema": HEAD,
            "made_at": iso(now),
            "installation": "" if known is None else known.id,
            "database": copied,
            "holds_key": holds_key,
            "key_id": key_id(key_file),
            "events_head": head,
        }
        _write(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    except (OSError, sqlite3.Error) as error:
        raise Problem(f"the backup in {folder} could not be made: {error}") from None
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a backup says of itself.  Raises Problem where there is none, or where it was damaged."""
    try:
        found = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        raise Problem(f"{folder} is not a backup: there is no {MANIFEST} that can be read") from None
    if found.get("format") != FORMAT:
        raise Problem(f"{folder} is not a backup of this program: {MANIFEST} has another format")
    copied = found.get("database")
    if not isinstance(copied, dict):
        raise Problem(f"{folder} holds no database: it is in what pg_dump wrote. Restore that with pg_restore")
    try:
        digest = digest_of(folder / DATABASE)
    except OSError:
        digest = ""
    if digest != copied.get("sha256"):
        raise Problem(f"{folder / DATABASE} is not what the manifest says: the backup is damaged")
    return found


def digest_of(file: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _copy(db: SqliteDatabase, to: Path) -> dict[str, Any]:
    source, copy = sqlite3.connect(db.path), sqlite3.connect(to)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, which needs no others beside it
        (said,) = copy.execute("PRAGMA quick_check").fetchone()
    finally:
        source.close()
        copy.close()
    if said != "ok":
        raise Problem(f"the copy of the database is not sound: {said}")
    to.chmod(0o600)
    _flush(to)
    return {"file": DATABASE, "sha256": digest_of(to), "bytes": to.stat().st_size}


def _copy_private(source: Path, to: Path) -> None:
    _write(to, source.read_bytes())


def _write(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def copy_into(source: Path, to: Path) -> None:
    """Copy a file, readable by its owner alone, on the disk when it returns."""
    shutil.copyfile(source, to)
    to.chmod(0o600)
    _flush(to)


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
