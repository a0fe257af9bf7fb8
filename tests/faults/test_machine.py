"""Anything may happen, in any order: afterwards, once nothing fails any more, both sides are equal.

The directory changes; settings change; requests fail; the process dies between two writes; somebody loses and edits things at
the target, and makes others there that are in the way.  HYPOTHESIS_PROFILE=long looks for longer, at random.
"""

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.events import SERIAL
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import now_ms
from tests.faults.world import DAY, World, stranger
from tests.support.company import DEPARTMENTS, Company
from tests.support.crashing import Crash, CrashingDatabase
from tests.support.fault_plan import SLOW, Fault, Mischief, rates_of
from tests.support.faulty_target import FaultyTarget
from tests.support.mischief import Mischiefs
from tests.support.scim_rules import ScimStore

Item = TypeVar("Item")
QUICK = [fault for fault in Fault if fault not in SLOW]
PICK = st.integers(min_value=0, max_value=999)
"""Which of those that there are, or what seed."""
NORMAL = ("leavers=delete", "suspended=suspend", "groups=on")
TO_AND_FRO = ("leavers=suspend", "leavers=nothing", *NORMAL, "groups=off", "suspended=nothing")
PROFILES = {
    "quick": settings(
        max_examples=80,
        stateful_step_count=20,
        derandomize=True,
        phases=[Phase.generate],  # a failure is shown as it was met: finding the shortest would take minutes
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    ),
    "long": settings(max_examples=2_000, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)),
}


@cache
def template() -> Path:
    """A migrated, empty database, made once: each example begins with a copy."""
    folder = Path(tempfile.mkdtemp(prefix="lockstep-machine-"))
    open_idp(folder, None).close()
    return folder / "idp.db"


def chosen(items: Sequence[Item], pick: int) -> Item:
    """One of `items`."""
    return items[pick % len(items)]


class Machine(RuleBasedStateMachine):
    """One directory and one target, and all that happens to them."""

    @initialize(seed=PICK)
    def begin(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lockstep-example-"))
        shutil.copy(template(), self.folder / "idp.db")
        self.db = CrashingDatabase(self.folder / "idp.db")
        self.target = FaultyTarget()
        self.target.start()
        company = Company.made(random.Random(seed), people=6, groups=4, seats=10)
        self.world = World(self.db, self.target, company)
        self.gone: dict[str, dict[str, str]] = {}
        self.names = 0

    @property
    def people(self) -> list[str]:
        return sorted(self.world.company.people)

    @property
    def groups(self) -> list[str]:
        return sorted(self.world.company.groups)

    # The directory.

    @rule(pick=PICK)
    def hire(self, pick: int) -> None:
        self.world.company.hire(random.Random(pick))
        self.world.bring()

    @precondition(lambda self: len(self.people) > 2)
    @rule(pick=PICK)
    def leave(self, pick: int) -> None:
        key = chosen(self.people, pick)
        self.gone[key] = self.world.company.people[key]
        self.world.company.leave(key)
        self.world.bring()

    @precondition(lambda self: self.gone)
    @rule(pick=PICK)
    def come_back(self, pick: int) -> None:
        key = chosen(sorted(self.gone), pick)
        self.world.company.people[key] = self.gone.pop(key)
        self.world.bring()

    @rule(pick=PICK, other=PICK)
    def change_person(self, pick: int, other: int) -> None:
        person = self.world.company.people[chosen(self.people, pick)]
        person.update(department=chosen(("", *DEPARTMENTS), other), manager_id=chosen(("", *self.people), other))
        self.world.bring()

    @rule(pick=PICK)
    def rename_person(self, pick: int) -> None:
        self.names += 1
        self.world.company.people[chosen(self.people, pick)]["user_name"] = f"name.{self.names}@company.example"
        self.world.bring()

    @rule(pick=PICK)
    def suspend_or_not(self, pick: int) -> None:
        key = chosen(self.people, pick)
        self.world.bring()
        change: Callable[..., object] = directory.reactivate if key in self.world.company.suspended else directory.suspend
        with self.db.write(serial=SERIAL) as c:
            change(c, find_user(c, key).id, actor="a person", now=now_ms())
        self.world.company.suspended ^= {key}

    @rule(same_name=st.booleans(), pick=PICK)
    def found_group(self, same_name: bool, pick: int) -> None:
        """A new role, perhaps with the name of another: both feed one group then."""
        name = self.world.company.groups[chosen(self.groups, pick)] if same_name and self.groups else ""
        key = self.world.company.found()
        self.world.company.groups[key] = name.swapcase() or self.world.company.groups[key]
        self.world.company.seats.add((key, chosen(self.people, pick)))
        self.world.bring()

    @precondition(lambda self: self.groups)
    @rule(pick=PICK)
    def dissolve_group(self, pick: int) -> None:
        self.world.company.dissolve(chosen(self.groups, pick))
        self.world.bring()

    @precondition(lambda self: self.groups)
    @rule(pick=PICK, other=PICK, take=st.booleans())
    def rename_group(self, pick: int, other: int, take: bool) -> None:
        """To a name that is free, or to one that another has."""
        self.names += 1
        names = [*self.world.company.groups.values()] if take else [f"Team {self.names}"]
        self.world.company.groups[chosen(self.groups, pick)] = chosen(sorted(names), other)
        self.world.bring()

    @precondition(lambda self: self.groups)
    @rule(picks=st.lists(st.tuples(PICK, PICK), min_size=1, max_size=5))
    def change_seats(self, picks: list[tuple[int, int]]) -> None:
        for group, person in picks:
            self.world.company.seats ^= {(chosen(self.groups, group), chosen(self.people, person))}
        self.world.bring()

    # The app, the target, the process.

    @rule(setting=st.sampled_from(TO_AND_FRO))
    def change_setting(self, setting: str) -> None:
        self.world.set(setting)

    @rule(seed=PICK, share=st.sampled_from([0.2, 0.5, 0.8]))
    def begin_to_fail(self, seed: int, share: float) -> None:
        self.world.faults(seed, rates_of(random.Random(seed), QUICK, share))

    @rule()
    def stop_failing(self) -> None:
        self.world.heal()

    @rule(kind=st.sampled_from(Mischief), seed=PICK)
    def meddle(self, kind: Mischief, seed: int) -> None:
        if kind is Mischief.RENAME_GROUP and self.world.in_doubt():
            return  # a group that nobody here knows yet is looked for by its name: nothing else tells that it is ours
        Mischiefs(random.Random(seed), {}).do(self.target.store, kind)

    @rule(pick=PICK, group=st.booleans())
    def stand_in_the_way(self, pick: int, group: bool) -> None:
        """Somebody makes what bears a name of ours."""
        store = self.target.store
        if group and self.groups:
            name = self.world.company.groups[chosen(self.groups, pick)]
            if not store.find_groups(_equals("displayName", name)):
                store.create_group({"displayName": name}, foreign=True, age_seconds=DAY)
        else:
            name = self.world.company.people[chosen(self.people, pick)]["user_name"]
            if not store.find_users(_equals("userName", name)):
                store.create_user(stranger(pick, userName=name), foreign=True, age_seconds=DAY)
        self.world.remember_strangers()

    @rule(full=st.booleans())
    def sync(self, full: bool) -> None:
        self.world.try_sync(full=full)

    @rule(full=st.booleans(), edges=st.integers(min_value=1, max_value=40))
    def crash(self, full: bool, edges: int) -> None:
        """The process dies in the middle of a sync, and another takes over."""
        self.db.fuse = edges
        self._sync_to_the_crash(full)

    @rule(full=st.booleans(), requests=st.integers(min_value=1, max_value=8), edges=st.integers(min_value=1, max_value=3))
    def crash_with_requests_under_way(self, full: bool, requests: int, edges: int) -> None:
        """It dies with answers that it has not written down."""
        first = self.target.count()

        def light(_store: ScimStore, number: int) -> None:
            if number == first + requests:
                self.db.fuse = edges

        self.target.before = light
        self._sync_to_the_crash(full)
        self.target.before = lambda _store, _number: None

    def _sync_to_the_crash(self, full: bool) -> None:
        try:
            self.world.try_sync(full=full)
        except Crash:
            self.world.restart()
        self.db.fuse = 0

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
        world.set(*NORMAL)
        world.bring()
        world.start()
        if world.sync(full=True).get("quarantine"):
            world.start()
            world.sync(full=True)
        world.assert_equal()
        world.assert_quiet()


def _equals(attribute: str, value: str) -> str:
    return f'{attribute} eq "{value}"'


@pytest.mark.slow
def test_anything_in_any_order() -> None:
    run_state_machine_as_test(Machine, settings=PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "quick")])
