"""Finding the user or role that a person means."""

import pytest

from lockstep.idp.directory import actions
from lockstep.idp.directory.checks import AmbiguousProblem, NotThereProblem
from lockstep.idp.directory.lookup import find_role, find_user, role_of_id, user_of_id
from lockstep.kit.db import Connection, Database


def _user(connection: Connection, employee_id: str, user_name: str) -> int:
    fields = {"employee_id": employee_id, "user_name": user_name}
    return actions.create_user(connection, fields, actor="alice", now=1).id


def test_a_user_by_name_in_any_case_or_by_key(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        bob, charlie = _user(connection, "E1", "Bob"), _user(connection, "bob", "charlie")
        assert find_user(connection, "bOB").id == bob, "a user name comes before a key"
        assert find_user(connection, "E1").id == bob
        assert find_user(connection, "charlie").id == charlie
        assert user_of_id(connection, bob).user_name == "Bob"
        with pytest.raises(NotThereProblem, match="no user 'e1'"):
            find_user(connection, "e1")
        with pytest.raises(NotThereProblem, match="no user with id 99"):
            user_of_id(connection, 99)


def test_a_role_by_key_or_by_the_only_name(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        for group_id, name in (("R1", "Readers"), ("R2", "Writers"), ("R3", "Writers"), ("Readers", "Others")):
            actions.create_role(connection, name, group_id=group_id, actor="alice", now=1)
        assert find_role(connection, "Readers").name == "Others", "a key comes before a name"
        assert find_role(connection, "Others").group_id == "Readers"
        assert role_of_id(connection, find_role(connection, "R1").id).name == "Readers"
        with pytest.raises(AmbiguousProblem, match="2 roles are called 'Writers'; give the group_id: R2, R3"):
            find_role(connection, "Writers")
        with pytest.raises(NotThereProblem, match="no role 'readers'"):
            find_role(connection, "readers")
        with pytest.raises(NotThereProblem, match="no role with id 99"):
            role_of_id(connection, 99)


def test_what_no_database_looks_for_is_not_there(idp: Database) -> None:
    with idp.read() as connection:
        with pytest.raises(NotThereProblem):
            find_user(connection, "a\0b")
        with pytest.raises(NotThereProblem):
            find_role(connection, "a\0b")
