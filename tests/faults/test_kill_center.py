"""kill -9 of the identity centre in the middle of its work: what was answered with success is there when it is back."""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.faults.pair import APP, pair
from tests.faults.test_kill import GROUPS, PEOPLE, SEATS, database_urls
from tests.faults.world import stranger
from tests.support.company import Company
from tests.support.sides import Center, Side

pytestmark = pytest.mark.slow

KILLS = 5
RATE = 100
WRITERS = 8
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_in_the_middle_of_a_sync(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What the identity provider was told is done is there; and the rest comes."""
    rng = random.Random(21)
    company = Company.made(rng, people=PEOPLE, groups=GROUPS, seats=SEATS)
    with database_urls(kind, request) as urls, pair(tmp_path, company, 21, urls, RATE) as both:
        hits = 0
        while hits < KILLS:
            with both.idp.begin("sync", APP, "--json") as sync:
                while hits < KILLS and both.wait_for_requests(sync, both.requests()):
                    time.sleep(rng.uniform(0, 1))
                    both.center.kill()
                    hits += sync.running and both.at_work()
                    both.center.start()
                sync.wait()
            users, groups, members = both.acknowledged()
            there = {user["id"] for user in both.center.users()}
            held = {group["id"]: {member["value"] for member in group["members"]} for group in both.center.groups()}
            assert users <= there
            assert groups <= held.keys()
            assert members <= {(group, user) for group, inside in held.items() for user in inside}
            if hits < KILLS:
                both.reorganise()
        sys.stderr.write(f"{kind}: {hits} kills of the centre in runs\n")
        both.idp.must("app", "start", APP)
        (result,) = both.idp.must("sync", APP, "--json").lines()
        assert result["failed"] == 0
        both.assert_equal()
        both.assert_quiet()


@dataclass(slots=True)
class Told:
    """What the centre has answered with success."""

    users: dict[str, str] = field(default_factory=dict)
    """id → displayName."""
    members: set[str] = field(default_factory=set)
    """Ids put into the one group."""
    gone: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Writers:
    """Clients that write all the time, and remember what they were told."""

    session: aiohttp.ClientSession
    url: Callable[[], str]
    group: str
    told: Told = field(default_factory=Told)
    stop: bool = False
    number: int = 0
    news: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released for each user made."""

    async def heard(self, users: int) -> None:
        """Wait until so many more were made."""
        while self.news.locked() is False:
            await self.news.acquire()
        for _ in range(users):
            await self.news.acquire()

    async def write(self, rng: random.Random) -> None:
        """One client: people come, change, are put into the group, and some go."""
        while not self.stop:
            with suppress(aiohttp.ClientError):
                await self._one(rng)
            await asyncio.sleep(0.001)

    async def _one(self, rng: random.Random) -> None:
        self.number += 1
        number = self.number
        status, body = await self._send("POST", "/Users", stranger(number))
        if status != 201:
            return
        self.news.release()
        user = body["id"]
        self.told.users[user] = f"Stranger {number}"
        what = rng.randrange(3)
        if what == 0:
            del self.told.users[user]  # while it is being asked for, either name is right
            status, _ = await self._send("PATCH", f"/Users/{user}", patch("replace", "displayName", "Changed"))
            if status == 200:
                self.told.users[user] = "Changed"
        elif what == 1:
            change = patch("add", "members", [{"value": user}])
            if (await self._send("PATCH", f"/Groups/{self.group}", change))[0] == 204:
                self.told.members.add(user)
        else:
            del self.told.users[user]
            if (await self._send("DELETE", f"/Users/{user}", None))[0] == 204:
                self.told.gone.add(user)

    async def _send(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.request(method, self.url() + path, json=body) as response:
            raw = await response.read()
            return response.status, await response.json() if raw else {}


def patch(op: str, path: str, value: Any) -> dict[str, Any]:
    """A PATCH with one operation."""
    return {"schemas": [PATCH], "Operations": [{"op": op, "path": path, "value": value}]}


async def write_and_kill(center: Center, rng: random.Random) -> tuple[Told, str]:
    """Write while the centre is killed again and again; what it has told, and the group."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {center.token}"}) as session:
        async with session.post(f"{center.scim_url}/Groups", json={"displayName": "All"}) as response:
            group = str((await response.json())["id"])
        writers = Writers(session, lambda: center.scim_url, group)
        tasks: list[Coroutine[Any, Any, None]] = [writers.write(random.Random(number)) for number in range(WRITERS)]
        running = [asyncio.create_task(task) for task in tasks]
        for _ in range(KILLS):
            await writers.heard(20)
            await asyncio.sleep(rng.uniform(0, 0.3))
            center.kill()
            await asyncio.to_thread(center.start)
        writers.stop = True
        await asyncio.gather(*running)
        return writers.told, group


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_while_many_write(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with database_urls(kind, request) as urls:
        center = Center(Side("center", tmp_path / "center", urls[1] if urls else None))
        center.set_up()
        try:
            told, group = asyncio.run(write_and_kill(center, random.Random(5)))
            names = {user["id"]: user["displayName"] for user in center.users()}
            (held,) = [one for one in center.groups() if one["id"] == group]
        finally:
            center.kill()
    assert len(told.users) >= 20 * KILLS
    assert {user: names.get(user) for user in told.users} == told.users
    assert told.gone & names.keys() == set()
    assert told.members - {member["value"] for member in held["members"]} == set()
