"""Leases: one holder among all processes, and none that outlives its process."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from lockstep.kit.db import Database, PostgresDatabase, SqliteDatabase
from lockstep.kit.lease import AdvisoryLease, FileLease, Lease, lease_of
from tests.support.postgres import PostgresServer

SECONDS = 60
HOLD = """
import subprocess, sys, time
from pathlib import Path
from lockstep.kit.db import PostgresDatabase, SqliteDatabase
from lockstep.kit.lease import lease_of
kind, place, child = sys.argv[1:]
database = SqliteDatabase(Path(place)) if kind == "sqlite" else PostgresDatabase(place)
lease = lease_of(database, "worker")
taken = lease.take()
if child == "child":
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=sys.stdin, stdout=subprocess.DEVNULL)
sys.stdout.write(f"{taken}\\n")
sys.stdout.flush()
time.sleep(600)
"""


@contextmanager
def other_process(database: Database, *, child: bool = False) -> Iterator[tuple[bool, "subprocess.Popen[str]"]]:
    """Another process that takes the lease and stays; whether it got it.  With `child` it leaves a process behind."""
    place = str(database.path) if isinstance(database, SqliteDatabase) else getattr(database, "url", "")
    command = [sys.executable, "-c", HOLD, database.dialect, place, "child" if child else "none"]
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
def lease(each_database: Database) -> Iterator[Lease]:
    lease = lease_of(each_database, "worker")
    yield lease
    lease.release()


def test_each_database_has_its_own_kind(tmp_path: Path) -> None:
    assert isinstance(lease_of(SqliteDatabase(tmp_path / "x.db"), "worker"), FileLease)
    assert isinstance(lease_of(PostgresDatabase("postgresql://nowhere"), "worker"), AdvisoryLease)
    with pytest.raises(TypeError):
        lease_of(Database(), "worker")


def test_the_holder_takes_it_again(lease: Lease) -> None:
    assert lease.take()
    assert lease.take()


def test_one_release_gives_it_back_however_often_it_was_taken(lease: Lease, each_database: Database) -> None:
    other = lease_of(each_database, "worker")
    assert lease.take()
    assert lease.take()
    assert not other.take()
    lease.release()
    lease.release()  # what is not held can be released
    assert soon(other.take)
    assert not lease.take()
    other.release()


def test_a_lease_of_another_name_is_another_one(lease: Lease, each_database: Database) -> None:
    other = lease_of(each_database, "backup")
    assert lease.take()
    assert other.take()
    other.release()


def test_two_processes(lease: Lease, each_database: Database) -> None:
    with other_process(each_database) as (taken, _):
        assert taken
        assert not lease.take()
    assert soon(lease.take)
    with other_process(each_database) as (taken, _):
        assert not taken


@pytest.mark.parametrize("child", [False, True])
def test_a_killed_holder_frees_it_also_where_a_child_of_it_lives_on(lease: Lease, each_database: Database, child: bool) -> None:
    with other_process(each_database, child=child) as (taken, process):
        assert taken
        assert not lease.take()
        process.send_signal(signal.SIGKILL)
        assert process.wait(SECONDS) == -signal.SIGKILL
        assert soon(lease.take)


def test_taking_never_waits(lease: Lease, each_database: Database) -> None:
    with other_process(each_database) as (taken, _):
        assert taken
        start = time.monotonic()
        assert [lease.take() for _ in range(10)] == [False] * 10
        assert time.monotonic() - start < SECONDS / 2


def test_databases_of_one_server_have_leases_of_their_own(postgres: PostgresServer) -> None:
    with postgres.database() as one, postgres.database() as other:
        leases = [AdvisoryLease(url, "worker") for url in (one, other)]
        assert [lease.take() for lease in leases] == [True, True]
        for lease in leases:
            lease.release()


def test_files_beside_each_other_have_leases_of_their_own(tmp_path: Path) -> None:
    leases = [lease_of(SqliteDatabase(tmp_path / name), "worker") for name in ("idp.db", "center.db")]
    assert [lease.take() for lease in leases] == [True, True]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["center-worker.lock", "idp-worker.lock"]
    for lease in leases:
        lease.release()


def _end_backends(url: str) -> None:
    """As an administrator, a failover or a restart does."""
    with psycopg.connect(url, autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchall()
    assert (True,) in ended


def test_a_terminated_backend_loses_it(postgres_url: str) -> None:
    holder, other = AdvisoryLease(postgres_url, "worker"), AdvisoryLease(postgres_url, "worker")
    assert holder.take()
    _end_backends(postgres_url)
    assert other.take()
    assert not holder.take()  # it does not believe that it still has it
    other.release()
    assert soon(holder.take)
    holder.release()


def test_a_terminated_backend_takes_it_again_if_nobody_did(postgres_url: str) -> None:
    holder, other = AdvisoryLease(postgres_url, "worker"), AdvisoryLease(postgres_url, "worker")
    assert holder.take()
    _end_backends(postgres_url)
    assert holder.take()
    assert not other.take()
    holder.release()
    other.release()
