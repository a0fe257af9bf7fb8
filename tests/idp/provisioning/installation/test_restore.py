"""Restoring, with the key in the backup and without: what was there is kept, and every app waits to be looked at."""

import asyncio
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.eventlog import outside, sealing
from lockstep.idp.eventlog.verify import verify_and_keep
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions, backup, restore
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database
from lockstep.kit.lease import FileLease
from lockstep.kit.problems import Problem
from lockstep.kit.vault import open_vault
from tests.idp.provisioning.world import World, everyone

NOW = 1_800_000_000_000


@pytest.fixture
def data(empty_file: Path, tmp_path: Path) -> Path:
    """A data folder with an app and two people."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_file, folder / "idp.db")
    database = open_idp(folder, None)
    world = World(database, vault=open_vault(folder / "key", may_create=True))
    world.make_app()
    world.become(everyone("A", "B"))
    database.close()
    return folder


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    database = open_idp(data, None)
    yield database
    database.close()


def token_and_reasons(folder: Path, key: Path) -> tuple[str, list[str]]:
    """The app's token, opened with the key, and why apps are held."""
    database = open_idp(folder, None)
    with database.read() as c:
        token = apps.token_of(c, open_vault(key, may_create=False), apps.find_app(c, "aws"))
        reasons = [found.reason for _, found in actions.all_held(c)]
    database.close()
    return token, reasons


def test_with_the_key_into_a_new_folder(data: Path, database: Database, tmp_path: Path) -> None:
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=True)
    new = tmp_path / "new"
    result = restore.take(tmp_path / "b", new, new / "key", NOW)
    assert result == {"apps": ["aws"], "aside": "", "key": True}
    assert token_and_reasons(new, new / "key") == ("secret", ["restored from a backup of 2027-01-15T08:00:00Z"])


def test_without_the_key_it_needs_the_one_it_was_made_with(data: Path, database: Database, tmp_path: Path) -> None:
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=False)
    new = tmp_path / "new"
    with pytest.raises(Problem, match="does not hold its key, and there is no key in"):
        restore.take(tmp_path / "b", new, new / "key", NOW)
    open_vault(tmp_path / "other", may_create=True)
    with pytest.raises(Problem, match="is another key"):
        restore.take(tmp_path / "b", new, tmp_path / "other", NOW)
    assert not new.exists()
    kept = tmp_path / "safe" / "key"
    kept.parent.mkdir()
    shutil.copy(data / "key", kept)
    assert restore.take(tmp_path / "b", new, kept, NOW)["key"] is False
    assert token_and_reasons(new, kept)[0] == "secret"


def test_what_was_there_is_put_aside(data: Path, database: Database, tmp_path: Path) -> None:
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=True)
    database.close()
    before = (data / "idp.db").read_bytes()
    (data / "idp.db-wal").write_bytes(b"of the database before, and not to be taken for the new one's")
    (data / "idp-engine.db").write_bytes(b"x")
    aside = Path(restore.take(tmp_path / "b", data, data / "key", NOW)["aside"])
    assert aside.parent == data
    assert (aside / "idp.db").read_bytes() == before
    assert {file.name for file in aside.iterdir()} == {"idp.db", "idp.db-wal", "idp-engine.db"}
    assert token_and_reasons(data, data / "key")[1]


def test_the_events_are_whole_as_they_were_in_the_backup(data: Path, database: Database, tmp_path: Path) -> None:
    """What came after the backup is gone with it, and so is what knew of it."""
    vault, file = open_vault(data / "key", may_create=False), outside.file_of(database, data)
    sealing.seal(database, vault, NOW, file=file)
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=False)
    sealing.seal(database, vault, NOW, file=file)
    result = restore.take(tmp_path / "b", data, data / "key", NOW)
    assert (Path(result["aside"]) / outside.NAME).exists()
    restored = open_idp(data, None)
    assert verify_and_keep(restored, vault, NOW, file=file).broken is None
    assert sealing.seal(restored, vault, NOW, file=file) is None
    restored.close()


def test_another_key_that_was_there_is_put_aside_too(data: Path, database: Database, tmp_path: Path) -> None:
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=True)
    new = tmp_path / "new"
    open_vault(new / "key", may_create=True)
    other = (new / "key").read_text()
    aside = Path(restore.take(tmp_path / "b", new, new / "key", NOW)["aside"])
    assert (aside / "key").read_text() == other
    assert token_and_reasons(new, new / "key")[0] == "secret"


def test_not_under_a_worker(data: Path, database: Database, tmp_path: Path) -> None:
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=True)
    lease = FileLease(data / "idp-worker.lock")
    assert lease.take()
    before = (data / "idp.db").read_bytes()
    with pytest.raises(Problem, match="stop the server first"):
        restore.take(tmp_path / "b", data, data / "key", NOW)
    lease.release()
    assert (data / "idp.db").read_bytes() == before


def test_a_server_that_began_before_the_restore_works_on_what_was_restored(
    data: Path, database: Database, tmp_path: Path
) -> None:
    """It had the file before open when it took the lease, and left every job alone that was filed in the new one."""
    vault = open_vault(data / "key", may_create=False)
    backup.make(database, tmp_path / "b", data / "key", NOW, with_key=True)
    opened, restored, stop = threading.Event(), threading.Event(), threading.Event()

    def serve() -> None:
        with database.read() as c:
            jobs.queued(c)
        opened.set()
        restored.wait()
        asyncio.run(Engine(database, vault).serve(stop.is_set))

    server = threading.Thread(target=serve)
    server.start()
    opened.wait()
    restore.take(tmp_path / "b", data, data / "key", NOW)
    restored.set()
    asked = open_idp(data, None)
    try:
        with asked.read() as c:
            app = apps.find_app(c, "aws")
        number = Engine(asked, vault).order(app.id, "sync", {})
        assert "restored from a backup" in ended(asked, number)
    finally:
        stop.set()
        server.join()
        asked.close()


def ended(database: Database, number: int) -> str:
    """The error with which a job ended; "" where it did not end in time."""
    for _ in range(200):
        with database.read() as c:
            job = jobs.get(c, number)
        if job is not None and job.state == jobs.FAILED:
            return job.error
        time.sleep(0.05)
    return ""
