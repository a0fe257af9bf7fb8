"""One directory and one target for the state machine, and what always holds of them."""

import random
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from lockstep.idp.apps import actions as apps
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.storage import open_idp
from tests.faults.bill import Bill
from tests.faults.world import World
from tests.support.company import Company
from tests.support.crashing import CrashingDatabase
from tests.support.faulty_target import FaultyTarget

Item = TypeVar("Item")
PICK = st.integers(min_value=0, max_value=999)
"""Which of those that there are, or what seed."""
AT_REST = (
    *("leavers=delete", "grace-days=0", "suspended=suspend", "groups=on", "pilot-people=0", "creates-only=off"),
    *("approve-create=off", "approve-update=off", "approve-delete=off"),
)


@cache
def template() -> Path:
    """A migrated, empty database, made once: each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="lockstep-machine-"))
    open_idp(folder, None).close()
    return folder / "idp.db"


def chosen(items: Sequence[Item], pick: int) -> Item:
    """One of `items`."""
    return items[pick % len(items)]


class Base(RuleBasedStateMachine):
    """The world of one example.  Its rules are in classes of their own, by what they are about."""

    @initialize(seed=PICK, everyone=st.booleans())
    def begin(self, seed: int, everyone: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lockstep-example-"))
        shutil.copy(template(), self.folder / "idp.db")
        self.db = CrashingDatabase(self.folder / "idp.db")
        self.target = FaultyTarget()
        self.target.start()
        company = Company.made(random.Random(seed), people=6, groups=4, seats=10)
        self.world = World(self.db, self.target, company, assigned=None if everyone else set())
        self.bill = Bill(self.world)
        self.gone: dict[str, dict[str, str]] = {}
        self.passed: set[str] = set()
        """Who has taken another's name since the last sync."""
        self.names = 0
        self.calm = True
        """Nothing has gone wrong that a full check has not made good."""
        self.bring()
        if not everyone:
            self.give_app("G0001")

    @property
    def people(self) -> list[str]:
        return sorted(self.world.company.people)

    @property
    def groups(self) -> list[str]:
        return sorted(self.world.company.groups)

    def bring(self) -> None:
        """Import the company as it is."""
        self.world.bring()
        self.bill.changed()

    def give_app(self, group: str) -> None:
        """Assign the app to a role."""
        with self.world.changing() as (c, app):
            apps.assign(c, app, group, self.world.now())
        assert self.world.assigned is not None
        self.world.assigned.add(group)
        self.bill.changed()

    def role_id(self, group: str) -> int:
        """The number of a role, which is remembered."""
        with self.db.read() as c:
            number = find_role(c, group).id
        self.world.rules.roles[str(number)] = group
        return number

    def run_sync(self, **orders: Any) -> dict[str, Any]:
        """One sync: nobody who stays is at the target under another id afterwards, and while all is calm it costs the floor."""
        world = self.world
        before = self._ids()
        self.bill.owe("open creates", 3 * world.open_creates())
        try:
            result = world.try_sync(**orders)
        finally:
            self._assert_kept(before)
        if self.calm:
            assert result, world.problems[-1]
            floor = result["requests"] if "only" in orders else result["floor"]  # the floor counts what waits for others
            overtaken = len(self.passed & self.world.company.suspended)  # switched off before the names move
            assert result["failed"] == 0, str(result)
            assert floor <= result["requests"] <= floor + overtaken, str(result)
            self.passed.clear()
        return result

    def _ids(self) -> dict[str, str]:
        """What is wanted and there: "person KEY" or "group NAME" (without case) → id."""
        wanted = self.world.expected()
        held = {key.casefold(): number for key, number in self.world.held().ids.items()}
        names = (*(f"person {key}" for key in wanted.people), *(f"group {name}" for name in wanted.groups))
        return {name.casefold(): held[name.casefold()] for name in names if name.casefold() in held}

    def _assert_kept(self, before: dict[str, str]) -> None:
        store = self.target.store
        gone = {name: number for name, number in before.items() if number not in {*store.users, *store.groups}}
        assert gone.keys() == set(), f"deleted, though wanted: {gone}"

    @invariant()
    def strangers_are_untouched_and_nobody_is_there_twice(self) -> None:
        if hasattr(self, "world"):
            self.world.assert_strangers()
            self.world.held()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self._end()
        finally:
            if hasattr(self, "target"):
                self.target.stop()
                self.db.close()
                shutil.rmtree(self.folder)

    def _end(self) -> None:
        """Nothing fails any more, nothing stands in the way, and a person has let the app run."""
        world = self.world
        world.heal()
        for kept in (self.target.store.users, self.target.store.groups):
            for key in [key for key, one in kept.items() if one.foreign]:
                del kept[key]
                self.target.store.members.pop(key, None)
        for members in self.target.store.members.values():
            members.intersection_update(self.target.store.users)
        world.remember_strangers()
        world.set(*AT_REST)
        self.bring()
        world.start()
        if self.run_sync(full=True).get("quarantine"):
            world.start()
            self.run_sync(full=True)
        world.assert_equal()
        self.bill.assert_paid()
        world.assert_quiet()
