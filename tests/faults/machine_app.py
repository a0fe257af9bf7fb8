"""Rules of the state machine: what people do to the app, its rules among it."""

import contextlib

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions
from lockstep.idp.apps.rules.records import Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import ROLE, STATUS, Condition
from lockstep.idp.directory.lookup import find_role
from lockstep.idp.provisioning.actions import approve
from lockstep.kit.problems import Problem
from tests.faults.machine import AT_REST, PICK, Base, chosen
from tests.faults.machine_directory import HAND
from tests.faults.ruled import ACTIVE, SUSPENDED
from tests.faults.world import DAY
from tests.support.company import DEPARTMENTS

TO_AND_FRO = (
    *(
        "leavers=suspend",
        "leavers=nothing",
        "groups=off",
        "suspended=nothing",
        "grace-days=2",
        "pilot-people=3",
        "creates-only=on",
    ),
    *("approve-create=on", "approve-update=on", "approve-delete=on"),
    *AT_REST,
)
BY_ROLE = (".*", r"Groupe (.*)", r"№(\d)", r"Team (.*)", "(.)$", "nothing is called so")
BY_ATTRIBUTE = (".*", "^(R.*|T.*)", "([A-Z])", "^.(.)", "(ea|g)")
NAMES = ("Everyone", "Groupe №1", "Team 1", "R", "Research")
ACTIONS = st.one_of(
    st.builds(Mapped, st.just(ROLE), st.sampled_from(BY_ROLE)),
    st.builds(Mapped, st.just("department"), st.sampled_from(BY_ATTRIBUTE)),
    st.builds(Existing, st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).map(tuple)),
)
TITLES = st.one_of(
    st.builds(Mapped, st.just(ROLE), st.sampled_from(BY_ROLE), st.just("title")),
    st.builds(Existing, st.just(("Boss", "Cook")), st.just("title")),
    st.builds(Macro, st.just("Head of {department}"), st.just("title")),
)
VALUES = (*DEPARTMENTS, "Research|Treasury", "r")
OPERATORS = ("equals", "does not equal", "contains", "does not contain", "begins with")
CONDITIONS = st.one_of(
    st.builds(Condition, st.just("department"), st.sampled_from(OPERATORS), st.sampled_from(VALUES)),
    st.builds(Condition, st.just(STATUS), st.sampled_from(OPERATORS[:2]), st.sampled_from((ACTIVE, SUSPENDED))),
    st.builds(Condition, st.just(ROLE), st.sampled_from(OPERATORS[:2]), PICK.map(str)),
)
RULES = st.builds(
    Rule,
    name=st.just("A rule"),
    actions=st.one_of(st.tuples(ACTIONS), st.tuples(ACTIONS, TITLES), st.tuples(TITLES)),
    match=st.sampled_from(("all", "any")),
    conditions=st.lists(CONDITIONS, max_size=2).map(tuple),
)


class AppRules(Base):
    """Rules that say who is in which group."""

    @rule(new=RULES, at_once=st.booleans())
    def add_rule(self, new: Rule, at_once: bool) -> None:
        named = self._named(new)
        with self.world.changing() as (c, app):
            saved = actions.save(c, app, named, self.world.now(), actor=HAND)
        self.world.rules.edited.append(saved)
        self._perhaps(at_once)

    @precondition(lambda self: self.world.rules.edited)
    @rule(pick=PICK, other=RULES, at_once=st.booleans())
    def change_rule(self, pick: int, other: Rule, at_once: bool) -> None:
        before = chosen(self.world.rules.edited, pick)
        after = msgspec.structs.replace(self._named(other), id=before.id, enabled=before.enabled)
        with self.world.changing() as (c, app):
            actions.save(c, app, after, self.world.now(), actor=HAND)
        self.world.rules.edited[self.world.rules.position(before.id)] = after
        self._perhaps(at_once)

    @precondition(lambda self: self.world.rules.edited)
    @rule(pick=PICK, at_once=st.booleans())
    def enable_or_disable_rule(self, pick: int, at_once: bool) -> None:
        before = chosen(self.world.rules.edited, pick)
        with self.world.changing() as (c, app):
            after = actions.enable(c, app, before.id, not before.enabled, self.world.now(), actor=HAND)
        self.world.rules.edited[self.world.rules.position(before.id)] = after
        self._perhaps(at_once)

    @precondition(lambda self: self.world.rules.edited)
    @rule(pick=PICK, at_once=st.booleans())
    def delete_rule(self, pick: int, at_once: bool) -> None:
        gone = chosen(self.world.rules.edited, pick)
        with self.world.changing() as (c, app):
            actions.remove(c, app, gone.id, self.world.now(), actor=HAND)
        self.world.rules.edited.remove(gone)
        self._perhaps(at_once)

    @precondition(lambda self: len(self.world.rules.edited) > 1)
    @rule(pick=PICK, place=PICK, at_once=st.booleans())
    def move_rule(self, pick: int, place: int, at_once: bool) -> None:
        rules = self.world.rules.edited
        moved, position = chosen(rules, pick), place % len(rules)
        with self.world.changing() as (c, app):
            actions.move(c, app, moved.id, position + 1, self.world.now(), actor=HAND)
        rules.remove(moved)
        rules.insert(position, moved)
        self._perhaps(at_once)

    @precondition(lambda self: self.world.rules.edited != self.world.rules.applied)
    @rule()
    def apply_rules(self) -> None:
        with self.world.changing() as (c, app):
            assert actions.apply(c, app, self.world.now(), actor=HAND)
        self.world.rules.applied = list(self.world.rules.edited)
        self.bill.owe("spelling", len(self.world.expected().groups))
        self.bill.changed()

    def _perhaps(self, at_once: bool) -> None:
        if at_once and self.world.rules.edited != self.world.rules.applied:
            self.apply_rules()

    def _named(self, new: Rule) -> Rule:
        """With roles of this world in its conditions."""
        conditions = tuple(
            msgspec.structs.replace(one, value=str(self.role_id(chosen(self.groups, int(one.value)))))
            if one.source == ROLE
            else one
            for one in new.conditions
            if one.source != ROLE or self.groups
        )
        return msgspec.structs.replace(new, conditions=conditions)


class Settings(Base):
    """Who has the app, and what it does by itself."""

    @rule(setting=st.sampled_from(TO_AND_FRO))
    def change_setting(self, setting: str) -> None:
        self.world.set(setting)
        if setting.startswith("suspended"):
            self.bill.owe("suspended", len(self.world.company.suspended))
        if setting.startswith("pilot"):
            self.bill.owe("managers who are left out", len(self.people))

    @precondition(lambda self: self.world.assigned is not None and set(self.groups) - self.world.assigned)
    @rule(pick=PICK)
    def give_app_to_role(self, pick: int) -> None:
        self.give_app(chosen(sorted(set(self.groups) - (self.world.assigned or set())), pick))

    @precondition(lambda self: self.world.assigned and set(self.groups) & self.world.assigned)
    @rule(pick=PICK)
    def take_app_from_role(self, pick: int) -> None:
        assert self.world.assigned is not None
        group = chosen(sorted(set(self.groups) & self.world.assigned), pick)
        with self.world.changing() as (c, app):
            apps.unassign(c, app, find_role(c, group).id, self.world.now())
        self.world.assigned.discard(group)
        self.bill.changed()

    @rule()
    def approve_all(self) -> None:
        with contextlib.suppress(Problem), self.world.changing() as (c, app):  # nothing waits
            approve(c, app, None, self.world.now())

    @rule(days=st.sampled_from((1, 2, 30)))
    def days_pass(self, days: int) -> None:
        """A worker was there all the time: after longer without one, the engine would look before it writes (0016)."""
        self.world.ahead_ms += days * DAY * 1000
        self.target.store.ahead_seconds += days * DAY
        self.world.engine.guard.alive()
