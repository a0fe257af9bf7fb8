"""Administrators: made, signed in, signed out, on both databases."""

import pytest

from lockstep.idp import events
from lockstep.idp.admins import actions, store
from lockstep.idp.admins.records import ABSOLUTE_MS, IDLE_MS
from lockstep.idp.events import EventType
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem

NOW = 1_800_000_000_000


def types(db: Database) -> list[str]:
    with db.read() as c:
        return [event.type.value for event in events.follow(c, 0)]


def test_an_administrator_is_made_once(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        assert not store.exist(c)
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        assert store.exist(c)
        assert store.password_of(c, "root") == "stored"
    with idp.write(serial=events.SERIAL) as c, pytest.raises(Problem, match="already"):
        actions.create(c, "root", "other", actor="a test", now=NOW)
    assert types(idp) == ["admin.created"]


@pytest.mark.parametrize("name", ["", " ", " root", "a\nb", "x" * 201])
def test_a_name_has_printable_characters(name: str) -> None:
    with pytest.raises(Problem, match="name"):
        actions.check(name, "long enough")


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(Problem, match="password"):
        actions.check("root", password)


def test_a_session_lives_for_a_while(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        first = actions.sign_in(c, "root", None, NOW)
        second = actions.sign_in(c, "root", first, NOW)
        assert actions.find(c, first, NOW) is None
        found = actions.find(c, second, NOW + IDLE_MS - 1)
        assert found is not None
        assert found.name == "root"
        assert actions.find(c, second, NOW + IDLE_MS) is None
        assert actions.needs_touch(found, NOW + 60_000)
        for step in range(1, 20):
            store.seen(c, found.digest, NOW + step * IDLE_MS // 2)
        assert actions.find(c, second, NOW + ABSOLUTE_MS - 1) is not None
        assert actions.find(c, second, NOW + ABSOLUTE_MS) is None
        assert actions.find(c, None, NOW) is None
        actions.sign_out(c, found, NOW)
        actions.sign_out(c, found, NOW)
        assert actions.find(c, second, NOW) is None
    assert types(idp) == ["admin.created", "admin.signed_in", "admin.signed_in", "admin.signed_out"]


def test_a_failure_names_nobody_who_is_nobody(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        actions.failed(c, "root", NOW)
        actions.failed(c, "my password", NOW)
    with idp.read() as c:
        found = [event for event in events.follow(c, 0) if event.type is events.EventType.ADMIN_SIGN_IN_FAILED]
    assert [(one.object_name, one.notes) for one in found] == [("root", "wrong password"), ("", "no such administrator")]


def test_an_administrator_is_removed_with_every_session(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        for name in ("root", "ada"):
            actions.create(c, name, "stored", actor="a test", now=NOW)
        first, second = actions.sign_in(c, "ada", None, NOW), actions.sign_in(c, "ada", None, NOW)
        kept = actions.sign_in(c, "root", None, NOW)
        actions.remove(c, "ada", actor="root", now=NOW)
        assert actions.find(c, first, NOW) is actions.find(c, second, NOW) is None
        assert actions.find(c, kept, NOW) is not None
        assert [one.name for one in store.everyone(c)] == ["root"]
    with idp.read() as c:
        removed = [event for event in events.follow(c, 0) if event.type is EventType.ADMIN_REMOVED]
    assert [(event.actor, event.object_name) for event in removed] == [("root", "ada")]


def test_nobody_and_the_last_one_are_not_removed(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        actions.create(c, "root", "stored", actor="a test", now=NOW)
        with pytest.raises(actions.NoAdminProblem, match="no administrator 'ada'"):
            actions.remove(c, "ada", actor="a test", now=NOW)
        with pytest.raises(Problem, match="root is the last administrator: make another one first"):
            actions.remove(c, "root", actor="a test", now=NOW)
        assert store.exist(c)


def test_who_was_last_seen_when(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        for name in ("never", "out", "in"):
            actions.create(c, name, "stored", actor="a test", now=NOW)
        out = actions.sign_in(c, "out", None, NOW + 1)
        session = actions.find(c, out, NOW + 1)
        assert session is not None
        actions.sign_out(c, session, NOW + 2)
        actions.sign_in(c, "out", None, NOW + 3)
        inside = actions.find(c, actions.sign_in(c, "in", None, NOW + 4), NOW + 4)
        assert inside is not None
        store.seen(c, inside.digest, NOW + 9)
        store.forget_sessions(c, NOW + 5)
        seen = {one.name: one.seen_at for one in actions.everyone(c)}
    assert seen == {"in": NOW + 9, "never": 0, "out": NOW + 3}
