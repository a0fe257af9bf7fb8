"""Bursts against the sides in turn."""

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.scim import operations
from benchmarks.scim.generator import Load, burst
from benchmarks.scim.sides import Side, Up

WARM_SECONDS = 1
PATIENCE = (1, 5)
"""A burst without any answer, which a busy machine has, is repeated so many times as long."""
IN_FLIGHT = 100
"""Lines that the warm-up may have taken and not counted."""


@dataclass(slots=True)
class Measured:
    """The bursts of one operation against one side, and the seconds that a core was busy in the server for each."""

    loads: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Answers a second, the lowest first."""
        return sorted(load.rate for load in self.loads)

    @property
    def rate(self) -> float:
        """The median of the rates."""
        return statistics.median(self.rates)

    @property
    def cpu_us(self) -> float:
        """Microseconds of a core for one request: what is left to compare where other work keeps the machine busy."""
        return sum(self.cpu) / sum(load.answered for load in self.loads) * 1e6

    @property
    def p99_ms(self) -> float:
        """The median of the 99th percentiles."""
        return statistics.median(load.p99_ms for load in self.loads)


def measure(title: str, sides: Sequence[Side], files: Mapping[str, Path], *, rounds: int, seconds: int) -> dict[str, Measured]:
    """The sides in turn, round after round.  A write begins each burst from the same people; reads share a server."""
    operation = operations.OPERATIONS[title]
    found = {side.name: Measured() for side in sides}
    with ExitStack() as shared:
        up: dict[str, Up] = {}
        for _ in range(rounds):
            for side in sides:
                if operation.writes:
                    with side.fresh() as alone:
                        _one(found[side.name], alone, files[side.name], seconds, warm=True)
                    continue
                warm = side.name not in up
                if warm:
                    up[side.name] = shared.enter_context(side.fresh())
                _one(found[side.name], up[side.name], files[side.name], seconds, warm=warm)
    return found


def _one(measured: Measured, up: Up, file: Path, seconds: int, *, warm: bool) -> None:
    target, server = up
    first = burst(target, file, WARM_SECONDS).sent + IN_FLIGHT if warm else 0
    for patience in PATIENCE:
        busy = server.cpu()
        load = burst(target, file, seconds * patience, first)
        if load.answered:
            measured.loads.append(load)
            measured.cpu.append(server.cpu() - busy)
            return
    raise RuntimeError(f"{file.stem}: no answer within {seconds * PATIENCE[-1]} s: too busy to measure anything")


def prepared(title: str, sides: Sequence[Side], folder: Path) -> dict[str, Path]:
    """The files of requests for each side."""
    files = {}
    for side in sides:
        files[side.name] = folder / f"{side.name}-{title.replace(' ', '-')}"
        operations.write(operations.OPERATIONS[title], side.loaded, side.base, files[side.name])
    return files
