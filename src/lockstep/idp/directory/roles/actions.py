"""Who administers a role: check, write, append the event, in the caller's transaction."""

from collections.abc import Callable, Iterable

from lockstep.idp.directory.lookup import role_of_id, user_of_id
from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.roles import store
from lockstep.idp.events import Event, EventType, append
from lockstep.kit.db import Connection


def add_admins(c: Connection, role_id: int, user_ids: Iterable[int], *, actor: str, now: int) -> int:
    """Let users administer a role; how many did not yet.  Raises NotThereProblem."""
    return _each(c, role_id, user_ids, store.add_admin, EventType.ROLE_ADMIN_ADDED, actor, now)


def remove_admins(c: Connection, role_id: int, user_ids: Iterable[int], *, actor: str, now: int) -> int:
    """Let users administer a role no more; how many did.  Raises NotThereProblem."""
    return _each(c, role_id, user_ids, store.remove_admin, EventType.ROLE_ADMIN_REMOVED, actor, now)


def _each(
    c: Connection,
    role_id: int,
    user_ids: Iterable[int],
    write: Callable[[Connection, int, int], bool],
    what: EventType,
    actor: str,
    now: int,
) -> int:
    role, changed = role_of_id(c, role_id), 0
    for user in [user_of_id(c, number) for number in user_ids]:
        if write(c, role_id, user.id):
            changed += 1
            append(c, _about(what, role, user, actor), now)
    return changed


def _about(what: EventType, role: Role, user: User, actor: str) -> Event:
    return Event(
        type=what,
        actor=actor,
        user_id=user.id,
        user_name=user.user_name,
        role_id=role.id,
        role_name=role.name,
    )
