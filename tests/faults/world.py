"""The engine and a faulty target, side by side in one process."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.apps.records import App
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.provisioning import drift_actions, ledger, links
from lockstep.idp.provisioning.actions import start
from lockstep.idp.provisioning.drift import Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.faults.ruled import Ruled
from tests.support.company import Company, Held, held_of
from tests.support.fault_plan import Fault, FaultPlan
from tests.support.faulty_target import TOKEN, FaultyTarget
from tests.support.scim_rules import Document, Kept

APP = "aws"
SETTINGS = [
    "provisioning=on",
    "groups=on",
    "approve-create=off",
    "approve-update=off",
    "approve-delete=off",
    "leavers=delete",
    "rate=100000",
    "limit-deletions=100000",
    "limit-deletions-share=1",
]
DAY = 86_400
HEALED = FaultPlan()


@dataclass(slots=True)
class World:
    """One directory, one app, one target."""

    db: Database
    target: FaultyTarget
    company: Company
    engine: Engine = field(init=False)
    problems: list[str] = field(default_factory=list)
    """Why runs failed as a whole."""
    metered: bool = True
    """Whether each sync must say how many requests came in; not while connections are refused."""
    floor: int = 0
    """The fewest requests that what was imported needs."""
    ahead_ms: int = 0
    """How far the clock of the engine is ahead."""
    assigned: set[str] | None = None
    """The group_ids of the roles that have the app; None where everybody has it."""
    rules: Ruled = field(default_factory=Ruled)
    values: set[str] = field(default_factory=set)
    """Departments that there ever were: a group that a rule maps from one stays when its last person has left."""
    _vault: Vault = field(default_factory=lambda: Vault(bytes(KEY_BYTES)))
    _strangers: dict[str, Document] = field(default_factory=dict)
    _brought: Company = field(default_factory=Company)

    def __post_init__(self) -> None:
        self.restart()
        with self.db.write(serial=events.SERIAL) as c:
            app = actions.create_app(
                c,
                self._vault,
                now_ms(),
                name=APP,
                connector="aws-iam-identity-center",
                scim_url=self.target.url,
                token=TOKEN,
                allow_loopback=True,
            )
            if self.assigned is None:
                actions.assign(c, app, None, now_ms())
            actions.change_settings(c, app, SETTINGS, now_ms())

    @property
    def app_id(self) -> int:
        """The app's number."""
        with self.db.read() as c:
            return actions.find_app(c, APP).id

    def restart(self) -> None:
        """A new engine, as in a new process."""
        self.engine = Engine(self.db, self._vault, clock=self.now)

    def now(self) -> int:
        """The time by the engine's clock."""
        return now_ms() + self.ahead_ms

    @contextmanager
    def changing(self) -> Iterator[tuple[Connection, App]]:
        """A transaction of a person's, and the app in it."""
        with self.db.write(serial=events.SERIAL) as c:
            yield c, actions.find_app(c, APP)

    def set(self, *settings: str) -> None:
        """Change settings of the app."""
        with self.db.write(serial=events.SERIAL) as c:
            actions.change_settings(c, actions.find_app(c, APP), list(settings), self.now())

    def start(self) -> None:
        """What a person does after a quarantine."""
        with self.db.write(serial=events.SERIAL) as c:
            start(c, actions.find_app(c, APP), self.now())

    def bring(self) -> None:
        """Import the company as it is."""
        self.floor += self.company.requests_since(self._brought)
        self._brought = copy.deepcopy(self.company)
        self.values |= {person["department"] for person in self.company.people.values()}
        with self.db.write(serial=events.SERIAL) as c:
            apply_roster(c, self.company.roster(), self.now())

    def sync(self, **orders: Any) -> dict[str, Any]:
        """One sync (`run.Orders`), which says how many requests it sent.  Raises Problem."""
        before = self.target.count()
        result = self.engine.wait(self.engine.order(self.app_id, "sync", orders))
        sent = self.target.count() - before
        told = result["requests"] + result.get("check", {}).get("requests", 0)
        assert sent == told or not self.metered, f"{sent} requests came in: {result}"
        return result

    def look(self) -> dict[str, Any]:
        """`lockstep idp drift`: what differs, changing nothing."""
        return self.engine.wait(self.engine.order(self.app_id, "drift", {}))

    def say_of_drift(self, decision: Decision, *digests: str) -> int:
        """What a person says about differences."""
        with self.db.write(serial=events.SERIAL) as c:
            return drift_actions.decide(c, actions.find_app(c, APP), decision, digests, self.now())

    def try_sync(self, **orders: Any) -> dict[str, Any]:
        """One sync; a run that fails as a whole is noted in `problems`."""
        try:
            return self.sync(**orders)
        except Problem as problem:
            self.problems.append(str(problem))
            return {}

    def troubles(self) -> dict[tuple[str, str], str]:
        """(object, key) → why its last change failed."""
        app_id = self.app_id
        with self.db.read() as c:
            target = links.find_target(c, app_id, self.target.url)
            return {(obj, key): trouble.error for (obj, key, _), trouble in ledger.troubled(c, target).items()}

    def in_flight(self) -> int:
        """Changes that were sent, or about to be, when a process died."""
        app_id = self.app_id
        with self.db.read() as c:
            return len(ledger.sending(c, app_id))

    def open_creates(self) -> int:
        """Creates of which nobody heard again."""
        app_id = self.app_id
        with self.db.read() as c:
            return len(ledger.open_creates(c, links.find_target(c, app_id, self.target.url)))

    def in_doubt(self) -> bool:
        """Whether it is not known of something whether it was made."""
        return bool(self.in_flight() or self.open_creates())

    def quarantine(self) -> str:
        """Why the app is in quarantine, "" if it is not."""
        with self.db.read() as c:
            return actions.find_app(c, APP).quarantine

    def faults(self, seed: int, rates: Mapping[Fault, float], most: int | None = None) -> FaultPlan:
        """From now on requests fail like this."""
        self.target.plan = FaultPlan(seed, rates, most)
        return self.target.plan

    def heal(self) -> None:
        """From now on nothing fails."""
        self.target.plan = FaultPlan()

    # The target, as somebody sees it who looks at it from outside.

    def strangers(self) -> dict[str, Document]:
        """What the engine did not make, as it is now."""
        store = self.target.store
        kept = {**store.users, **store.groups}
        found = {key: copy.deepcopy(one.document) for key, one in kept.items() if one.foreign}
        for key in found.keys() & store.groups.keys():
            found[key]["members"] = sorted(store.members[key])
        return found

    def remember_strangers(self) -> None:
        """What is foreign now must stay as it is."""
        self._strangers = self.strangers()

    def held(self) -> Held:
        """What the engine made and the target holds."""
        store = self.target.store
        return held_of(_ours(store.users), _ours(store.groups), store.members)

    def having(self) -> frozenset[str]:
        """The employee_ids of those who have the app."""
        if self.assigned is None:
            return frozenset(self.company.people)
        return frozenset(key for key in self.company.people if self.company.groups_of(key) & self.assigned)

    def expected(self) -> Held:
        """What the target should hold."""
        return self.rules.expected(self.company, self.having())

    def differences(self) -> list[str]:
        """What the target holds otherwise, in words."""
        expected, held = self.expected(), self.held()
        if self.rules.sets_groups:
            held.groups = {name.casefold(): members for name, members in held.groups.items()}
            empty = {name for name, members in held.groups.items() if not members and name not in expected.groups}
            expected.groups |= {name: frozenset() for name in empty & self.rules.may_stand_empty(self.values)}
        return expected.differences(held)

    def assert_equal(self) -> None:
        """Both sides are equal, and nothing foreign was touched."""
        found = self.differences()
        assert not found, "\n".join(found)
        self.assert_strangers()

    def assert_strangers(self) -> None:
        """What the engine did not make is as it was."""
        assert self.strangers() == self._strangers, f"touched: {self.strangers()}"

    def assert_quiet(self) -> None:
        """There is nothing to do, and a full sync sees it at its floor."""
        before = self.target.count()
        result = self.sync(full=True)
        check = result["check"]
        assert (result["requests"], result["floor"], result["failed"], check["differences"]) == (0, 0, 0, 0), str(result)
        assert check["requests"] == check["floor"] == self.target.count() - before, str(result)
        assert self.sync()["requests"] == 0


def _ours(kept: dict[str, Kept]) -> list[Document]:
    return [one.document for one in kept.values() if not one.foreign]


def add_strangers(world: World) -> None:
    """People and groups at the target that are somebody else's, one of our people in one of their groups to come."""
    store = world.target.store
    users = [store.create_user(stranger(number), foreign=True, age_seconds=DAY)["id"] for number in range(3)]
    for name in ("AWSControlTowerAdmins", "Somebody else's group"):
        body = {"displayName": name, "members": [{"value": user} for user in users]}
        store.create_group(body, foreign=True, age_seconds=DAY)
    world.remember_strangers()


def stranger(number: int, **values: Any) -> Document:
    """A SCIM user whom nobody here knows."""
    return {
        "userName": f"stranger.{number}@elsewhere.example",
        "displayName": f"Stranger {number}",
        "name": {"givenName": "Stranger", "familyName": str(number)},
        "active": True,
        **values,
    }


def live(world: World, seed: int, days: int, *, syncs: int = 2, between: Callable[[World, int], None] | None = None) -> None:
    """Some days: the company changes, is imported and synced."""
    rng = random.Random(seed)
    for day in range(days):
        world.company.day(rng)
        world.bring()
        if between is not None:
            between(world, day)
        for _ in range(syncs):
            world.try_sync()


def mentions(name: str) -> Callable[[bytes], bool]:
    """Whether the body of a create names this user or group."""

    def named(body: bytes) -> bool:
        sent: Document = json.loads(body)
        return name in (sent.get("displayName"), sent.get("userName"))

    return named
