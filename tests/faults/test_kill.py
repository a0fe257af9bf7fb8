"""kill -9 of the identity provider at random moments of a sync: nothing is lost, nothing is there twice."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults.pair import APP, Pair, pair
from tests.support.company import Company
from tests.support.postgres import PostgresServer
from tests.support.sides import Process

pytestmark = pytest.mark.slow

KILLS = 10
MOST_TRIES = 40
RATE = 200
LONGEST = 1.5
"""Seconds after the beginning of a run in which it is killed."""
PEOPLE, GROUPS, SEATS = 300, 60, 2000


@contextmanager
def database_urls(kind: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, str] | None]:
    """Two empty PostgreSQL databases, or None for SQLite."""
    if kind == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as one, server.database() as other:
        yield one, other


def of_a_command(both: Pair) -> list[Process]:
    """A sync by hand."""
    return [both.idp.begin("sync", APP, "--json")]


def of_a_server(both: Pair) -> list[Process]:
    """A server with its worker inside, which finds by itself what there is to do."""
    return [both.idp.begin("serve", "--port", "0")]


def of_a_worker(both: Pair) -> list[Process]:
    """A worker beside a server without one."""
    return [both.idp.begin("worker"), both.idp.begin("serve", "--port", "0", "--no-worker")]


WAYS = (of_a_command, of_a_server, of_a_worker)


def kill_once(both: Pair, number: int, rng: random.Random) -> bool:
    """Start the identity provider in one of its ways and kill it; whether that hit a run that was under way."""
    with ExitStack() as ends:
        processes = [ends.enter_context(process) for process in WAYS[number % len(WAYS)](both)]
        if not both.wait_for_work(processes[0]):
            return False
        time.sleep(rng.uniform(0, LONGEST))
        alive = processes[0].running and both.at_work()
        for process in processes:
            process.kill()
    return alive and both.at_work()


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_kills(kind: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rng = random.Random(seed)
    company = Company.made(rng, people=PEOPLE, groups=GROUPS, seats=SEATS)
    with database_urls(kind, request) as urls, pair(tmp_path, company, seed, urls, RATE) as both:
        hits = tries = 0
        while hits < KILLS:
            assert tries < MOST_TRIES, f"only {hits} of {tries} kills hit a run"
            hits += kill_once(both, tries, rng)
            tries += 1
            if not both.at_work():
                both.reorganise()
        sys.stderr.write(f"seed {seed}, {kind}: {hits} kills in runs, of {tries}\n")
        (result,) = both.idp.must("sync", APP, "--json").lines()
        assert result["failed"] == 0
        both.assert_equal()
        both.assert_quiet()
