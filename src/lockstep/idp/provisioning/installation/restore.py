"""Takes a backup back into a data folder: what was there is put aside, and nothing is sent before somebody has looked."""

from pathlib import Path
from typing import Any

from lockstep.idp import events
from lockstep.idp.eventlog.outside import NAME as SEAL
from lockstep.idp.provisioning.installation import actions
from lockstep.idp.provisioning.installation.backup import DATABASE, KEY, copy_into, key_id, read_manifest
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import iso
from lockstep.kit.lease import FileLease
from lockstep.kit.problems import Problem

_BESIDE = ("-wal", "-shm", "-journal")
_REPLACED = (DATABASE, "idp-engine.db", SEAL)


def take(source: Path, data: Path, key_file: Path, now: int, *, actor: str = "admin") -> dict[str, Any]:
    """Restore the backup in `source` into the folder `data`; `{apps, aside, key}`.

    The key comes from the backup, where it holds it, into `key_file`, else it is the one that is there.  Raises Problem, which
    changes nothing: no backup, a damaged one, a key that does not open it, a server that is at work.
    """
    manifest = read_manifest(source)
    from_backup = bool(manifest["holds_key"])
    there = key_id(key_file)
    needed = str(manifest.get("key_id", ""))
    if not from_backup and there != needed:
        what = f"{key_file} is another key" if there else f"there is no key in {key_file}"
        raise Problem(f"the backup does not hold its key, and {what}: give the one it was made with, --key-file FILE")
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lease = FileLease(data / "idp-worker.lock")
        if not lease.take():
            raise Problem(f"a worker is at work on {data}: stop the server first")
        try:
            aside = _replace(source, data, now)
            if from_backup and there != needed:
                _put_key(source / KEY, key_file, aside)
        finally:
            lease.release()
    except OSError as error:
        raise Problem(f"the backup could not be restored into {data}: {error}") from None
    words = f"restored from a backup of {manifest['made_at']}"
    database = open_idp(data, None)
    try:
        with database.write(serial=events.SERIAL) as c:
            held = actions.restored(c, words, now, actor=actor)
    finally:
        database.close()
    return {"apps": [app.name for app in held], "aside": str(aside) if aside.exists() else "", "key": from_backup}


def _replace(source: Path, data: Path, now: int) -> Path:
    """Put the database into its place, and what was there aside; where."""
    part = data / f"{DATABASE}.restoring"
    copy_into(source / DATABASE, part)
    aside = data / f"before-restore-{iso(now).replace(':', '')}"
    for name in _REPLACED:
        for file in (data / name, *(data / f"{name}{suffix}" for suffix in _BESIDE)):
            if file.exists():
                aside.mkdir(mode=0o700, exist_ok=True)
                file.rename(aside / file.name)
    part.rename(data / DATABASE)
    return aside


def _put_key(source: Path, key_file: Path, aside: Path) -> None:
    if key_file.exists():
        aside.mkdir(mode=0o700, exist_ok=True)
        key_file.rename(aside / KEY)
    copy_into(source, key_file)
