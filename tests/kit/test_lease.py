"""Leases of a SQLite file: one holder among all processes, and none that outlives its process."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lockstep.kit.db import SqliteDatabase
from lockstep.kit.lease import FileLease, lease_of

SECONDS = 60
HOLD = """
import subprocess, sys, time
from pathlib import Path
from lockstep.kit.db import SqliteDatabase
from lockstep.kit.lease import lease_of
place, child = sys.argv[1:]
lease = lease_of(SqliteDatabase(Path(place)), "worker")
taken = lease.take()
if child == "child":
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=sys.stdin, stdout=subprocess.DEVNULL)
sys.stdout.write(f"{taken}\\n")
sys.stdout.flush()
time.sleep(600)
"""


@contextmanager
def other_process(database: SqliteDatabase, *, child: bool = False) -> Iterator[tuple[bool, "subprocess.Popen[str]"]]:
    """Another process that takes the lease and stays; whether it got it.  With `child` it leaves a process behind."""
    command = [sys.executable, "-c", HOLD, str(database.path), "child" if child else "none"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            taken = process.stdout.readline()
            assert taken in ("True\n", "False\n")
            yield taken == "True\n", process
        finally:
            process.kill()


def soon(found: Callable[[], bool]) -> bool:
    """Whether it becomes so: a server needs a moment to see that a client is gone."""
    until = time.monotonic() + SECONDS
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    return SqliteDatabase(tmp_path / "idp.db")


@pytest.fixture
def lease(database: SqliteDatabase) -> Iterator[FileLease]:
    lease = lease_of(database, "worker")
    yield lease
    lease.release()


def test_the_holder_takes_it_again(lease: FileLease) -> None:
    assert lease.take()
    assert lease.take()


def test_one_release_gives_it_back_however_often_it_was_taken(lease: FileLease, database: SqliteDatabase) -> None:
    other = lease_of(database, "worker")
    assert lease.take()
    assert lease.take()
    assert not other.take()
    lease.release()
    lease.release()  # what is not held can be released
    assert soon(other.take)
    assert not lease.take()
    other.release()


def test_a_lease_of_another_name_is_another_one(lease: FileLease, database: SqliteDatabase) -> None:
    other = lease_of(database, "backup")
    assert lease.take()
    assert other.take()
    other.release()


def test_two_processes(lease: FileLease, database: SqliteDatabase) -> None:
    with other_process(database) as (taken, _):
        assert taken
        assert not lease.take()
    assert soon(lease.take)
    with other_process(database) as (taken, _):
        assert not taken


@pytest.mark.parametrize("child", [False, True])
def test_a_killed_holder_frees_it_also_where_a_child_of_it_lives_on(
    lease: FileLease, database: SqliteDatabase, child: bool
) -> None:
    with other_process(database, child=child) as (taken, process):
        assert taken
        assert not lease.take()
        process.send_signal(signal.SIGKILL)
        assert process.wait(SECONDS) == -signal.SIGKILL
        assert soon(lease.take)


def test_taking_never_waits(lease: FileLease, database: SqliteDatabase) -> None:
    with other_process(database) as (taken, _):
        assert taken
        start = time.monotonic()
        assert [lease.take() for _ in range(10)] == [False] * 10
        assert time.monotonic() - start < SECONDS / 2


def test_files_beside_each_other_have_leases_of_their_own(tmp_path: Path) -> None:
    leases = [lease_of(SqliteDatabase(tmp_path / name), "worker") for name in ("idp.db", "center.db")]
    assert [lease.take() for lease in leases] == [True, True]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["center-worker.lock", "idp-worker.lock"]
    for lease in leases:
        lease.release()
