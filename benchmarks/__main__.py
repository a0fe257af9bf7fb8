"""`make bench`: every figure, in less than half an hour on two idle cores; `python -m benchmarks --quick` for the way there."""

import argparse
import tempfile
from pathlib import Path

from benchmarks.console import pages
from benchmarks.directory import mappings
from benchmarks.engine import budget, latency, planning
from benchmarks.engine import report as engine
from benchmarks.scim import report as scim
from benchmarks.support import machine
from benchmarks.support.text import heading


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short bursts, and nothing large: shows that it works")
    quick = parser.parse_args().quick
    heading("Machine")
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    engine.run(quick=quick)
    if quick:
        planning.run([(1_000, 100, 5_000)])
        budget.run(seconds=5)
        latency.run(people=1_000, edits=20)
        pages.run(people=1_000)
        mappings.run(people=1_000)
        scim.run(rounds=1, seconds=1)
    else:
        planning.run()
        budget.run()
        latency.run()
        pages.run()
        mappings.run()
        scim.run()


if __name__ == "__main__":
    main()
