"""What `replay.lua` does, for machines without wrk: `python -m benchmarks.scim.replay ORIGIN SECONDS FILE TOKEN FIRST`."""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
import uvloop

from benchmarks.scim.generator import CONNECTIONS, Load

Line = tuple[str, str, bytes | None]


def _lines(file: Path, first: int) -> Iterator[Line]:
    parts = [line.split("\t", 2) for line in file.read_text().splitlines()]
    lines = [(method, path, body.encode() or None) for method, path, body in parts]
    first %= len(lines)
    return itertools.cycle([*lines[first:], *lines[:first]])


class _Burst:
    """One burst under way."""

    def __init__(self, session: aiohttp.ClientSession, lines: Iterator[Line], seconds: float) -> None:
        self._session = session
        self._lines = lines
        self._until = time.perf_counter() + seconds
        self.taken: list[float] = []
        self.refused = 0

    async def one_connection(self) -> None:
        while (began := time.perf_counter()) < self._until:
            method, path, body = next(self._lines)
            async with self._session.request(method, path, data=body) as response:
                await response.read()
                self.refused += not response.ok
            self.taken.append(time.perf_counter() - began)


async def replay(origin: str, seconds: float, file: Path, token: str, first: int) -> Load:
    """Send for `seconds` over all connections."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    lines = _lines(file, first)
    async with aiohttp.ClientSession(origin, headers=headers, connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        began = time.perf_counter()
        burst = _Burst(session, lines, seconds)
        await asyncio.gather(*(burst.one_connection() for _ in range(CONNECTIONS)))
        took = time.perf_counter() - began
    taken = sorted(burst.taken)
    middle, late = taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000
    return Load(len(taken), took, burst.refused, 0, len(taken), middle, late)


if __name__ == "__main__":
    _, _origin, _seconds, _file, _token, _first = sys.argv
    print(msgspec.json.encode(uvloop.run(replay(_origin, float(_seconds), Path(_file), _token, int(_first)))).decode())
