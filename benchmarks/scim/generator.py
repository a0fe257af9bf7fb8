"""Sends prepared requests and counts answers: by `wrk`, or by a Python process where wrk is not there."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.support.processes import command

CONNECTIONS = 16
_SLACK = 30
_SCRIPT = Path(__file__).with_name("replay.lua")


class Load(msgspec.Struct, frozen=True):
    """What came of one burst.  `refused` are answers that were no success, `lost` requests that got none."""

    answered: int
    seconds: float
    refused: int
    lost: int
    sent: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


@dataclass(frozen=True, slots=True)
class Target:
    """A SCIM endpoint: the origin, the path in front of `/Users`, the token."""

    origin: str
    base: str
    token: str


def has_wrk() -> bool:
    """Whether wrk is there."""
    return shutil.which("wrk") is not None


def name() -> str:
    """Which generator it is, in words."""
    if has_wrk():
        return "wrk"
    return "a Python process (wrk is not there: `apt-get install wrk`; without it reads are bounded by the generator)"


def burst(target: Target, file: Path, seconds: int, first: int = 0) -> Load:
    """Send the requests in `file`, from line `first` on, for `seconds`.  Raises RuntimeError where an answer is no success."""
    arguments = (file, target.token, str(first))
    how: tuple[str | Path, ...]
    if has_wrk():
        wrk = ("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s")
        how = (*wrk, "-s", _SCRIPT, target.origin, "--", *arguments)
    else:
        how = (sys.executable, "-m", "benchmarks.scim.replay", target.origin, str(seconds), *arguments)
    out = command(*how, seconds=seconds + _SLACK, folder=Path(__file__).parents[2]).out
    found = next(line for line in out.splitlines() if line.startswith("{"))
    load = msgspec.json.decode(found, type=Load)
    if load.refused or load.lost:
        raise RuntimeError(f"{file.stem}: {load.refused} of {load.answered} refused, {load.lost} lost")
    return load
