"""Who administers a role."""

from typing import Any

import pytest

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.checks import NotThereProblem
from lockstep.idp.directory.roles import actions, store
from lockstep.idp.events import SERIAL, follow
from lockstep.kit.db import Database

BY: Any = {"actor": "alice", "now": 5}


def test_users_administer_a_role_until_they_do_not(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob, ann = (directory.create_user(c, {"user_name": name}, **BY) for name in ("bob", "ann"))
        cooks = directory.create_role(c, "Cooks", **BY)
        assert actions.add_admins(c, cooks.id, [bob.id, ann.id, bob.id], **BY) == 2
        assert store.admins_of(c, cooks.id) == [bob.id, ann.id]
        assert store.administered_by(c, bob.id) == [cooks.id]
        assert actions.remove_admins(c, cooks.id, [bob.id, bob.id], **BY) == 1
        directory.remove_user(c, ann.id, **BY)
        assert store.admins_of(c, cooks.id) == []
        told = [(one.type.value, one.role_name, one.user_name) for one in follow(c, 0) if "admin" in one.type.value]
    assert told == [
        ("role.admin_added", "Cooks", "bob"),
        ("role.admin_added", "Cooks", "ann"),
        ("role.admin_removed", "Cooks", "bob"),
    ]


def test_who_is_not_there_administers_nothing(idp: Database) -> None:
    with idp.write(serial=SERIAL) as c:
        bob = directory.create_user(c, {"user_name": "bob"}, **BY)
        cooks = directory.create_role(c, "Cooks", **BY)
        with pytest.raises(NotThereProblem):
            actions.add_admins(c, cooks.id, [bob.id, 99], **BY)
        with pytest.raises(NotThereProblem):
            actions.add_admins(c, 99, [bob.id], **BY)
        assert store.admins_of(c, cooks.id) == []
