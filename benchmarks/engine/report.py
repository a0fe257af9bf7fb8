"""Runs the scenario for each roster and prints what came of it."""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.engine import rosters, scenario
from benchmarks.engine.peers import PEERS, Size, size_of
from benchmarks.engine.rosters import Roster
from benchmarks.engine.scenario import Step
from benchmarks.support import machine
from benchmarks.support.text import heading, number, say, table

UNEVEN = (0, 1, 5, 20, 99, 100, 101, 150, 200, 250, 400, 1000)
"""Members of groups that lie on and beside the limit of one request."""
SMALL: Mapping[str, Roster] = {
    "1,000 people, 100 groups, 5,000 memberships": rosters.made(1000, [50] * 100),
    "1,000 people, 12 groups of 0 to 1,000 members": rosters.made(1000, UNEVEN),
}
LARGE = (10_000, 1_000, 100)
"""People, groups, and members of each."""


def run(*, quick: bool) -> None:
    """The whole benchmark."""
    for name, roster in SMALL.items():
        _one(name, roster)
    if not quick:
        people, groups, members = LARGE
        roster = rosters.made(people, [members] * groups)
        _one(f"{people:,} people, {groups:,} groups, {groups * members:,} memberships", roster)


def _one(name: str, roster: Roster) -> None:
    heading(f"Engine: {name}")
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder, scenario.prepared(Path(folder)) as prepared:
        imported, steps = prepared.load(roster), list(scenario.walked(prepared, roster))
    table(
        ("step", "requests at the centre", "reads among them", "floor", "ratio", "seconds", "idp CPU s", "centre CPU s"),
        [_row(step) for step in steps],
    )
    say(f"\nThe import before it took {imported.seconds:.1f} s. Seconds are of the whole command, its start included.")
    for step in steps:
        if step.said != step.received.all:
            say(f"In `{step.name}` our engine says that it sent {step.said} requests.")
    _peers(size_of(roster), steps)


def _row(step: Step) -> tuple[str, ...]:
    got = step.received
    ratio = f"{got.all / step.floor:.3f}" if step.floor else "as the floor" if not got.all else "above"
    times = (f"{step.done.seconds:.2f}", f"{step.done.cpu:.2f}", f"{step.center_cpu:.2f}")
    return step.name, number(got.all), number(got.reads), number(step.floor), ratio, *times


def _peers(size: Size, steps: Sequence[Step]) -> None:
    ours = {step.name: step.received.all for step in steps}
    say("\nWhat others would send, derived from their code and not measured:\n")
    asked = ("first run", "no change", "+10 members in one group", "one edit")
    rows = [("Lockstep, counted", *(number(ours[name]) for name in asked))]
    for name, peer in PEERS.items():
        sent = (peer.first_run(size), peer.no_change(size), peer.ten_members(size), peer.one_edit(size))
        rows.append((name, *("fails" if one is None else number(one) for one in sent)))
    table(("requests", *asked), rows)


def main() -> None:
    """`python -m benchmarks.engine`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the roster of 10,000 people")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    run(quick=quick)
