"""One app, its directory and its target, to tell stories with."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.directory.nesting import actions as nesting
from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.directory.roster import Roster, Seat
from lockstep.idp.events import Event
from lockstep.idp.provisioning import desired, ledger, links
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.records import Change, State
from lockstep.idp.provisioning.run import Orders, Report, Result, Run, Values, flow
from lockstep.idp.provisioning.source import people_given, source_of
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.provisioning.target import Target

URL = "https://scim.example/tenant/scim/v2"
DAY = 24 * 60 * 60 * 1000
People = Mapping[str, Mapping[str, str]]
Roles = Mapping[str, tuple[str, Iterable[str]]]
OPEN = ("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off")
"""Settings under which nothing waits for approval."""


def person(key: str, **fields: str) -> User:
    """Someone of whom only what matters has to be said."""
    values: dict[str, Any] = {"user_name": f"{key}@x.example", "display_name": key, "given_name": key, "family_name": "F"}
    return User(employee_id=key, source=FOLDER, **{**values, **fields})


def everyone(*keys: str) -> dict[str, dict[str, str]]:
    """People of whom nothing matters."""
    return {key: {} for key in keys}


def many(number: int, letter: str = "E") -> list[str]:
    """Keys of many people, in order."""
    return [f"{letter}{index:04}" for index in range(number)]


def roster(people: People, roles: Roles) -> Roster:
    """A roster as an import reads it."""
    return Roster(
        [person(key, **fields) for key, fields in sorted(people.items())],
        [Role(group_id=key, name=name, source=FOLDER) for key, (name, _) in sorted(roles.items())],
        [Seat(key, member, "{}") for key, (_, members) in sorted(roles.items()) for member in sorted(set(members))],
    )


@dataclass
class World:
    """A directory, an app called `aws` for everyone, and the app's target in memory."""

    db: Database
    target: Target = field(init=False)
    vault: Vault = field(default_factory=lambda: Vault(bytes(KEY_BYTES)))
    now: int = 1_700_000_000_000

    def __post_init__(self) -> None:
        self.target = Target(self.clock)

    def clock(self) -> int:
        """The time of this world."""
        return self.now

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction."""
        with self.db.write(serial=events.SERIAL) as c:
            yield c

    def make_app(
        self, *settings: str, name: str = "aws", everyone: bool = True, connector: str = "aws-iam-identity-center"
    ) -> App:
        """The app, with everything open unless `settings` say otherwise."""
        with self.write() as c:
            app = apps.create_app(
                c,
                self.vault,
                self.now,
                name=name,
                connector=connector,
                scim_url="" if connector == "memory" else URL,
                token="" if connector == "memory" else "secret",
                allow_loopback=False,
            )
            if everyone:
                apps.assign(c, app, None, self.now)
            return apps.change_settings(c, app, [*OPEN, *settings], self.now)

    def app(self, name: str = "aws") -> App:
        """The app as it is now."""
        with self.db.read() as c:
            return apps.find_app(c, name)

    def set(self, *settings: str) -> None:
        """Change settings of the app."""
        with self.write() as c:
            apps.change_settings(c, apps.find_app(c, "aws"), list(settings), self.now)

    def become(self, people: People, roles: Roles | None = None) -> None:
        """The directory becomes this, by an import."""
        with self.write() as c:
            apply_roster(c, roster(people, roles or {}), self.now)

    def by_hand(self, act: Callable[..., object], key: str) -> None:
        """What a person does to one user of the directory: `directory.suspend`, `remove_user`…"""
        with self.write() as c:
            act(c, _user(c, key).id, actor="somebody", now=self.now)

    def nest(self, parent: str, child: str) -> None:
        """Put a role into another, by their group_ids."""
        with self.write() as c:
            nesting.nest_role(c, find_role(c, parent).id, find_role(c, child).id, actor="somebody", now=self.now)

    def unnest(self, parent: str, child: str) -> None:
        """Take a role out of another."""
        with self.write() as c:
            nesting.unnest_role(c, find_role(c, parent).id, find_role(c, child).id, actor="somebody", now=self.now)

    def suspend(self, key: str) -> None:
        """Somebody suspends a user."""
        self.by_hand(directory.suspend, key)

    def plan(self, *, only: str | None = None, retry_now: bool = False, shown: bool = True) -> tuple[Plan, list[Change]]:
        """A plan that somebody asked for (or a worker's: not `shown`), and its changes, in the order of the run."""
        with self.write() as c:
            made = make_plan(c, apps.find_app(c, "aws"), self.now, only=only, retry_now=retry_now, shown=shown)
            return made, [placed.change for placed in ledger.all_changes(c, made.id)]

    def changes(self, *, only: str | None = None) -> list[Change]:
        """The changes of a plan that have not been dropped."""
        return [change for change in self.plan(only=only)[1] if change.state is not State.DROPPED]

    def sync(self, orders: Orders | None = None, name: str = "aws", report: Report = lambda _done, _of: None) -> Result:
        """One run."""
        orders = orders or Orders()
        run = Run(self.db, self.vault, self.app(name).id, orders, clock=self.clock, report=report)

        async def whole() -> Values:
            try:
                return await flow(run, orders)
            finally:
                await run.close()

        return Result(**asyncio.run(whole()))

    def linked(self, people: People) -> None:
        """The directory becomes this, and so is the target, without a request: for numbers that would cost a test its time."""
        self.become(people)
        with self.write() as c:
            source = source_of(c, apps.find_app(c, "aws"))
            target = self.link_target(c)
            for one in desired.for_users(people_given(c, source.rules), source.recipe, source.app.settings, source.logins):
                number = f"t-{one.key}"
                links.put_user(c, target, one.key, number, one.document, made=True)
                self.target.users[number] = {**one.document, "id": number}

    def synced(self, people: People, roles: Roles | None = None) -> Result:
        """The directory becomes this, and is synced without anything left over."""
        self.become(people, roles)
        result = self.sync()
        assert (result.failed, result.held, result.waiting) == (0, 0, 0), result
        self.target.log.clear()
        return result

    def events(self) -> list[Event]:
        """All that happened."""
        with self.db.read() as c:
            return list(events.follow(c, 0))

    @staticmethod
    def app_of(c: Connection, name: str = "aws") -> App:
        """The app, inside a transaction."""
        return apps.find_app(c, name)

    @staticmethod
    def app_id(c: Connection, name: str = "aws") -> int:
        """The id of the app."""
        return apps.find_app(c, name).id

    def link_target(self, c: Connection, name: str = "aws") -> int:
        """The number under which links are kept."""
        app = apps.find_app(c, name)
        return links.target_of(c, app.id, app.scim_url)


def brief(changes: Iterable[Change]) -> list[str]:
    """Changes as short lines: `user create E1@x.example`, with the state where it is not ready."""
    return [
        f"{one.object} {one.kind.value} {one.name}" + ("" if one.state is State.READY else f" [{one.state.value}]")
        for one in changes
    ]


def _user(c: Connection, key: str) -> User:
    user = store.user_by_employee_id(c, key)
    assert user is not None, key
    return user
