"""Sessions of administrators, on both databases."""

import pytest

from lockstep.center.admins import actions, sessions, store
from lockstep.center.events import Call, Operation
from lockstep.center.instances.actions import admin_call
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.web.secrets import digest

NOW = 1_800_000_000_000
PASSWORD = "correct horse battery"


def call(at: int = NOW) -> Call:
    return admin_call(Operation.CONSOLE_LOGIN, "unknown", at)


def create(connection: Connection, name: str = "ada") -> None:
    actions.create(connection, admin_call(Operation.CREATE_ADMIN, "alice", NOW), name, PASSWORD)


def log_in(
    connection: Connection, name: str = "ada", *, at: int = NOW, right: bool = True, old: str | None = None
) -> str | None:
    attempt = sessions.begin(connection, name, "192.0.2.1", at)
    return sessions.finish(connection, attempt, call(at), right=right and attempt.stored is not None, old=old)


def test_a_session_lasts_eight_hours_and_one_idle_hour(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        secret = log_in(connection)
        assert secret is not None
        found = sessions.find(connection, secret, NOW + sessions.IDLE_MS - 1)
        assert found is not None
        assert found.admin == "ada"
        assert sessions.find(connection, secret, NOW + sessions.IDLE_MS) is None
        at = NOW
        while at < NOW + sessions.LONGEST_MS - sessions.IDLE_MS:
            at += sessions.IDLE_MS // 2
            sessions.touch(connection, found, at)
        assert sessions.find(connection, secret, NOW + sessions.LONGEST_MS - 1) is not None
        assert sessions.find(connection, secret, NOW + sessions.LONGEST_MS) is None


def test_only_its_digest_is_stored_and_a_new_log_in_ends_the_old_session(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        first = log_in(connection)
        assert first is not None
        second = log_in(connection, old=first)
        assert second not in (None, first)
        assert sessions.find(connection, first, NOW) is None
        assert second is not None
        found = sessions.find(connection, second, NOW)
        assert found is not None
        assert found.digest == digest(second)


def test_a_removed_administrator_is_signed_in_nowhere(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        secret = log_in(connection)
        assert secret is not None
        actions.remove(connection, admin_call(Operation.REMOVE_ADMIN, "alice", NOW), "ada")
        assert sessions.find(connection, secret, NOW) is None
        with pytest.raises(Problem, match="no administrator"):
            actions.remove(connection, admin_call(Operation.REMOVE_ADMIN, "alice", NOW), "ada")


def test_after_five_failures_there_is_a_pause_that_ends(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        for _ in range(5):
            assert log_in(connection, right=False) is None
        assert sessions.begin(connection, "ada", "192.0.2.1", NOW).paused
        assert not sessions.begin(connection, "bob", "192.0.2.1", NOW).paused
        assert log_in(connection, at=NOW + 900_001) is not None
        assert not sessions.begin(connection, "ada", "192.0.2.1", NOW + 900_002).paused


def test_whoever_is_removed_while_the_password_is_looked_at_gets_nothing(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        attempt = sessions.begin(connection, "ada", "192.0.2.1", NOW)
        actions.remove(connection, admin_call(Operation.REMOVE_ADMIN, "alice", NOW), "ada")
        assert sessions.finish(connection, attempt, call(), right=True, old=None) is None


def test_what_is_handed_over_is_taken_once(each_center: Database) -> None:
    with each_center.write() as connection:
        create(connection)
        secret = log_in(connection)
        assert secret is not None
        store.hand_over(connection, digest(secret), b"sealed")
        assert store.take_over(connection, digest(secret)) == b"sealed"
        assert store.take_over(connection, digest(secret)) is None
