"""Takes over what a target holds already, or says what would be taken over.  Nothing is written at the target.

The target is read whole, at the floor of a full check; then ours are matched with it (`matching`).  The report
(`takeover_report`) says what would be adopted, what conflicts, what would be made.  With `Orders.link` everything that matches
without a conflict is linked (`takeover_links`), so that the next plan shows only what differs.  It is the way to begin with a
centre that has people, and the way back where the links were lost.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger, links, matching, opening, takeover_links, takeover_report
from lockstep.idp.provisioning.apply import settle_unsettled
from lockstep.idp.provisioning.matching import Theirs
from lockstep.idp.provisioning.picture import TAKEABLE, Orders, There, picture_of
from lockstep.idp.provisioning.reading import Reader
from lockstep.idp.provisioning.shelf import open_shelf
from lockstep.idp.provisioning.source import source_of
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.scim.client import ScimClient

Values = dict[str, Any]


class Takeover:
    """Does it for one app.  `ready` is awaited before anything is linked: the lease is ours from then on."""

    def __init__(
        self, db: Database, app_id: int, client: ScimClient, clock: Clock, ready: Callable[[], Awaitable[None]]
    ) -> None:
        self._db = db
        self._app_id = app_id
        self._client = client
        self._clock = clock
        self._ready = ready

    async def run(self, orders: Orders) -> Values:
        """The report (`takeover_report`), and with `orders.link` what was taken over.

        Raises Problem where the app is stopped, where the target cannot be read to its end, and where the report that was read
        (`orders.digest`) is not true any more.
        """
        if orders.link:
            await self._settle_creates()
        before = self._client.meter.sent
        with open_shelf() as documents:
            there = await self._read(There(documents))
            requests = self._client.meter.sent - before
            if not orders.link:
                return self._report(there, orders, requests)
            await self._ready()
            return self._link(there, orders, requests)

    async def _settle_creates(self) -> None:
        """What an earlier run made, and never heard of again, is ours: it is not taken over."""
        settle_unsettled(self._db, self._app_id)
        with self._db.read() as c:
            app = app_of(c, self._app_id)
            source, target = source_of(c, app, with_logins=False), links.find_target(c, app.id, app.scim_url)
            waiting = bool(target) and bool(ledger.open_creates(c, target))
        if waiting:
            await opening.settle_creates(self._db, source, target, self._client, self._clock)

    async def _read(self, there: There) -> There:
        with self._db.read() as c:
            app = app_of(c, self._app_id)
            connector = source_of(c, app, with_logins=False).connector
        reader = Reader(self._client, connector)
        async for page in reader.users():
            for resource in page:
                there.documents.put(resource)
                there.users.append(matching.theirs_of(resource))
        there.floor = reader.pages(len(there.users))
        if app.settings.groups:
            await self._read_groups(app, reader, there)
        return there

    async def _read_groups(self, app: App, reader: Reader, there: There) -> None:
        with self._db.read() as c:
            linked = {link.target_id for link in links.groups(c, links.find_target(c, app.id, app.scim_url))}
        async for page in reader.groups():
            for resource in page:
                one = Theirs(str(resource.get("id", "")), str(resource.get("displayName", "")))
                protected = app.settings.protects(one.name) and one.id not in linked
                (there.protected if protected else there.groups).append(one)
        with self._db.read() as c:
            picture = picture_of(c, app_of(c, app.id), there)
            groups = {
                there.groups[match.number].id: len(picture.grouping.wanted(group))
                for group, match in zip(picture.wanted, picture.groups, strict=True)
                if match.number is not None and match.verdict in TAKEABLE
            }
        by_group = sum(map(reader.pages, groups.values()))
        there.members = await reader.memberships(groups, [one.id for one in there.users], by_group)
        found = len(there.groups) + len(there.protected)
        there.floor = reader.floor(len(there.users), found, map(len, there.members.values()))

    def _report(self, there: There, orders: Orders, requests: int) -> Values:
        with self._db.read() as c:
            found = takeover_report.report(picture_of(c, app_of(c, self._app_id), there), orders)
        with self._db.write(serial=events.SERIAL) as c:
            self._event(c, EventType.TAKEOVER_REPORTED, takeover_report.in_words(found), orders)
        return {**found, **self._cost(there, found, requests)}

    def _link(self, there: There, orders: Orders, requests: int) -> Values:
        """Everything is matched before anybody has to wait for us, then linked in short pieces.

        The lease is ours, so no run links anything meanwhile.  Whoever dies in the middle of it has not linked for nothing: the
        next take-over finds what is linked, and links the rest.
        """
        with self._db.read() as c:
            picture = picture_of(c, self._same_app(c), there)
            if orders.digest not in ("", picture.digest) and picture.takes_any(orders):
                raise Problem("what would be taken over has changed since the report that was read: read a new report")
            found = takeover_report.report(picture, orders)
        linking = takeover_links.Linking(picture, orders, self._clock())
        for piece in linking.pieces():
            with self._db.write(serial=events.SERIAL) as c:
                linking.link(c, self._same_app(c), piece)
        with self._db.write(serial=events.SERIAL) as c:
            self._event(c, EventType.TAKEN_OVER, takeover_links.in_words(linking.taken), orders)
        return {**found, "taken": linking.taken, **self._cost(there, found, requests)}

    def _same_app(self, c: Connection) -> App:
        """The app, with the URL that was read.  Raises Problem."""
        app = app_of(c, self._app_id)
        if app.scim_url.rstrip("/") != self._client.base_url:
            raise Problem("the SCIM base URL was changed while the target was read: read a new report")
        return app

    def _cost(self, there: There, found: Values, requests: int) -> Values:
        return {"requests": requests, "floor": there.floor, "at": self._clock()}

    def _event(self, c: Connection, kind: EventType, notes: str, orders: Orders) -> None:
        app = app_of(c, self._app_id)
        events.append(c, Event(type=kind, actor=orders.actor, app_id=app.id, app_name=app.name, notes=notes), self._clock())


def app_of(c: Connection, app_id: int) -> App:
    """The app, if its target may be read; provisioning need not be on for that.  Raises Problem."""
    app = apps.app_by_id(c, app_id)
    if app is None:
        raise Problem("the app is gone")
    if app.stopped:
        raise Problem(f"{app.name} is stopped: let it run again with `lockstep idp app start {app.name}`")
    return app
