"""Runs every operation and prints what came of it."""

import argparse
import tempfile
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.scim import generator, sides
from benchmarks.scim.loading import PEOPLE
from benchmarks.scim.measuring import Measured, measure, prepared
from benchmarks.scim.operations import OPERATIONS
from benchmarks.scim.sides import Ours, Side
from benchmarks.support import machine
from benchmarks.support.text import heading, number, say, table

ROUNDS, SECONDS = 5, 2
OURS, PEER = "Lockstep", "scimmy"


def run(*, rounds: int = ROUNDS, seconds: int = SECONDS, only: Collection[str] = ()) -> None:
    """The whole benchmark, or the operations named in `only`."""
    heading(f"SCIM operations at {PEOPLE:,} users, {generator.CONNECTIONS} connections")
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        all_sides: list[Side] = [Ours(folder)]
        why = sides.why_no_peer()
        if not why:
            all_sides.append(stack.enter_context(sides.scimmy(folder)))
        say(f"- Lockstep: one process, SQLite, synchronous=FULL. {_about_peer(why)}")
        say(f"- {rounds} bursts of {seconds} s for each, in turn, after a warm-up; sent by {generator.name()}")
        say("- CPU µs: how long a core of the server was busy for one request; it moves less on a busy machine than req/s\n")
        rows = []
        for title in only or OPERATIONS:
            operation = OPERATIONS[title]
            fsync = f"{machine.fsync_ms(folder):.2f}" if operation.writes else ""
            files = prepared(title, all_sides, folder)
            found = measure(title, all_sides, files, rounds=rounds, seconds=seconds)
            rows.append(_row(title, found, fsync))
            for file in files.values():
                file.unlink()
        _table(rows, with_peer=not why)


def _about_peer(why: str) -> str:
    if why:
        return f"The peer is missing ({why}), so our side stands alone."
    return "scimmy: express 4, everything in memory, maps by id and userName."


def _table(rows: list[tuple[str, ...]], *, with_peer: bool) -> None:
    both = ("scimmy req/s (min–max)", "ratio", "scimmy CPU µs", "ratio of CPU") if with_peer else ()
    table(("operation", "Lockstep req/s, median (min–max)", "p99 ms", "CPU µs", "fsync ms", *both), rows)


def _row(title: str, found: Mapping[str, Measured], fsync: str) -> tuple[str, ...]:
    ours = found[OURS]
    row = (title, _rates(ours), f"{ours.p99_ms:.1f}", f"{ours.cpu_us:.0f}", fsync)
    peer = found.get(PEER)
    if peer is None:
        return row
    cpu = f"{peer.cpu_us / ours.cpu_us:.1f}×" if ours.cpu_us else ""
    return (*row, _rates(peer), f"{ours.rate / peer.rate:.1f}×", f"{peer.cpu_us:.0f}", cpu)


def _rates(measured: Measured) -> str:
    rates = measured.rates
    return f"{number(measured.rate)} ({number(rates[0])}–{number(rates[-1])})"


def main() -> None:
    """`python -m benchmarks.scim`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scim", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="bursts of each operation against each server")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="length of a burst")
    parser.add_argument("--only", action="append", default=[], choices=[*OPERATIONS], help="only this operation")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    run(rounds=given.rounds, seconds=given.seconds, only=given.only)
