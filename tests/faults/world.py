"""The engine and a faulty target, side by side in one process."""

import copy
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import actions
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.provisioning import drift_actions, ledger, links
from lockstep.idp.provisioning.actions import start
from lockstep.idp.provisioning.drift import Decision
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault
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
            actions.assign(c, app, None, now_ms())
            actions.change_settings(c, app, SETTINGS, now_ms())

    @property
    def app_id(self) -> int:
        """The app's number."""
        with self.db.read() as c:
            return actions.find_app(c, APP).id

    def restart(self) -> None:
        """A new engine, as in a new process."""
        self.engine = Engine(self.db, self._vault)

    def set(self, *settings: str) -> None:
        """Change settings of the app."""
        with self.db.write(serial=events.SERIAL) as c:
            actions.change_settings(c, actions.find_app(c, APP), list(settings), now_ms())

    def start(self) -> None:
        """What a person does after a quarantine."""
        with self.db.write(serial=events.SERIAL) as c:
            start(c, actions.find_app(c, APP), now_ms())

    def bring(self) -> None:
        """Import the company as it is."""
        self.floor += self.company.requests_since(self._brought)
        self._brought = copy.deepcopy(self.company)
        with self.db.write(serial=events.SERIAL) as c:
            apply_roster(c, self.company.roster(), now_ms())

    def sync(self, *, full: bool = False) -> dict[str, Any]:
        """One sync, which says how many requests it sent.  Raises Problem."""
        before = self.target.count()
        result = self.engine.wait(self.engine.order(self.app_id, "sync", {"full": full}))
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
            return drift_actions.decide(c, actions.find_app(c, APP), decision, digests, now_ms())

    def try_sync(self, *, full: bool = False) -> dict[str, Any]:
        """One sync; a run that fails as a whole is noted in `problems`."""
        try:
            return self.sync(full=full)
        except Problem as problem:
            self.problems.append(str(problem))
            return {}

    def troubles(self) -> dict[tuple[str, str], str]:
        """(object, key) → why its last change failed."""
        app_id = self.app_id
        with self.db.read() as c:
            target = links.find_target(c, app_id, self.target.url)
            return {(obj, key): trouble.error for (obj, key, _), trouble in ledger.troubled(c, target).items()}

    def in_doubt(self) -> bool:
        """Whether it is not known of something whether it was made."""
        app_id = self.app_id
        with self.db.read() as c:
            target = links.find_target(c, app_id, self.target.url)
            return bool(ledger.sending(c, app_id) or ledger.open_creates(c, target))

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

    def assert_equal(self) -> None:
        """Both sides are equal, and nothing foreign was touched."""
        found = self.company.expected().differences(self.held())
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
