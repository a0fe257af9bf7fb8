"""The machine in general words, and how long its disk takes to keep something."""

import os
import platform
import statistics
import time
from pathlib import Path

from benchmarks.support.text import say

BUSY = 0.5
"""Load per core above which absolute figures are worth nothing."""


def describe(folder: Path) -> None:
    """Say what the figures were made on; `folder` is where the data will lie."""
    cores = os.cpu_count() or 1
    say(f"- {platform.system()} {platform.machine()}, {cores} cores shared by servers and load generators, {_memory()}")
    say(f"- Python {platform.python_version()}; one fsync takes {fsync_ms(folder):.2f} ms")
    load = os.getloadavg()[0]
    remark = "; busy with other work, so only ratios within one run mean anything" if load > BUSY * cores else ""
    say(f"- load average before the run {load:.1f}{remark}")


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"


def fsync_ms(folder: Path, times: int = 100) -> float:
    """The median of appending 4 KiB to a file in `folder` and waiting until the disk has it."""
    file = folder / "fsync"
    taken = []
    with file.open("wb", buffering=0) as out:
        for _ in range(times):
            out.write(b"\0" * 4096)
            began = time.perf_counter()
            os.fsync(out.fileno())
            taken.append(time.perf_counter() - began)
    file.unlink()
    return statistics.median(taken) * 1000
