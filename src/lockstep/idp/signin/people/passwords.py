"""Passwords of users."""

from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import User
from lockstep.idp.events import Event, EventType, append
from lockstep.idp.signin.people import store
from lockstep.kit.db import Connection
from lockstep.kit.passwords import LONGEST, SHORTEST
from lockstep.kit.problems import Problem


def check_password(password: str) -> None:
    """Raise Problem for a password of an unsuitable length.  There are no other rules: they make passwords worse."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Problem(f"a password has {SHORTEST} to {LONGEST} characters")


def set_password(c: Connection, user: str, stored: str, *, actor: str, now: int) -> User:
    """Give a user (user name or employee_id) a password, hashed already; every session of that user ends.

    Raises NotThereProblem.
    """
    found = find_user(c, user)
    store.set_password(c, found.id, stored, now)
    store.end_sessions_of(c, found.id)
    append(c, Event(type=EventType.PASSWORD_CHANGED, actor=actor, user_id=found.id, user_name=found.user_name), now)
    return found
