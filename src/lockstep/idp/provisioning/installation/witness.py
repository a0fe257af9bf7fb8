"""A witness: a small file that says how far an installation has come, so that an older database is seen as such.

It is written, and on the disk, before what it speaks of is sent.
"""

import os
from pathlib import Path

import msgspec

from lockstep.idp.provisioning.installation.records import Written
from lockstep.kit.db import Database, SqliteDatabase
from lockstep.kit.problems import Problem

NAME = "idp-installation.json"
_NAME_LENGTH = 40
_LENGTH = 160
"""It has always the same length, within one sector: it is overwritten in its place, so that a batch costs one flush."""


def files_of(db: Database, folder: Path | None, outside: Path | None) -> tuple[Path, ...]:
    """Where the witnesses of a database are: beside SQLite's file (else in `folder`, if there is one), and `outside`."""
    beside = db.path.with_name(NAME) if isinstance(db, SqliteDatabase) else None if folder is None else folder / NAME
    return tuple(one for one in (beside, outside) if one is not None)


def read(file: Path) -> Written:
    """What it says.  A file that is missing, or damaged, says nothing."""
    try:
        said = msgspec.json.decode(file.read_bytes())
        return Written(str(file), str(said["installation"]), int(said["mark"]), str(said.get("worker", "")))
    except (OSError, msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError):
        return Written(str(file))


def write(file: Path, number: str, mark: int, worker: str = "") -> None:
    """Say that installation `number` has come to `mark`, by `worker`.  On the disk when it returns.  Raises Problem."""
    body = msgspec.json.encode({"installation": number, "mark": mark, "worker": worker[:_NAME_LENGTH]})
    data = body + b" " * (_LENGTH - len(body) - 1) + b"\n"
    try:
        new = not file.exists()
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, data, 0)
            os.ftruncate(descriptor, len(data))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _flush(file.parent)
    except OSError as error:
        raise Problem(f"the witness {file} cannot be written, so nothing is sent: {error.strerror}") from None


def _flush(folder: Path) -> None:
    """A new name is on the disk once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
