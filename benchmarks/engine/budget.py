"""How much of what a target gives is used: a rate that we are told, and one that we are not.

`python -m benchmarks.engine.budget [--seconds N]`.  The centre refuses with 429 what is over its rate, and says nothing else;
what it took, and when, is read from its own trail.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine import rosters
from benchmarks.engine.received import Arrived, trail_of
from benchmarks.engine.scenario import Scenario
from benchmarks.support import center, machine
from benchmarks.support.center import NAME
from benchmarks.support.text import heading, say, table

SECONDS = 60
MEMBERS = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """What the target gives, and what we are told that it gives (requests a second); the share that has to be used."""

    name: str
    given: float
    told: float
    aim: float
    refusals: bool


LIMITS = (
    Limit("told: 20 a second, as AWS gives", 20, 20, 0.97, refusals=False),
    Limit("not told: it gives 12, we are set to 20", 12, 20, 0.90, refusals=True),
    Limit("not told: it gives 12, we are set to 100", 12, 100, 0.90, refusals=True),
)


@dataclass(frozen=True, slots=True)
class Used:
    """What came of one run: requests taken and refused, the seconds from the first to the last, the share of what is given."""

    taken: int
    refused: int
    seconds: float
    share: float


def used(found: Sequence[Arrived], limit: Limit) -> Used:
    """From the trail of a run.  To who goes over its rate a target also gives what it has saved up in a second."""
    moments = sorted(one.at for one in found if one.taken)
    seconds = (moments[-1] - moments[0]) / 1000
    gives = limit.given * (seconds + (1 if limit.told > limit.given else 0))
    return Used(len(moments), len(found) - len(moments), seconds, (len(moments) - 1) / gives)


def measure(limit: Limit, seconds: float) -> Used:
    """A first run into a centre with that limit, as large as takes so long."""
    people = int(seconds * limit.given / (1 + 1 / MEMBERS))
    roster = rosters.made(people, [MEMBERS] * (people // MEMBERS))
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as name:
        folder = Path(name)
        tenant = center.made(folder / "center", rate=limit.given)
        with center.running(tenant.data) as server, trail_of(tenant.data, NAME) as trail:
            scenario = Scenario(folder, tenant, server, f"rate={limit.told:g}")
            scenario.load(roster)
            before = max((one.number for one in trail.since()), default=0)
            scenario.sync("first run", 0)
            return used(trail.since(before), limit)


def run(*, seconds: float = SECONDS) -> None:
    """All limits."""
    heading("Engine: the budget of requests")
    rows = []
    for limit in LIMITS:
        got = measure(limit, seconds)
        aim = f"{limit.aim:.0%}{'' if limit.refusals else ', no 429'}"
        rows.append((limit.name, f"{got.taken:,}", f"{got.refused:,}", f"{got.seconds:.1f}", f"{got.share:.1%}", aim))
    table(("the target's limit", "requests", "429", "seconds", "used", "aim"), rows)


def main() -> None:
    """`python -m benchmarks.engine.budget`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.budget", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each run should take")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    run(seconds=seconds)
    say("")


if __name__ == "__main__":
    main()
