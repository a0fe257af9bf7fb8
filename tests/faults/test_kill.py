"""kill -9 of the identity provider at random moments of a sync: nothing is lost, nothing is there twice."""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
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
LONGEST = 1.0
"""Seconds after the first request of a run in which it is killed."""
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


@dataclass(slots=True)
class Score:
    """How many kills fell where."""

    tries: int = 0
    in_runs: int = 0
    in_batches: int = 0
    """With requests of which nobody had written down what became of them."""


def kill_once(both: Pair, score: Score, rng: random.Random) -> None:
    """Start the identity provider in one of its ways, and kill it at some moment after its first request."""
    before = both.requests()
    with ExitStack() as ends:
        processes = [ends.enter_context(process) for process in WAYS[score.tries % len(WAYS)](both)]
        score.tries += 1
        if not both.wait_for_requests(processes[0], before):
            return
        time.sleep(rng.uniform(0, LONGEST))
        alive = processes[0].running
        for process in processes:
            process.kill()
    if alive and both.at_work():
        score.in_runs += 1
        score.in_batches += both.in_flight() > 0


@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 12), ("postgresql", 11)])
def test_ten_kills(kind: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rng = random.Random(seed)
    company = Company.made(rng, people=PEOPLE, groups=GROUPS, seats=SEATS)
    with database_urls(kind, request) as urls, pair(tmp_path, company, seed, urls, RATE) as both:
        score = Score()
        while score.in_runs < KILLS or score.in_batches < KILLS // 3:
            assert score.tries < MOST_TRIES, f"too few kills hit a run: {score}"
            kill_once(both, score, rng)
            if not both.at_work():
                both.reorganise()
        sys.stderr.write(f"seed {seed}, {kind}: {score}\n")
        (result,) = both.idp.must("sync", APP, "--json").lines()
        assert result["failed"] == 0
        both.assert_equal()
        both.assert_quiet()
