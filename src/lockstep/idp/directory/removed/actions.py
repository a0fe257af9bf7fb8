"""Deleted users come back: check, write, append the event, in the caller's transaction."""

from msgspec.structs import replace

from lockstep.idp.directory import store
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.lookup import user_of_id
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.records import BY_HAND, Membership, User, to_dict
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.directory.removed.records import DAY_MS, KEPT_DAYS
from lockstep.idp.events import Event, EventType, append
from lockstep.kit.db import Connection


def restore(c: Connection, user_id: int, *, actor: str, now: int) -> User:
    """Bring somebody back under the same id, in the roles they had as far as these are there.

    They are made by hand from now on: a source that wants them has them with its next run.  Raises NotThereProblem for who is
    not kept (any more), FieldProblem where somebody else has the employee_id or the user name by now.
    """
    kept = removed.of_id(c, user_id)
    if kept is None:
        raise NotThereProblem(f"there is no deleted user with id {user_id}; deleted users are kept for {KEPT_DAYS} days")
    user = replace(kept.user, source=BY_HAND, updated_at=now)
    _refuse_taken(c, user)
    store.restore_user(c, user)
    roles = {role.id for role in store.roles(c)}
    for seat in kept.seats:
        if seat.role_id in roles:
            attributes = to_dict(seat.attributes)
            store.add_member(c, Membership(role_id=seat.role_id, user_id=user.id, attributes=attributes))
    removed.drop(c, user_id)
    event = Event(
        type=EventType.USER_RESTORED, actor=actor, user_id=user.id, user_name=user.user_name, user_key=user.employee_id
    )
    append(c, event, now)
    mappings.run(c, [user.employee_id], now)
    return user_of_id(c, user_id)


def forget_old(c: Connection, now: int) -> int:
    """Forget whoever was deleted more than KEPT_DAYS ago; how many."""
    return removed.forget(c, now - KEPT_DAYS * DAY_MS)


def _refuse_taken(c: Connection, user: User) -> None:
    if store.user_by_employee_id(c, user.employee_id) is not None:
        raise FieldProblem("employee_id", f"{user.employee_id!r} is another user's by now")
    if store.user_by_user_name(c, user.user_name) is not None:
        raise FieldProblem("user_name", f"{user.user_name!r} is another user's by now")
