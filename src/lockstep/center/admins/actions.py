"""What may be done with administrators."""

from lockstep.center import events
from lockstep.center.admins import store
from lockstep.center.events import Call
from lockstep.kit.db import Connection, unique_violations
from lockstep.kit.passwords import LONGEST, SHORTEST, hash_password
from lockstep.kit.problems import Problem


def create(connection: Connection, call: Call, name: str, password: str) -> None:
    """A new administrator.  Raises Problem for a taken name or a password of an unsuitable length."""
    if not name.strip() or not name.isprintable():
        raise Problem("an administrator needs a name of printable characters")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Problem(f"a password has {SHORTEST} to {LONGEST} characters")
    try:
        store.add(connection, name, hash_password(password), call.at)
    except unique_violations():
        raise Problem(f"there is an administrator {name!r} already") from None
    events.append(connection, events.NO_INSTANCE, call, 200, resource_id=name)


def remove(connection: Connection, call: Call, name: str) -> None:
    """Remove an administrator; what it is signed in to is over with its next request.  Raises Problem if there is none."""
    if not store.remove(connection, name):
        raise Problem(f"there is no administrator {name!r}")
    events.append(connection, events.NO_INSTANCE, call, 200, resource_id=name)
