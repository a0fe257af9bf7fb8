"""Puts the same people and groups into a server, over its own SCIM endpoint."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.scim import people
from benchmarks.scim.generator import CONNECTIONS, Target

PEOPLE = 10_000
GROUPS = 1_000
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Loaded:
    """The ids that a server gave, in the order of the people and groups; and the cursor of every page but the first."""

    users: Sequence[str]
    groups: Sequence[str]
    cursors: Sequence[str]


def load(target: Target, *, cursors: bool) -> Loaded:
    """Make everybody.  Raises RuntimeError where the server refuses one, TimeoutError where it takes for ever."""
    return asyncio.run(asyncio.wait_for(_load(target, cursors=cursors), _SECONDS))


async def _load(target: Target, *, cursors: bool) -> Loaded:
    headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/scim+json"}
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(target.origin, headers=headers, connector=connector) as session:
        users = await _all(session, f"{target.base}/Users", people.user, PEOPLE)
        groups = await _all(session, f"{target.base}/Groups", people.group, GROUPS)
        pages = await _cursors(session, f"{target.base}/Users") if cursors else []
    return Loaded(users, groups, pages)


async def _all(session: aiohttp.ClientSession, path: str, body: Callable[[int], people.Json], count: int) -> list[str]:
    ids = [""] * count
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            async with session.post(path, json=body(number)) as response:
                if not response.ok:
                    raise RuntimeError(f"POST {path}: {response.status} {await response.text()}")
                ids[number] = (await response.json(content_type=None))["id"]

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
    return ids


async def _cursors(session: aiohttp.ClientSession, path: str) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        async with session.get(path, params={"cursor": cursor, "count": "100"}) as response:
            cursor = (await response.json(content_type=None)).get("nextCursor")
        if cursor:
            found.append(cursor)
    return found
