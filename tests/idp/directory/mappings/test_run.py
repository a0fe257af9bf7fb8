"""What one edit touches is what an evaluation from nothing gives.

The same things happen to two directories, one of which has no mappings: of each person there the mappings say what the person
of the other must be, whatever came in between, in whatever order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lockstep.idp.directory import actions, store
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.fields import actions as fields
from lockstep.idp.directory.fields import store as field_store
from lockstep.idp.directory.importing import apply_roster
from lockstep.idp.directory.mappings import actions as mappings
from lockstep.idp.directory.mappings import run
from lockstep.idp.directory.mappings import store as mapping_store
from lockstep.idp.directory.mappings.evaluate import effect_of
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.nesting.actions import CircleProblem, nest_role, unnest_role
from lockstep.idp.directory.records import FOLDER, MAPPED, Role, Status, User
from lockstep.idp.directory.removed import actions as removed
from lockstep.idp.directory.removed import store as removed_users
from lockstep.idp.directory.roster import Roster, Seat
from lockstep.idp.events import SERIAL
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Connection, Database

BY: Any = {"actor": "alice", "now": 5}
PEOPLE, ROLES = 4, 3
DEPARTMENTS, TITLES = ("Sales", "Legal"), ("Agent", "Clerk")
SET_BY_MAPPINGS = ("Mapped one", "Mapped two")
"""Values that nobody gives by hand, only a roster: one that is there already is no change by hand, and is not taken for one."""

_role = st.integers(0, ROLES - 1)
_person = st.integers(0, PEOPLE - 1)
_condition = st.one_of(
    st.builds(Condition, st.just("department"), st.sampled_from(["equals", "does not equal"]), st.sampled_from(DEPARTMENTS)),
    st.builds(Condition, st.just("title"), st.just("contains"), st.sampled_from((*TITLES, "mapped", "agent|two"))),
    st.builds(Condition, st.just("role"), st.sampled_from(["equals", "does not equal"]), _role.map(lambda one: str(one + 1))),
    st.builds(Condition, st.just("status"), st.just("equals"), st.sampled_from(["1", "2", "3"])),
    st.builds(Condition, st.just("custom_attribute_desk"), st.just("equals"), st.sampled_from(["A", "Mapped one"])),
)
_action = st.one_of(
    st.lists(_role, min_size=1, max_size=2, unique=True).map(
        lambda some: Action("add_role", tuple(str(one + 1) for one in some))
    ),
    st.builds(
        Action,
        st.sampled_from(["set_title", "set_custom_attribute_desk"]),
        st.sampled_from(SET_BY_MAPPINGS).map(lambda v: (v,)),
    ),
    st.just(Action("set_title", ("Mapped {department}",))),
    st.just(Action("set_status", ("0",))),
    st.just(Action("set_group", ("7",))),
)
_mapping = st.builds(
    Mapping,
    st.just("m"),
    st.lists(_action, min_size=1, max_size=2).map(tuple),
    st.sampled_from(["all", "any"]),
    st.lists(_condition, max_size=2).map(tuple),
    st.booleans(),
)
_roster_person = st.tuples(_person, st.sampled_from(DEPARTMENTS), st.sampled_from((*TITLES, "Mapped one")))
_step = st.one_of(
    st.tuples(st.just("create"), _person, st.sampled_from(DEPARTMENTS)),
    st.tuples(st.just("department"), _person, st.sampled_from(DEPARTMENTS)),
    st.tuples(st.just("title"), _person, st.sampled_from(TITLES)),
    st.tuples(st.just("desk"), _person, st.sampled_from(["A", "B", ""])),
    st.tuples(st.just("status"), _person, st.sampled_from([Status.ACTIVE, Status.SUSPENDED, Status.LOCKED])),
    st.tuples(st.just("unlock"), _person),
    st.tuples(st.just("enter"), _person, _role),
    st.tuples(st.just("leave"), _person, _role),
    st.tuples(st.just("nest"), _role, _role),
    st.tuples(st.just("unnest"), _role, _role),
    st.tuples(st.just("remove"), _person),
    st.tuples(st.just("restore"), _person),
    st.tuples(
        st.just("import"),
        st.lists(_roster_person, max_size=3, unique_by=lambda one: one[0]),
        st.lists(st.tuples(_person, _role), max_size=4, unique=True),
    ),
    st.tuples(st.just("forget field")),
    st.tuples(st.just("mappings"), st.lists(_mapping, max_size=4)),
)


class World:
    """A directory, and the ids of those who were in it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.ids: dict[int, int] = {}
        with self.db.write(serial=SERIAL) as c:
            self.roles = [actions.create_role(c, f"Role {number}", group_id=f"G{number}", **BY) for number in range(ROLES)]

    def do(self, step: tuple[Any, ...]) -> None:
        """One thing happens, if it can."""
        with self.db.write(serial=SERIAL) as c:
            getattr(self, "_" + step[0].replace(" ", "_"))(c, *step[1:])

    def _user(self, c: Connection, number: int) -> User | None:
        return store.user_by_employee_id(c, f"E{number}")

    def _create(self, c: Connection, number: int, department: str) -> None:
        if self._user(c, number) is None:
            person = {"employee_id": f"E{number}", "user_name": f"u{number}", "department": department, "title": "Agent"}
            self.ids[number] = actions.create_user(c, person, **BY).id

    def _change(self, c: Connection, number: int, named: dict[str, str], custom: dict[str, str]) -> None:
        user = self._user(c, number)
        if user is not None:
            actions.change_user(c, user.id, named, custom=custom, **BY)

    def _department(self, c: Connection, number: int, value: str) -> None:
        self._change(c, number, {"department": value}, {})

    def _title(self, c: Connection, number: int, value: str) -> None:
        self._change(c, number, {"title": value}, {})

    def _desk(self, c: Connection, number: int, value: str) -> None:
        self._change(c, number, {}, {"desk": value})

    def _status(self, c: Connection, number: int, status: Status) -> None:
        user = self._user(c, number)
        if user is not None:
            actions.set_status(c, user.id, status, **BY)

    def _unlock(self, c: Connection, number: int) -> None:
        user = self._user(c, number)
        if user is not None:
            actions.unlock(c, user.id, **BY)

    def _enter(self, c: Connection, number: int, role: int) -> None:
        user = self._user(c, number)
        if user is not None:
            actions.add_members(c, self.roles[role].id, [user.id], **BY)

    def _leave(self, c: Connection, number: int, role: int) -> None:
        user = self._user(c, number)
        found = None if user is None else store.membership(c, self.roles[role].id, user.id)
        if user is not None and found is not None and found.source != MAPPED:
            actions.remove_members(c, self.roles[role].id, [user.id], **BY)

    def _nest(self, c: Connection, parent: int, child: int) -> None:
        try:
            nest_role(c, self.roles[parent].id, self.roles[child].id, **BY)
        except CircleProblem:
            return

    def _unnest(self, c: Connection, parent: int, child: int) -> None:
        unnest_role(c, self.roles[parent].id, self.roles[child].id, **BY)

    def _remove(self, c: Connection, number: int) -> None:
        user = self._user(c, number)
        if user is not None:
            self.ids[number] = user.id
            actions.remove_user(c, user.id, **BY)

    def _restore(self, c: Connection, number: int) -> None:
        if self._user(c, number) is None and number in self.ids and removed_users.of_id(c, self.ids[number]) is not None:
            removed.restore(c, self.ids[number], **BY)

    def _import(self, c: Connection, people: list[tuple[int, str, str]], seats: list[tuple[int, int]]) -> None:
        said = [
            User(employee_id=f"E{number}", user_name=f"u{number}", department=department, title=title, source=FOLDER)
            for number, department, title in sorted(people)
        ]
        known = {user.employee_id for user in said}
        found = [Seat(f"G{role}", f"E{number}", "{}") for number, role in seats if f"E{number}" in known]
        roles = [Role(group_id=one.group_id, name=one.name, source=FOLDER) for one in self.roles]
        apply_roster(c, Roster(said, roles, sorted(found)), 5)

    def _forget_field(self, c: Connection) -> None:
        for field in field_store.everything(c):
            fields.remove(c, field.id, **BY)

    def _mappings(self, c: Connection, wanted: list[Mapping]) -> None:
        for one in mapping_store.everything(c):
            mappings.remove(c, one.id, **BY)
        for one in wanted:
            mappings.save(c, one, **BY)
        mappings.apply(c, **BY)
        while mappings.go_on(c, 5):
            pass


def _state(c: Connection) -> dict[str, run.Person]:
    return {one.user.employee_id: one for one in run.people_of(c, mapping_store.next_keys(c, "", 100))}


def _plain(user: User) -> tuple[Any, ...]:
    return (user.employee_id, user.department, user.title, user.custom, user.status, user.group_id, user.source)


def _check(mapped: World, bare: World) -> None:
    with mapped.db.read() as c, bare.db.read() as other:
        rules = run.directory_of(c, mapping_store.applied(c).mappings)
        people, without = _state(c), _state(other)
        assert people.keys() == without.keys()
        for key, person in people.items():
            twin = without[key]
            wanted = effect_of(rules.mappings, twin.user, twin.given, rules.held, rules.roles)
            assert _plain(person.user) == _plain(wanted.user)
            assert _plain(person.base) == _plain(twin.user)
            assert {seat.role_id for seat in person.seats} == {*twin.given, *wanted.roles}
            assert {seat.role_id: seat.mapped for seat in person.seats if seat.mapped} == wanted.roles
            assert {seat.role_id: seat.source for seat in person.seats if seat.source != MAPPED} == {
                seat.role_id: seat.source for seat in twin.seats
            }
            assert {name: one.mapping for name, one in person.laid.items()} == wanted.fields


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return iter(tmp_path_factory.mktemp("directory") / str(number) for number in count())


@contextmanager
def _worlds(folders: Iterator[Path], empty: Path) -> Iterator[tuple[World, World]]:
    databases = []
    for _ in range(2):
        folder = next(folders)
        folder.mkdir()
        (folder / "idp.db").write_bytes(empty.read_bytes())
        databases.append(open_idp(folder, None))
    try:
        yield World(databases[0]), World(databases[1])
    finally:
        for one in databases:
            one.close()


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(steps=st.lists(_step, min_size=3, max_size=14), first=st.lists(_mapping, min_size=1, max_size=4))
@example(  # a roster says what a mapping has set: it is what the person has without the mapping, too
    steps=[("import", [(0, "Sales", "Agent")], []), ("import", [(0, "Sales", "Mapped one")], []), ("mappings", [])],
    first=[Mapping("m", (Action("set_title", ("Mapped one",)),))],
)
def test_what_happens_to_people_one_by_one_is_what_mappings_say_from_nothing(
    folders: Iterator[Path], empty_file: Path, steps: list[tuple[Any, ...]], first: list[Mapping]
) -> None:
    with _worlds(folders, empty_file) as (mapped, bare):
        for step in (("create", 0, "Sales"), ("create", 1, "Legal"), ("mappings", first), *steps):
            mapped.do(step)
            if step[0] != "mappings":
                bare.do(step)
            _check(mapped, bare)
