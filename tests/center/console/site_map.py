"""Every page and every form of the console, from its own list of routes, with a value for each part of an address."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from lockstep.center.console.access import Access
from lockstep.center.console.app import routes_of
from lockstep.center.console.site import BASE, Site
from lockstep.center.directory import actions as directory
from lockstep.center.events import Operation
from tests.center.client import Client
from tests.center.console.world import Desk
from tests.center.signin.world import ADA
from tests.support.browser import Browser

_HERE = "/{store:str}"


def _listed() -> list[tuple[str, bool, bool]]:
    site = cast(Site, None)  # pages only keep it until somebody asks

    def note(path: str, get: object = None, post: object = None) -> list[tuple[str, bool, bool]]:
        return [(path.removeprefix(_HERE), get is not None, post is not None)]

    return routes_of(site, Access(site), note)


GETS = frozenset(path for path, get, _ in _listed() if get)
POSTS = frozenset(path for path, _, post in _listed() if post)
"""The part after `/console`, or after `/console/d-…` for pages of an instance; parts in braces are filled in."""
TOP = frozenset({"/sign-in", "/sign-out", "/activity", "/activity/{key:str}"})


@dataclass
class Furnished:
    """A desk whose instance has something of everything: one of each can be opened."""

    desk: Desk
    scim: Client = field(init=False)
    parts: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        world = self.desk.world
        instance, made = world.stage.enable(world.instance.name)
        self.scim = Client(world.center, instance, made.token, world.stage)
        world.enable_attributes(Title="title", CostCenter="enterprise.costCenter")
        body = {"displayName": "Everybody", "members": [{"value": one} for one in world.people.values()]}
        with world.database.write() as connection:
            group = directory.create_group(connection, world.instance, body, world.call(Operation.CREATE_GROUP)).id
        self.parts = {
            "{user:str}": world.people[ADA],
            "{group:str}": group,
            "{token:str}": made.token_id,
            "{key:str}": self._newest(world.instance.key),
        }

    def path(self, route: str) -> str:
        """The address of a route."""
        parts = self.parts | ({"{key:str}": self._newest(0)} if route in TOP else {})
        path = route
        for name, value in parts.items():
            path = path.replace(name, value)
        return f"{BASE}{path}" if route in TOP else self.desk.path() + path

    def pages(self) -> Iterator[tuple[str, str]]:
        """Each page and its address; the list of instances is `/console` itself."""
        idp = f"?idp={self.desk.world.idp.entity_id}"
        for route in sorted(GETS):
            yield route, self.path(route) + (idp if route.endswith("/remove") else "")
        yield "instances", BASE

    def events(self) -> int:
        """How many things have been written down, here and above all instances."""
        return len(self.desk.world.trail) + self._count(0)

    async def csrf(self, browser: Browser) -> tuple[str, str]:
        """The field that every form of this browser's session has."""
        page = await browser.get(BASE)
        return ("csrf", page.form("/sign-out").value("csrf"))

    def _all(self, key: int) -> list[Any]:
        from lockstep.center.console import store
        from lockstep.center.console.store import Sought

        with self.desk.world.database.read() as connection:
            return store.events(connection, key, Sought(), None, 100_000)

    def _newest(self, key: int) -> str:
        return str(self._all(key)[0].key)

    def _count(self, key: int) -> int:
        return len(self._all(key))
