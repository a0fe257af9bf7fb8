"""Many pieces one after the other, and what another process has left."""

from typing import Any

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import store
from lockstep.idp.directory.batches import actions, work
from lockstep.idp.directory.batches.records import Action, Batch
from lockstep.idp.directory.records import Status
from lockstep.idp.events import SERIAL
from lockstep.kit.db import Database

BY: Any = {"actor": "root", "now": 5}


def asked(db: Database, count: int) -> Batch:
    with db.write(serial=SERIAL) as c:
        users = [directory.create_user(c, {"user_name": f"u{number}"}, **BY).id for number in range(count)]
        return actions.ask(c, Action.SUSPEND, users, **BY)


def suspended(db: Database) -> int:
    with db.read() as c:
        return sum(user.status == Status.SUSPENDED for user in store.stream_users(c))


def test_it_goes_on_until_the_end_and_says_how_far_it_is(idp: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions.do_piece, "__kwdefaults__", {"size": 2})
    batch = asked(idp, 5)
    told: list[Batch] = []
    end = work.finish(idp, batch.id, lambda: 9, told=told.append)
    assert (end.finished_at, end.changed, suspended(idp)) == (9, 5, 5)
    assert [one.done for one in told] == [2, 4, 5]


def test_what_was_left_is_finished_and_what_is_under_way_is_not_touched(idp: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(actions.do_piece, "__kwdefaults__", {"size": 2})
    batch = asked(idp, 3)
    halted = work.finish(idp, batch.id, lambda: 10, stopped=lambda: True)
    assert (halted.done, halted.finished_at) == (2, 0)
    assert work.finish_left_lying(idp, lambda: 10 + work.LEFT_LYING_MS) == 0
    assert work.finish_left_lying(idp, lambda: 11 + work.LEFT_LYING_MS) == 1
    assert suspended(idp) == 3
    assert work.finish_left_lying(idp, lambda: 10**12) == 0
