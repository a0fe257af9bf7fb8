"""Passwords of users, within the policy of their group."""

from msgspec.structs import replace

from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.groups import policies
from lockstep.idp.directory.groups.store import policy_of
from lockstep.idp.directory.lookup import find_user, user_of_id
from lockstep.idp.directory.records import Status, User
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.people import store
from lockstep.idp.signin.steps import store as steps
from lockstep.kit.db import Connection

USED = "this is the password until now, or one of the last: choose another one"
KEPT = 24
"""Passwords of the past that are kept: as many as a policy may forbid to come again."""


def check_password(c: Connection, user: User, password: str) -> None:
    """Raise ValueProblem for a password that the policy of the user's group does not take."""
    policies.check_password(password, policy_of(c, user.group_id))


def forbidden(c: Connection, user: User) -> list[str]:
    """The stored passwords that must not come again when the user chooses one: the present one, and the policy's number."""
    present = store.password_of(c, user.id)
    past = store.past_passwords(c, user.id, policy_of(c, user.group_id).history)
    return list(dict.fromkeys([*([present] if present else []), *past]))


def set_password(c: Connection, user: str, stored: str, *, actor: str, now: int) -> User:
    """Give a user (user name or employee_id) a password, hashed already; every session of that user ends.

    Raises NotThereProblem.
    """
    found = find_user(c, user)
    _set(c, found, stored, actor, now)
    return found


def renew(c: Connection, user: User, stored: str, now: int) -> User:
    """The user has chosen a password themselves, hashed already: they are Active, if another one was all that was missing."""
    _set(c, user, stored, user.user_name, now)
    if user.status != Status.ACTIVE:
        directory.set_status(c, user.id, Status.ACTIVE, actor=user.user_name, now=now)
    return user_of_id(c, user.id)


def _set(c: Connection, user: User, stored: str, actor: str, now: int) -> None:
    store.set_password(c, user.id, stored, now)
    store.remember_password(c, user.id, stored, now, KEPT)
    store.end_sessions_of(c, user.id)
    steps.end_all_of(c, user.id)
    activity.write(c, user.id, replace(activity.of(c, user.id), password_changed_at=now))
    append(c, Event(type=EventType.PASSWORD_CHANGED, actor=actor, user_id=user.id, user_name=user.user_name), now)
