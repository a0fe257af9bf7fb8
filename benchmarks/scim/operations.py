"""The operations, each as a file of requests for `replay.lua`; the same people in the same order for every server."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec

from benchmarks.scim import people
from benchmarks.scim.loading import GROUPS, PEOPLE, Loaded

MEMBERS = 100
CREATES = 60_000
PATCHES = 60_000
GROUP_PATCHES = 10_000
_PAGES = PEOPLE // 100
_STRIDE = 7919
"""Has no divisor in common with PEOPLE: steps of it meet everybody once, and nobody beside the one before."""
_encode = msgspec.json.encode

Request = tuple[str, str, people.Json | None]
"""Method, path below the base, body."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `writes` says that each burst begins from the same people again."""

    requests: Callable[[Loaded], Iterator[Request]]
    writes: bool = False


def _chosen(seed: int, among: int, count: int) -> Iterator[int]:
    chance = random.Random(seed)
    return (chance.randrange(among) for _ in range(count))


def _get(loaded: Loaded) -> Iterator[Request]:
    return (("GET", f"/Users/{loaded.users[number]}", None) for number in _chosen(1, PEOPLE, PEOPLE))


def _filter(_loaded: Loaded) -> Iterator[Request]:
    texts = (quote(f'userName eq "{people.user_name(number)}"', safe="") for number in _chosen(2, PEOPLE, PEOPLE))
    return (("GET", f"/Users?filter={text}", None) for text in texts)


def _list(loaded: Loaded) -> Iterator[Request]:
    """Pages anywhere in the list, by cursor where the server has them, else by position."""
    for number in _chosen(3, _PAGES - 1, 1000):
        where = f"cursor={quote(loaded.cursors[number], safe='')}" if loaded.cursors else f"startIndex={100 * number + 101}"
        yield "GET", f"/Users?{where}&count=100", None


def _create(_loaded: Loaded) -> Iterator[Request]:
    return (("POST", "/Users", people.user(PEOPLE + number)) for number in range(CREATES))


def _patch(loaded: Loaded) -> Iterator[Request]:
    for turn, number in enumerate(_chosen(4, PEOPLE, PATCHES)):
        yield "PATCH", f"/Users/{loaded.users[number]}", people.title(f"Engineer {turn}")


def _patch_in_vain(loaded: Loaded) -> Iterator[Request]:
    body = people.title(str(people.user(0)["title"]))
    return (("PATCH", f"/Users/{loaded.users[number]}", body) for number in _chosen(5, PEOPLE, PEOPLE))


def _add_members(loaded: Loaded) -> Iterator[Request]:
    """100 people from anywhere who are not in the group yet, one group after the other."""
    for turn in range(GROUP_PATCHES):
        start = turn % GROUPS * 37 + turn // GROUPS * MEMBERS * _STRIDE
        ids = [loaded.users[(start + number * _STRIDE) % PEOPLE] for number in range(MEMBERS)]
        yield "PATCH", f"/Groups/{loaded.groups[turn % GROUPS]}", people.added(ids)


OPERATIONS: Mapping[str, Operation] = {
    "get": Operation(_get),
    "filter userName eq": Operation(_filter),
    "list of 100": Operation(_list),
    "create": Operation(_create, writes=True),
    "PATCH": Operation(_patch, writes=True),
    "PATCH that changes nothing": Operation(_patch_in_vain, writes=True),
    "group +100 members": Operation(_add_members, writes=True),
}


def write(operation: Operation, loaded: Loaded, base: str, file: Path) -> None:
    """The file of requests."""
    with file.open("wb") as out:
        for method, path, body in operation.requests(loaded):
            out.write(f"{method}\t{base}{path}\t".encode() + (b"" if body is None else _encode(body)) + b"\n")
