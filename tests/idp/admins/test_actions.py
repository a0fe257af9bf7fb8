"""Administrators: made, signed in, signed out, on both databases."""

import pytest

from lockstep.idp import events
from lockstep.idp.admins import actions, store
from lockstep.idp.admins.records import ABSOLUTE_MS, IDLE_MS
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
