"""A hundred kill -9 of the identity provider in the middle of what it sends: nothing is lost, nothing is there twice, and each
kill costs no more than what was in flight.

The kills are shared by several pairs at once, since a process that takes up a dead one's run waits a second before it does
(DBOS looks for such runs once a second).  Each life is a process of its own, forked from one that has imported the command, and
is killed after a random number of requests, wherever it is by then.
"""

import copy
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lockstep.center.events import Operation
from lockstep.idp.provisioning.apply import BATCH
from lockstep.idp.provisioning.opening import AT_ONCE
from tests.faults.pair import APP, POLL_SECONDS, Pair, pair
from tests.support.company import Company
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

KILLS, PAIRS = 100, 4
MOST_LIVES = 3
"""For each kill that hit a run."""
RATE = 2_000
LONGEST = 120
"""Requests in the middle of which a life is killed at the latest: a clock that a busy machine does not hurry."""
PEOPLE, GROUPS, SEATS = 300, 50, 700
WORDS = (("sync", APP, "--json"), ("worker",))
LOOK_UPS = 2
"""Reads for a create of which it is not known whether it was done: a user by externalId and by userName, a group by its name,
and its members."""
READS = (Operation.LIST_USERS, Operation.LIST_GROUPS, Operation.GET_USER, Operation.GET_GROUP)
WRITES = (
    *(Operation.CREATE_USER, Operation.PATCH_USER, Operation.DELETE_USER),
    *(Operation.CREATE_GROUP, Operation.PATCH_GROUP, Operation.DELETE_GROUP),
)


@dataclass(slots=True)
class Score:
    """What the kills of one pair hit, and what all that was wanted costs at least."""

    floor: int
    lives: int = 0
    kills: int = 0
    """In a run, with more to do."""
    in_batches: int = 0
    """With changes that were claimed, of which nobody had written down what became of them."""
    claimed: int = 0
    """How many those were, all together."""


def live_and_die(both: Pair, score: Score, rng: random.Random) -> None:
    """One life: it goes on with what the last one left, and is killed."""
    before = both.requests()
    score.lives += 1
    with both.idp.begin(*rng.choice(WORDS), warm=True) as life:
        if both.wait_for_requests(life, before + rng.randrange(LONGEST)):
            time.sleep(rng.uniform(0, POLL_SECONDS))
        alive = life.running
        life.kill()
    claimed = both.in_flight()
    assert claimed <= BATCH
    score.claimed += claimed
    if alive and both.at_work():
        score.kills += 1
        score.in_batches += claimed > 0


def kill_again_and_again(both: Pair, kills: int, rng: random.Random) -> Score:
    """So many kills that hit a run; whenever all is done, the next day of the company begins.  Then it is let to end."""
    score = Score(both.company.requests_since(Company()))
    while score.kills < kills:
        assert score.lives < MOST_LIVES * kills, f"too few kills hit a run: {score}"
        live_and_die(both, score, rng)
        if not both.at_work():
            before = copy.deepcopy(both.company)
            both.reorganise()
            score.floor += both.company.requests_since(before)
    (result,) = both.idp.must("sync", APP, "--json").lines()
    assert result["failed"] == 0
    both.assert_equal()
    assert_within_bounds(both, score)
    both.assert_quiet()
    return score


def assert_within_bounds(both: Pair, score: Score) -> None:
    """Every object was made once (`assert_equal`); a kill costs at most the batch that was in flight, and look-ups.

    A batch is claimed as a whole, and what came of it is written down as a whole: what was done of it is said again.  Creates
    are looked for instead, AT_ONCE together; a kill among the look-ups has those AT_ONCE looked for again.
    """
    done = both.center.done()
    writes, reads = sum(done[name] for name in WRITES), sum(done[name] for name in READS)
    assert score.floor <= writes <= score.floor + score.claimed, f"{score}: {done}"
    assert reads <= LOOK_UPS * (score.claimed + AT_ONCE * score.lives), f"{score}: {done}"


@contextmanager
def databases(kind: str, request: pytest.FixtureRequest) -> Iterator[list[tuple[str, str] | None]]:
    """For each pair two empty PostgreSQL databases, or None for SQLite."""
    with ExitStack() as ends:
        if kind == "sqlite":
            yield [None] * PAIRS
            return
        server: PostgresServer = request.getfixturevalue("postgres")
        yield [(ends.enter_context(server.database()), ends.enter_context(server.database())) for _ in range(PAIRS)]


@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 31), ("postgresql", 32)])
def test_a_hundred_kills(kind: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    def one(number: int, urls: tuple[str, str] | None) -> Score:
        rng = random.Random(f"{seed} {number}")
        company = Company.made(rng, people=PEOPLE, groups=GROUPS, seats=SEATS)
        folder = tmp_path / str(number)
        folder.mkdir()
        with pair(folder, company, seed + number, urls, RATE) as both:
            return kill_again_and_again(both, KILLS // PAIRS, rng)

    sys.stderr.write(f"{kind}, seed {seed}\n")
    with databases(kind, request) as urls, ThreadPoolExecutor(PAIRS) as threads:
        scores = list(threads.map(one, range(PAIRS), urls))
    sys.stderr.write("\n".join(map(str, scores)) + "\n")
    assert sum(score.kills for score in scores) >= KILLS
    assert sum(score.in_batches for score in scores) >= KILLS // 5
