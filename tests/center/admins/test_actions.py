"""Administrators."""

import pytest

from lockstep.center.admins import actions, store
from lockstep.center.events import Operation
from lockstep.center.instances.actions import admin_call
from lockstep.kit.db import Database
from lockstep.kit.passwords import verify_password
from lockstep.kit.problems import Problem
from tests.center.client import Stage


def test_the_password_is_stored_as_a_hash(database: Database, stage: Stage) -> None:
    with database.write() as connection:
        actions.create(connection, admin_call(Operation.CREATE_ADMIN, "test", 0), stage.name, "correct horse")
        stored = store.password_of(connection, stage.name)
        assert store.password_of(connection, "nobody") is None
    assert stored is not None
    assert verify_password("correct horse", stored)


@pytest.mark.parametrize(
    ("name", "password"), [("", "long enough"), ("a\nb", "long enough"), ("a", "short"), ("a", "x" * 1025)]
)
def test_names_and_passwords_that_do_not_fit(database: Database, name: str, password: str) -> None:
    with pytest.raises(Problem), database.write() as connection:
        actions.create(connection, admin_call(Operation.CREATE_ADMIN, "test", 0), name, password)
