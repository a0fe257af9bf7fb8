"""Finds the user or role that a person means."""

from lockstep.idp.directory import store
from lockstep.idp.directory.checks import AmbiguousProblem, NotThereProblem
from lockstep.idp.directory.records import Role, User
from lockstep.kit.db import Connection


def find_user(connection: Connection, text: str) -> User:
    """The user with this user name (without regard to case), or this employee_id.  Raises NotThereProblem."""
    user = None
    if "\0" not in text:  # nobody's name, and PostgreSQL would not look for it
        user = store.user_by_user_name(connection, text) or store.user_by_employee_id(connection, text)
    if user is None:
        raise NotThereProblem(f"there is no user {text!r}; give a user name or an employee_id")
    return user


def find_role(connection: Connection, text: str) -> Role:
    """The role with this group_id, or the only one of this name.  Raises NotThereProblem or AmbiguousProblem."""
    if "\0" in text:
        raise NotThereProblem(f"there is no role {text!r}; give a group_id or a name")
    role = store.role_by_group_id(connection, text)
    if role is not None:
        return role
    named = store.roles_by_name(connection, text)
    if not named:
        raise NotThereProblem(f"there is no role {text!r}; give a group_id or a name")
    if len(named) > 1:
        ids = ", ".join(role.group_id for role in named)
        raise AmbiguousProblem(f"{len(named)} roles are called {text!r}; give the group_id: {ids}")
    return named[0]


def user_of_id(connection: Connection, user_id: int) -> User:
    """The user with this id.  Raises NotThereProblem."""
    user = store.user_by_id(connection, user_id)
    if user is None:
        raise NotThereProblem(f"there is no user with id {user_id}")
    return user


def role_of_id(connection: Connection, role_id: int) -> Role:
    """The role with this id.  Raises NotThereProblem."""
    role = store.role_by_id(connection, role_id)
    if role is None:
        raise NotThereProblem(f"there is no role with id {role_id}")
    return role
