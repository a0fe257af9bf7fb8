"""Which handler answers which address, and what it needs.  Pure."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from lockstep.idp.api.call import Answer, Call
from lockstep.idp.api.credentials.records import Need
from lockstep.kit.db import Connection

Handler = Callable[[Call, Connection], Answer]
"""Runs in one transaction, in a thread."""
Prepare = Callable[[Call], Awaitable[None]]
"""What has to be done before the transaction begins, such as hashing a password."""


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that the API does.

    `path` names its parts as `/api/2/users/{id}`.  `need` is what the scope has to hold; None where nobody is asked who they
    are, because the answer is the same for everybody.  `about` ends the sentence "It …" in
    the documents.
    """

    method: str
    path: str
    need: Need | None
    handler: Handler
    about: str
    prepare: Prepare | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"


class Router:
    """Finds routes by their method and path; a written-out part goes before a named one."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[tuple[tuple[str, ...], Route]]] = defaultdict(list)
        for route in routes:
            parts = tuple(route.path.split("/"))
            self._by_length[len(parts)].append((parts, route))
        for found in self._by_length.values():
            found.sort(key=lambda one: [part.startswith("{") for part in one[0]])

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], list[str]]:
        """The route, what its names stand for, and the methods that the path has."""
        parts = path.split("/")
        methods: list[str] = []
        for wanted, route in self._by_length.get(len(parts), ()):
            places = _match(wanted, parts)
            if places is None:
                continue
            if route.method == method:
                return route, places, methods
            methods.append(route.method)
        return None, {}, methods


def _match(wanted: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    places = {}
    for name, part in zip(wanted, parts, strict=True):
        if name.startswith("{"):
            places[name[1:-1]] = part
        elif name != part:
            return None
    return places
