"""What a person may do by hand, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from lockstep.idp.directory import actions, store
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.mappings import actions as mappings
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.records import BY_HAND, FIELDS, MAPPED, Counts, Membership, Role, State, Status, User, may_enter
from lockstep.idp.events import SERIAL, Event, follow, latest
from lockstep.kit.db import Connection, Database

BY: Any = {"actor": "alice", "now": 5}
MADE = 2
"""Events until Bob is there: the field of his badge, and he."""


def _bob(connection: Connection, **fields: str) -> User:
    bob = {"employee_id": "E1", "user_name": "bob", "email": "bob@x.example", **fields}
    return actions.create_user(connection, bob, custom={"badge": "1"}, actor="setup", now=1)


def _last(connection: Connection) -> Event:
    return list(follow(connection, 0))[-1]


def test_creates_a_user_with_every_field(idp: Database) -> None:
    fields = {name: f"{name} é" for name in FIELDS}
    with idp.write(serial=SERIAL) as connection:
        user = actions.create_user(connection, fields, custom={"b": "2", "a": "1", "no": ""}, status=2, **BY)
    with idp.read() as connection:
        assert store.user_by_id(connection, user.id) == user
        assert user == User(
            **dict[str, Any](fields), custom={"a": "1", "b": "2"}, status=2, id=user.id, created_at=5, updated_at=5
        )
        event = _last(connection)
    assert (event.type.value, event.actor, event.user_id, event.user_name) == (
        "user.created",
        "alice",
        user.id,
        "user_name é",
    )


def test_a_user_made_by_hand_gets_what_is_not_said(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        first = actions.create_user(connection, {"email": "a@x", "given_name": "A", "family_name": "B"}, **BY)
        second = actions.create_user(connection, {"user_name": "c"}, **BY)
    assert (first.user_name, first.display_name, first.status, first.source) == ("a@x", "A B", Status.ACTIVE, BY_HAND)
    assert (second.display_name, second.email) == ("c", "")
    assert len({first.employee_id, second.employee_id, ""}) == 3


REFUSED = [
    ({}, "user_name", "is empty"),
    ({"user_name": " "}, "user_name", "is empty"),
    ({"user_name": "BOB"}, "user_name", r"another user's \(employee_id 'E1'\)"),
    ({"user_name": "x", "email": "Bob@X.example"}, "email", r"another user's \('bob'\)"),
    ({"user_name": "x", "employee_id": "E1"}, "employee_id", "another user's"),
    ({"user_name": "x", "employee_id": " "}, "employee_id", "is empty"),
    ({"user_name": "x" * 1025}, "user_name", "longer than"),
    ({"user_name": "x", "manager_id": "x" * 1025}, "manager_id", "longer than"),
    ({"user_name": "x", "title": "a\0b"}, "title", "NUL"),
    ({"user_name": "x", "titel": "a"}, "titel", "is not a field of a user"),
]


@pytest.mark.parametrize(("fields", "field", "words"), REFUSED)
def test_refuses_to_create(idp: Database, fields: dict[str, str], field: str, words: str) -> None:
    with idp.write(serial=SERIAL) as connection:
        _bob(connection)
        with pytest.raises(FieldProblem, match=f"^{field} .*{words}") as problem:
            actions.create_user(connection, fields, **BY)
        assert problem.value.field == field
        assert store.counts(connection).users == 1
        assert latest(connection) == MADE


def test_refuses_an_unknown_status_and_a_custom_attribute_without_a_name(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        with pytest.raises(FieldProblem, match="status 6 is unknown; there are 0 unactivated, 1 active"):
            actions.create_user(connection, {"user_name": "x"}, status=6, **BY)
        with pytest.raises(FieldProblem, match="name of a custom attribute is empty"):
            actions.create_user(connection, {"user_name": "x"}, custom={"": "1"}, **BY)
        with pytest.raises(FieldProblem, match="badge has a NUL"):
            actions.create_user(connection, {"user_name": "x"}, custom={"badge": "\0"}, **BY)


def test_changes_what_is_named_and_nothing_else(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection, title="Clerk", department="Research")
        custom = {"badge": "", "floor": "3"}
        changed = actions.change_user(connection, bob.id, {"department": "Treasury"}, custom=custom, **BY)
        assert store.user_by_id(connection, bob.id) == changed
        assert (changed.title, changed.department, changed.custom) == ("Clerk", "Treasury", {"floor": "3"})
        assert (changed.created_at, changed.updated_at) == (1, 5)
        event = _last(connection)
    assert (event.type.value, event.user_name, event.notes) == ("user.updated", "bob", "")


def test_a_change_to_what_is_there_says_nothing(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        assert actions.change_user(connection, bob.id, {"user_name": "bob"}, custom={"badge": "1", "x": ""}, **BY) == bob
        assert latest(connection) == MADE


def test_a_user_may_change_the_case_of_its_own_name_and_address(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        changed = actions.change_user(connection, bob.id, {"user_name": "BOB", "email": "BOB@x.example"}, **BY)
        assert store.user_by_user_name(connection, "bob") == changed


def test_refuses_to_change(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        other = actions.create_user(connection, {"user_name": "charlie", "email": "c@x"}, **BY)
        before = latest(connection)
        for fields, field in (
            ({"user_name": "Bob"}, "user_name"),
            ({"user_name": ""}, "user_name"),
            ({"email": "BOB@x.example"}, "email"),
            ({"employee_id": "E9"}, "employee_id"),
            ({"nothing": "1"}, "nothing"),
        ):
            with pytest.raises(FieldProblem) as problem:
                actions.change_user(connection, other.id, fields, **BY)
            assert problem.value.field == field
        assert store.user_by_id(connection, other.id) == other
        assert store.user_by_id(connection, bob.id) == bob
        assert latest(connection) == before


def test_a_manager_who_is_unknown_is_kept(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        bob = actions.change_user(connection, _bob(connection).id, {"manager_id": "E404"}, **BY)
        assert bob.manager_id == "E404"
        assert store.reports_of(connection, "E404") == [bob]
        assert store.reports_of(connection, "") == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([Status.SUSPENDED], ["user.suspended"]),
        ([Status.SUSPENDED, Status.SUSPENDED], ["user.suspended"]),
        ([Status.SUSPENDED, Status.ACTIVE], ["user.suspended", "user.reactivated"]),
        ([Status.LOCKED, Status.ACTIVE], ["user.locked", "user.activated"]),
        ([Status.UNACTIVATED], ["user.deactivated"]),
        ([Status.PASSWORD_EXPIRED], ["user.updated"]),
    ],
)
def test_status(sqlite_idp: Database, steps: list[Status], said: list[str]) -> None:
    with sqlite_idp.write() as connection:
        bob = _bob(connection)
        for status in steps:
            assert actions.set_status(connection, bob.id, status, **BY).status == status
        found = store.user_by_id(connection, bob.id)
        assert found is not None
        assert found.status == steps[-1]
        assert [event.type.value for event in follow(connection, MADE)] == said


def test_suspend_and_reactivate(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        assert actions.suspend(connection, bob.id, **BY).status == Status.SUSPENDED
        assert actions.reactivate(connection, bob.id, **BY).status == Status.ACTIVE


def test_removing_a_user_takes_the_memberships_and_says_who_did_it(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        role = actions.create_role(connection, "Readers", **BY)
        actions.add_members(connection, role.id, [bob.id], **BY)
        actions.remove_user(connection, bob.id, **BY)
        assert store.counts(connection) == Counts(users=0, roles=1, memberships=0)
        event = _last(connection)
    assert (event.type.value, event.actor, event.user_id, event.user_name) == ("user.removed", "alice", bob.id, "bob")


def test_roles(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        role = actions.create_role(connection, "Readers", group_id="R", attributes={"k": "v", "no": ""}, **BY)
        assert store.role_by_id(connection, role.id) == role
        assert role == Role(group_id="R", name="Readers", attributes={"k": "v"}, id=role.id)
        renamed = actions.rename_role(connection, role.id, "Lesers", **BY)
        assert actions.rename_role(connection, role.id, "Lesers", **BY) == renamed
        assert store.roles_by_name(connection, "Lesers") == [renamed]
        twin = actions.create_role(connection, "Lesers", **BY)
        assert twin.group_id not in ("", "R")
        actions.remove_role(connection, role.id, **BY)
        assert store.roles(connection) == [twin]
        assert [(event.type.value, event.role_name, event.role_id) for event in follow(connection, 0)] == [
            ("role.created", "Readers", role.id),
            ("role.renamed", "Lesers", role.id),
            ("role.created", "Lesers", twin.id),
            ("role.removed", "Lesers", role.id),
        ]


def test_a_role_that_is_removed_names_whoever_was_in_it(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        users = [actions.create_user(connection, {"employee_id": key, "user_name": key}, **BY) for key in ("E1", "E2")]
        role = actions.create_role(connection, "Readers", **BY)
        actions.add_members(connection, role.id, [user.id for user in users], **BY)
        before = latest(connection)
        actions.remove_role(connection, role.id, **BY)
        assert [(event.type.value, event.user_key) for event in follow(connection, before)] == [
            ("role.removed", ""),
            ("user.roles_changed", "E1"),
            ("user.roles_changed", "E2"),
        ]


def test_refuses_roles(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        role = actions.create_role(connection, "Readers", group_id="R", **BY)
        with pytest.raises(FieldProblem, match="group_id 'R' is another role's"):
            actions.create_role(connection, "Others", group_id="R", **BY)
        with pytest.raises(FieldProblem, match="name is empty"):
            actions.create_role(connection, "", **BY)
        with pytest.raises(FieldProblem, match="name is empty"):
            actions.rename_role(connection, role.id, " ", **BY)
        assert store.roles(connection) == [role]


def test_members(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob, charlie = _bob(connection), actions.create_user(connection, {"user_name": "charlie"}, **BY)
        role = actions.create_role(connection, "Readers", **BY)
        before = latest(connection)
        assert actions.add_members(connection, role.id, [charlie.id, bob.id, bob.id], **BY) == 2
        assert actions.add_members(connection, role.id, [bob.id], **BY) == 0
        assert {user.user_name for user in store.members_of_role(connection, role.id)} == {"bob", "charlie"}
        assert store.roles_of_user(connection, bob.id) == [role]
        assert list(store.stream_memberships(connection)) == sorted((role.id, user.employee_id) for user in (bob, charlie))
        assert actions.remove_members(connection, role.id, [bob.id], **BY) == 1
        assert actions.remove_members(connection, role.id, [bob.id], **BY) == 0
        assert store.roles_of_user(connection, bob.id) == []
        assert [
            (event.type.value, event.type.onelogin_id, event.user_name, event.role_name) for event in follow(connection, before)
        ] == [
            ("role.member_added", 147, "charlie", "Readers"),
            ("role.member_added", 147, "bob", "Readers"),
            ("role.member_removed", 148, "bob", "Readers"),
        ]


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(lambda connection, by: actions.change_user(connection, 9, {}, **by), id="change"),
        pytest.param(lambda connection, by: actions.suspend(connection, 9, **by), id="suspend"),
        pytest.param(lambda connection, by: actions.remove_user(connection, 9, **by), id="remove"),
        pytest.param(lambda connection, by: actions.rename_role(connection, 9, "x", **by), id="rename role"),
        pytest.param(lambda connection, by: actions.remove_role(connection, 9, **by), id="remove role"),
        pytest.param(lambda connection, by: actions.add_members(connection, 9, [], **by), id="add members"),
        pytest.param(lambda connection, by: actions.remove_members(connection, 9, [], **by), id="remove members"),
    ],
)
def test_who_is_not_there(sqlite_idp: Database, action: Callable[[Connection, Any], object]) -> None:
    with sqlite_idp.write() as connection:
        with pytest.raises(NotThereProblem, match=r"with id 9$"):
            action(connection, BY)
        assert latest(connection) == 0


def test_a_member_who_is_not_there(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        role = actions.create_role(connection, "Readers", **BY)
        with pytest.raises(NotThereProblem, match="no user with id 9"):
            actions.add_members(connection, role.id, [9], **BY)
        assert store.membership(connection, role.id, 9) is None


def test_both_databases_sort_by_code_point(idp: Database) -> None:
    keys = ["a", "B", "é", "Z", "_", "1", "ä", "\U0001f600", "\uffee"]
    with idp.write(serial=SERIAL) as connection:
        for key in keys:
            actions.create_user(connection, {"employee_id": key, "user_name": f"u{key}"}, **BY)
            actions.create_role(connection, "same", group_id=key, **BY)
        assert [user.employee_id for user in store.stream_users(connection)] == sorted(keys)
        assert [role.group_id for role in store.roles(connection)] == sorted(keys)


def test_who_is_not_approved_is_so_until_somebody_says_so(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        rejected = actions.set_state(connection, bob.id, State.REJECTED, **BY)
        assert (rejected.state, may_enter(bob), may_enter(rejected)) == (State.REJECTED, True, False)
        assert actions.set_state(connection, bob.id, State.REJECTED, **BY) == rejected
        event = _last(connection)
        assert (event.type.value, event.notes) == ("user.updated", "state rejected")
        with pytest.raises(FieldProblem, match="state 9 is unknown; there are 0 unapproved, 1 approved"):
            actions.set_state(connection, bob.id, 9, **BY)


def test_a_lock_ends_when_somebody_unlocks(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob = _bob(connection)
        assert actions.unlock(connection, bob.id, **BY) == bob, "nothing was locked"
        activity.write(connection, bob.id, Activity(last_login=3, invalid_login_attempts=4))
        assert actions.lock(connection, bob.id, until=99, **BY).status == Status.LOCKED
        assert activity.of(connection, bob.id) == Activity(last_login=3, locked_until=99)
        assert actions.unlock(connection, bob.id, **BY).status == Status.ACTIVE
        assert activity.of(connection, bob.id) == Activity(last_login=3)
        assert activity.of(connection, 99) == Activity(), "nothing is known of nobody"
        assert _last(connection).type.value == "user.unlocked"


def test_what_a_mapping_gives_a_person_cannot_take(idp: Database) -> None:
    with idp.write(serial=SERIAL) as connection:
        bob, role = _bob(connection), actions.create_role(connection, "Cooks", **BY)
        mapping = mappings.save(connection, Mapping("All", (Action("add_role", (str(role.id),)),)), **BY)
        mappings.apply(connection, **BY)
        mappings.go_on(connection, 5)
        mapped = Membership(role_id=role.id, user_id=bob.id, source=MAPPED, mapped=mapping.id)
        assert store.membership(connection, role.id, bob.id) == mapped
        with pytest.raises(FieldProblem, match=f"'Cooks' is given to 'bob' by mapping {mapping.id}"):
            actions.remove_members(connection, role.id, [bob.id], **BY)
        assert actions.add_members(connection, role.id, [bob.id], **BY) == 1
        assert actions.add_members(connection, role.id, [bob.id], **BY) == 0
        assert store.membership(connection, role.id, bob.id) == replace(mapped, source=BY_HAND)
        assert actions.remove_members(connection, role.id, [bob.id], **BY) == 1
        assert store.membership(connection, role.id, bob.id) == mapped
