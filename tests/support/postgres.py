"""Fresh PostgreSQL databases for tests: see `postgres_url` in tests/conftest.py."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support.postgres_server import INSTALL, SOURCES, STOP_SECONDS

SERVER_URL = "LOCKSTEP_TEST_POSTGRES_URL"
"""A running server to use instead of an own one."""
SOURCE = "LOCKSTEP_TEST_POSTGRES"
"""`system` or `wheel`: the only source to try."""
_ROOT = Path(__file__).parents[2]
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"


class PostgresMissing(Exception):
    """There is no PostgreSQL; the message says what to install."""


class PostgresServer:
    """A server in which databases can be made."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._spare: list[str] = []
        try:
            self._admin: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except psycopg.Error as error:
            raise PostgresMissing(f"No answer from the server: {error}\n{INSTALL}") from None

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, of which nothing is left at the end whoever is still connected.

        Making and dropping one costs the server a copy and a checkpoint, so that those that come back are emptied and lent
        again, under a new name.
        """
        name = f"lockstep_test_{secrets.token_hex(6)}"
        if self._spare:
            self._run(f'ALTER DATABASE "{self._spare.pop()}" RENAME TO "{name}"')
        else:
            self._run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield self._url_of(name)
        finally:
            self._take_back(name)

    def _take_back(self, name: str) -> None:
        spare = f"lockstep_spare_{secrets.token_hex(6)}"
        self._admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        self._run(f'ALTER DATABASE "{name}" RENAME TO "{spare}"')  # waits for those that were ended
        with psycopg.connect(self._url_of(spare), autocommit=True) as inside:
            for schema in inside.execute(_SCHEMAS).fetchall():
                inside.execute(f'DROP SCHEMA "{schema[0]}" CASCADE'.encode())
            inside.execute("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
            inside.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        self._spare.append(spare)

    def _url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def _run(self, statement: str) -> None:
        self._admin.execute(statement.encode())

    def setting(self, name: str) -> str:
        """A setting of the server, such as `fsync`."""
        row = self._admin.execute("SELECT current_setting(%s)", (name,)).fetchone()
        return str(row[0]) if row is not None else ""

    def close(self) -> None:
        """Drop what was lent, and close the connection that makes databases."""
        for name in self._spare:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._admin.close()


def sources(env: Mapping[str, str]) -> list[str]:
    """Where to look for a server, in order.  Raises PostgresMissing for a source that does not exist."""
    only = env.get(SOURCE)
    if only is None:
        return list(SOURCES)
    if only not in SOURCES:
        raise PostgresMissing(f"{SOURCE}={only}: it must be one of {', '.join(SOURCES)}")
    return [only]


@contextmanager
def postgres_server(env: Mapping[str, str] = os.environ, *, durable: bool = False) -> Iterator[PostgresServer]:
    """A server: the one that LOCKSTEP_TEST_POSTGRES_URL names, else one of our own.  Raises PostgresMissing."""
    named = env.get(SERVER_URL)
    if named and not durable:
        yield from _connected(named)
    else:
        with _own_server(env, durable=durable) as url:
            yield from _connected(url)


def _connected(url: str) -> Iterator[PostgresServer]:
    server = PostgresServer(url)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def _own_server(env: Mapping[str, str], *, durable: bool) -> Iterator[str]:
    """A server process that ends with this one: it reads a pipe that only this process holds open."""
    command = [sys.executable, "-m", "tests.support.postgres_server", *sources(env), *(["durable"] if durable else [])]
    keeper = subprocess.Popen(
        command, cwd=_ROOT, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        answer = json.loads(keeper.stdout.readline() or '{"problem": "the process that starts PostgreSQL died"}')
        if "problem" in answer:
            raise PostgresMissing(f"No PostgreSQL for the tests.\n{answer['problem']}\n{INSTALL}")
        yield str(answer["url"])
    finally:
        keeper.stdin.close()
        keeper.wait(3 * STOP_SECONDS + 10)
        keeper.stdout.close()
