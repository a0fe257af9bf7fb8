"""Whoever was deleted comes back as they were, while they are kept."""

from typing import Any

import pytest
from msgspec.structs import replace

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.records import Status
from lockstep.idp.directory.removed import actions
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.directory.removed.records import DAY_MS, KEPT_DAYS
from lockstep.idp.events import SERIAL, follow
from lockstep.kit.db import Database

BY: Any = {"actor": "alice", "now": 5}


def test_a_user_comes_back_under_the_same_id_in_the_roles_that_are_there(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob = directory.create_user(c, {"user_name": "bob", "title": "Cook"}, custom={"badge": "1"}, **BY)
        directory.set_status(c, bob.id, Status.SUSPENDED, **BY)
        cooks, waiters = (directory.create_role(c, name, **BY) for name in ("Cooks", "Waiters"))
        for role in (cooks, waiters):
            directory.add_members(c, role.id, [bob.id], **BY)
        before = store.user_by_id(c, bob.id)
        assert before is not None
        directory.remove_user(c, bob.id, actor="alice", now=7)
        directory.remove_role(c, waiters.id, **BY)
        [kept] = removed.newest(c, limit=10)
        assert (kept.user, kept.removed_at, kept.removed_by) == (before, 7, "alice")
        back = actions.restore(c, bob.id, actor="alice", now=9)
        assert back == replace(before, updated_at=9) == store.user_by_id(c, bob.id)
        assert [role.name for role in store.roles_of_user(c, bob.id)] == ["Cooks"]
        assert removed.newest(c, limit=10) == []
        *_, event = follow(c, 0)
        assert (event.type.value, event.user_id, event.user_key) == ("user.restored", bob.id, bob.employee_id)
        after = directory.create_user(c, {"user_name": "new"}, **BY)
        assert after.id > bob.id, "an id is never given again"


@pytest.mark.parametrize("field", ["employee_id", "user_name"])
def test_nobody_comes_back_in_anothers_place(idp: Database, field: str) -> None:
    with idp.write(serial=SERIAL) as c:
        bob = directory.create_user(c, {"user_name": "bob", "employee_id": "E1"}, **BY)
        directory.remove_user(c, bob.id, **BY)
        directory.create_user(c, {"user_name": "x", "employee_id": "E2", field: getattr(bob, field)}, **BY)
        with pytest.raises(FieldProblem, match="another user's by now") as caught:
            actions.restore(c, bob.id, **BY)
        assert caught.value.field == field
        assert removed.of_id(c, bob.id) is not None


def test_after_some_days_nobody_comes_back(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob, ann = (directory.create_user(c, {"user_name": name}, **BY) for name in ("bob", "ann"))
        directory.remove_user(c, bob.id, actor="alice", now=0)
        directory.remove_user(c, ann.id, actor="alice", now=DAY_MS)
        assert actions.forget_old(c, KEPT_DAYS * DAY_MS) == 1
        with pytest.raises(NotThereProblem, match=f"kept for {KEPT_DAYS} days"):
            actions.restore(c, bob.id, **BY)
        assert actions.restore(c, ann.id, **BY).user_name == "ann"


def test_those_who_were_deleted_are_listed_page_by_page(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        for number in range(5):
            user = directory.create_user(c, {"user_name": f"u{number}"}, **BY)
            directory.remove_user(c, user.id, actor="alice", now=number // 2)
        first = removed.newest(c, limit=3)
        rest = removed.newest(c, after=(first[-1].removed_at, first[-1].user.id), limit=3)
        assert [one.user.user_name for one in (*first, *rest)] == ["u4", "u3", "u2", "u1", "u0"]
