"""Rules of the state machine: syncs, and what goes wrong at the target and in the process."""

import contextlib
import random

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lockstep.kit.problems import Problem
from tests.faults.bill import PER_FAULT
from tests.faults.machine import PICK, Base, chosen
from tests.faults.world import DAY, stranger
from tests.support.crashing import Crash
from tests.support.fault_plan import SLOW, Fault, Mischief, rates_of
from tests.support.mischief import Mischiefs
from tests.support.scim_rules import ScimStore

QUICK = [fault for fault in Fault if fault not in SLOW]


class Target(Base):
    """It fails, and somebody else works there too."""

    @rule(seed=PICK, share=st.sampled_from([0.2, 0.5, 0.8]))
    def begin_to_fail(self, seed: int, share: float) -> None:
        self.world.faults(seed, rates_of(random.Random(seed), QUICK, share))
        self.calm = False

    @rule()
    def stop_failing(self) -> None:
        self.world.heal()

    @rule(kind=st.sampled_from(Mischief), seed=PICK)
    def meddle(self, kind: Mischief, seed: int) -> None:
        if kind is Mischief.RENAME_GROUP and self.world.in_doubt():
            return  # a group that nobody here knows yet is looked for by its name: nothing else tells that it is ours
        self.bill.meddled(kind)
        Mischiefs(random.Random(seed), {}).do(self.target.store, kind)
        self.calm = False

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
        self.calm = False


class Runs(Base):
    """Syncs of all kinds, and processes that die in the middle of them."""

    @rule(full=st.booleans(), by_hand=st.booleans())
    def sync(self, full: bool, by_hand: bool) -> None:
        self.run_sync(full=full, by_hand=by_hand)

    @rule(pick=PICK)
    def sync_one_person(self, pick: int) -> None:
        self.run_sync(only=chosen(self.people, pick))

    @rule(pick=PICK)
    def sync_one_group(self, pick: int) -> None:
        names = sorted(self.world.expected().groups)
        if names:
            self.run_sync(group=chosen(names, pick).casefold())

    @rule()
    def look(self) -> None:
        """What differs, changing nothing."""
        with contextlib.suppress(Problem):
            self.world.look()

    @precondition(lambda self: not self.calm)
    @rule()
    def come_to_rest(self) -> None:
        """Nothing fails any more, and everything was read: from here on each sync costs its floor again."""
        self.world.heal()
        if self.world.strangers():
            return
        result = self.run_sync(full=True)
        self.calm = bool(result) and not result["failed"] and not result.get("quarantine") and not self.world.troubles()

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

    @rule()
    def restart(self) -> None:
        """It ends at rest, and another begins."""
        self.world.restart()

    def _sync_to_the_crash(self, full: bool) -> None:
        self.calm = False
        try:
            self.run_sync(full=full)
        except Crash:
            self.target.wait_idle()
            self.world.restart()
        self.db.fuse = 0
        self.bill.owe("in flight", PER_FAULT * self.world.in_flight())


def _equals(attribute: str, value: str) -> str:
    return f'{attribute} eq "{value}"'
