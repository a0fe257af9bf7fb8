"""One action on many users: whom it is done to, what it says, and that no piece is lost or done twice."""

from typing import Any

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.batches import actions
from lockstep.idp.directory.batches import store as batches
from lockstep.idp.directory.batches.records import Action, Batch, Refusal
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.groups.actions import create as create_group
from lockstep.idp.directory.groups.records import Policy
from lockstep.idp.directory.records import MAPPED, Membership, State, Status, User
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.events import SERIAL, EventType, follow
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem

BY: Any = {"actor": "root", "now": 5}


def people(c: Connection, count: int) -> list[User]:
    return [directory.create_user(c, {"user_name": f"u{number}"}, **BY) for number in range(count)]


def done(c: Connection, action: Action, users: list[User], argument: int = 0, size: int = 1_000) -> Batch:
    batch = actions.ask(c, action, [user.id for user in users], argument=argument, **BY)
    while not batch.finished_at:
        batch = actions.do_piece(c, batch.id, now=6, size=size)
    return batch


def now(c: Connection, user: User) -> User:
    found = store.user_by_id(c, user.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "action", "after", "changed"),
    [
        (Status.ACTIVE, Action.SUSPEND, Status.SUSPENDED, 1),
        (Status.SUSPENDED, Action.SUSPEND, Status.SUSPENDED, 0),
        (Status.SUSPENDED, Action.ACTIVATE, Status.ACTIVE, 1),
        (Status.LOCKED, Action.ACTIVATE, Status.ACTIVE, 1),
        (Status.UNACTIVATED, Action.ACTIVATE, Status.ACTIVE, 1),
        (Status.ACTIVE, Action.LOCK, Status.LOCKED, 1),
        (Status.LOCKED, Action.LOCK, Status.LOCKED, 0),
        (Status.LOCKED, Action.UNLOCK, Status.ACTIVE, 1),
        (Status.SUSPENDED, Action.UNLOCK, Status.SUSPENDED, 0),
    ],
)
def test_status(idp: Database, before: Status, action: Action, after: Status, changed: int) -> None:
    with idp.write(serial=SERIAL) as c:
        [user] = people(c, 1)
        directory.set_status(c, user.id, before, **BY)
        batch = done(c, action, [user])
        assert (now(c, user).status, batch.changed, batch.done, batch.refused) == (after, changed, 1, 0)


def test_state_role_group_and_deletion(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        users = people(c, 3)
        role = directory.create_role(c, "Cooks", **BY)
        assert done(c, Action.REJECT, users).changed == 3
        assert done(c, Action.APPROVE, users[:1]).changed == 1
        assert [now(c, user).state for user in users] == [State.APPROVED, State.REJECTED, State.REJECTED]
        assert done(c, Action.ADD_ROLE, users[:2], role.id).changed == 2
        assert done(c, Action.ADD_ROLE, users, role.id).changed == 1
        assert done(c, Action.TAKE_ROLE, users[1:], role.id).changed == 2
        assert [user.id for user in store.members_of_role(c, role.id)] == [users[0].id]
        staff = create_group(c, "Staff", Policy(), **BY).id
        assert done(c, Action.SET_GROUP, users, staff).changed == 3
        assert done(c, Action.SET_GROUP, users, staff).changed == 0
        assert done(c, Action.SET_GROUP, users[:1], 0).changed == 1
        assert [now(c, user).group_id for user in users] == [None, staff, staff]
        assert done(c, Action.DELETE, users[1:]).changed == 2
        assert [user.id for user in store.stream_users(c)] == [users[0].id]
        assert len(removed.newest(c, limit=10)) == 2


def test_one_event_for_all_and_one_for_each(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        users = people(c, 3)
        batch = done(c, Action.SUSPEND, users, size=2)
        found = [(one.type, one.user_name, one.notes, one.actor) for one in follow(c, 0)][-4:]
        assert found == [
            (EventType.USER_BULK_OPERATION, "", "suspend: 3 users", "root"),
            *((EventType.USER_SUSPENDED, user.user_name, "", "root") for user in users),
        ]
        assert EventType.USER_BULK_OPERATION.onelogin_id == 23
        assert (batch.total, batch.done, batch.changed, batch.created_at, batch.finished_at) == (3, 3, 3, 5, 6)
        assert batches.of_id(c, batch.id) == batch == batches.newest(c, 1)[0]


def test_pieces_go_on_where_another_one_ended(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        users = people(c, 5)
        batch = actions.ask(c, Action.SUSPEND, [user.id for user in users], **BY)
    for expected in (2, 4, 5):
        with idp.write(serial=SERIAL) as c:
            batch = actions.do_piece(c, batch.id, now=6, size=2)
            assert (batch.done, batch.changed) == (expected, expected)
    assert batch.finished_at
    with idp.write(serial=SERIAL) as c:
        assert actions.do_piece(c, batch.id, now=9, size=2) == batch, "at its end nothing happens"


def test_a_piece_that_fails_is_undone_as_a_whole(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with idp.write(serial=SERIAL) as c:
        users = people(c, 4)
        batch = actions.ask(c, Action.SUSPEND, [user.id for user in users], **BY)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt), idp.write(serial=SERIAL) as c:
        patched.setattr(batches, "change", killed)
        actions.do_piece(c, batch.id, now=6, size=3)
    with idp.write(serial=SERIAL) as c:
        assert [now(c, user).status for user in users] == [Status.ACTIVE] * 4
        assert actions.do_piece(c, batch.id, now=6, size=10).changed == 4


def test_who_is_gone_is_passed_over_and_who_cannot_be_changed_is_named(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        gone, mapped, plain = people(c, 3)
        role = directory.create_role(c, "Cooks", **BY)
        directory.add_members(c, role.id, [plain.id], **BY)
        store.add_member(c, Membership(role_id=role.id, user_id=mapped.id, source=MAPPED, mapped=4))
        batch = actions.ask(c, Action.TAKE_ROLE, [gone.id, mapped.id, plain.id], argument=role.id, **BY)
        directory.remove_user(c, gone.id, **BY)
        batch = actions.do_piece(c, batch.id, now=6)
        assert (batch.done, batch.changed, batch.refused) == (3, 1, 1)
        why = "role 'Cooks' is given to 'u1' by mapping 4: change the mapping, or the person"
        assert batch.reasons == (Refusal("u1", why),)


def test_what_is_wrong_is_refused_before_anything_is_written(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        users = [user.id for user in people(c, 2)]
    cases: list[tuple[type[Problem], dict[str, Any]]] = [
        (NotThereProblem, {"action": Action.ADD_ROLE, "argument": 99}),
        (NotThereProblem, {"action": Action.SET_GROUP, "argument": 99}),
        (actions.OtherCountProblem, {"action": Action.SUSPEND, "shown": 3}),
    ]
    for problem, asked in cases:
        with pytest.raises(problem), idp.write(serial=SERIAL) as c:
            actions.ask(c, user_ids=users, **asked, **BY)
    with pytest.raises(Problem, match="nobody"), idp.write(serial=SERIAL) as c:
        actions.ask(c, Action.SUSPEND, [], **BY)
    with idp.read() as c:
        assert batches.newest(c, 10) == []
        with pytest.raises(NotThereProblem):
            actions.find(c, 1)
