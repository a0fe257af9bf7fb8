"""kill -9 of a sync at chosen requests, one kill after the other: also in the middle of finding out what the last one left.

What the request asked for is done; its answer reaches nobody.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from lockstep.idp.storage import open_idp
from lockstep.kit.vault import KEY_BYTES
from tests.faults.conftest import company
from tests.faults.world import APP, World
from tests.support.faulty_target import FaultyTarget
from tests.support.sides import Process, Side

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`-th request of this sort from the start of the process."""

    method: str
    path: str
    number: int


LOOK_UP = "filter="
WAYS = {
    "once in the look-ups": [Point("POST", "/Users", 20), Point("GET", LOOK_UP, 2)],
    "again and again": [
        Point("POST", "/Users", 20),
        Point("GET", LOOK_UP, 1),
        Point("GET", LOOK_UP, 7),
        Point("POST", "/Users", 1),
        Point("POST", "/Groups", 5),
    ],
    "at changes": [
        Point("DELETE", "/Users", 1),
        Point("PATCH", "/Users", 1),
        Point("PATCH", "/Groups", 1),
        Point("DELETE", "/Groups", 1),
    ],
    "in a full check": [Point("POST", "/Users", 60), Point("GET", "/Users?cursor", 1), Point("GET", "/Groups?cursor", 1)],
}


@pytest.fixture
def world(tmp_path: Path, target: FaultyTarget) -> Iterator[World]:
    """A company that was not synced yet, in a folder that a process can open."""
    (tmp_path / "key").write_text(bytes(KEY_BYTES).hex())
    database = open_idp(tmp_path, None)
    yield World(database, target, company())
    database.close()


def kill_at(side: Side, target: FaultyTarget, point: Point, words: Sequence[str]) -> None:
    """Start a sync, and kill it when that request has arrived."""
    left = point.number
    reached = threading.Event()
    running: list[Process] = []

    def arriving(method: str, path: str) -> None:
        nonlocal left
        if method == point.method and point.path in path:
            left -= 1
            if left == 0:
                running[0].kill_now()
                reached.set()

    target.arriving = arriving
    with side.begin("sync", APP, *words) as process:
        running.append(process)
        process.wait()
    target.arriving = lambda _method, _path: None
    assert reached.is_set(), f"it ended before {point}: {''.join(process.said)}"


@pytest.mark.parametrize("way", WAYS)
def test_killed_at(world: World, tmp_path: Path, target: FaultyTarget, way: str) -> None:
    side = Side("idp", tmp_path)
    world.bring()
    if way == "at changes":
        side.must("sync", APP)
        world.company.dissolve(sorted(world.company.groups)[0])
        for key in sorted(world.company.people)[-2:]:
            world.company.leave(key)
        for person in world.company.people.values():
            person["department"] = "Elsewhere"
        world.company.seats |= {(group, sorted(world.company.people)[0]) for group in world.company.groups}
        world.bring()
    for point in WAYS[way]:
        kill_at(side, target, point, ["--full"] if "cursor" in point.path else [])
    (result,) = side.must("sync", APP, "--json").lines()
    assert (result["failed"], result["waiting"], result["held"]) == (0, 0, 0)
    world.assert_equal()
    assert set(target.store.created.values()) == {1}, "made twice"
    (result,) = side.must("sync", APP, "--full", "--json").lines()
    assert (result["requests"], result["check"]["differences"]) == (0, 0)
