"""What a person, or a program set to it, may do in the directory: check, write, append the event.

The caller gives the connection and so the transaction (`db.write(serial=events.SERIAL)`).  What cannot be taken raises
FieldProblem, who is not there NotThereProblem; nothing is written then.  What changes nothing writes no event.  The mappings
in force are applied to whomever something is done to, in the same transaction.  An actor marks an event as made by hand unless
`events.is_automatic`: a single removal made by hand is never held by a plan's limits.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from lockstep.idp.directory import store
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.checks import FieldProblem, check_key, check_length, check_name, check_text
from lockstep.idp.directory.fields import actions as fields_of_users
from lockstep.idp.directory.lookup import role_of_id, user_of_id
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.mappings.run import base_of
from lockstep.idp.directory.mappings.store import laid_over_one
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.nesting.actions import members_below, members_moved
from lockstep.idp.directory.records import BY_HAND, FIELDS, MAPPED, Membership, Role, State, Status, User, folded
from lockstep.idp.directory.removed import store as removed
from lockstep.idp.events import Event, EventType, append, append_many
from lockstep.kit.db import Connection

CHANGEABLE = tuple(name for name in FIELDS if name != "employee_id")
"""What may be changed of a user: not the key, under which everyone else knows the person."""

_EVENT_OF_STATUS = {
    Status.UNACTIVATED: EventType.USER_DEACTIVATED,
    Status.ACTIVE: EventType.USER_ACTIVATED,
    Status.SUSPENDED: EventType.USER_SUSPENDED,
    Status.LOCKED: EventType.USER_LOCKED,
}


def create_user(
    connection: Connection,
    fields: Mapping[str, str],
    *,
    custom: Mapping[str, str] | None = None,
    status: int = Status.ACTIVE,
    state: int = State.APPROVED,
    actor: str,
    now: int,
) -> User:
    """Make a user by hand.

    `employee_id` defaults to a fresh short one, `user_name` to the e-mail address, `display_name` to given and family name.
    """
    values: dict[str, Any] = {"employee_id": "", "user_name": "", **_known(fields, FIELDS)}
    values["employee_id"] = values["employee_id"] or f"u{secrets.token_hex(5)}"
    values["user_name"] = values["user_name"] or values.get("email", "")
    if not values.get("display_name"):
        parts = (values.get("given_name"), values.get("family_name"))
        values["display_name"] = " ".join(part for part in parts if part) or values["user_name"]
    values.update(status=_status(status), state=_state(state), custom=_merged({}, custom))
    user = User(**values, created_at=now, updated_at=now)
    _check(connection, user, None)
    fields_of_users.ensure(connection, user.custom, actor=actor, now=now)
    user = replace(user, id=store.add_user(connection, user))
    append(connection, _about(EventType.USER_CREATED, user, actor), now)
    return _mapped(connection, user, now)


def change_user(
    connection: Connection,
    user_id: int,
    fields: Mapping[str, str],
    *,
    custom: Mapping[str, str] | None = None,
    actor: str,
    now: int,
) -> User:
    """Change what is named in `fields` (CHANGEABLE) and in `custom`, where an empty value takes the attribute away."""
    before = user_of_id(connection, user_id)
    values: dict[str, Any] = _known(fields, CHANGEABLE)
    after = replace(before, **values, custom=_merged(before.custom, custom))
    if after == before:
        return before
    after = replace(after, updated_at=now)
    _check(connection, after, before)
    fields_of_users.ensure(connection, after.custom.keys() - before.custom.keys(), actor=actor, now=now)
    store.change_user(connection, after)
    append(connection, _about(EventType.USER_UPDATED, after, actor), now)
    return _mapped(connection, after, now)


def set_status(connection: Connection, user_id: int, status: int, *, actor: str, now: int) -> User:
    """Say whether a user can log in (see Status)."""
    before = user_of_id(connection, user_id)
    after = replace(before, status=_status(status), updated_at=now)
    if after.status == before.status:
        return before
    store.change_user(connection, after)
    reactivated = (before.status, after.status) == (Status.SUSPENDED, Status.ACTIVE)
    what = EventType.USER_REACTIVATED if reactivated else _EVENT_OF_STATUS.get(Status(status), EventType.USER_UPDATED)
    append(connection, _about(what, after, actor), now)
    return _mapped(connection, after, now)


def set_state(connection: Connection, user_id: int, state: int, *, actor: str, now: int) -> User:
    """Say whether a user is approved (see State): nobody else has an app, or signs in."""
    before = user_of_id(connection, user_id)
    after = replace(before, state=_state(state), updated_at=now)
    if after.state == before.state:
        return before
    store.change_user(connection, after)
    notes = f"state {State(after.state).name.lower()}"
    append(connection, _about(EventType.USER_UPDATED, after, actor, notes), now)
    return _mapped(connection, after, now)


def lock(connection: Connection, user_id: int, *, until: int = 0, actor: str, now: int) -> User:
    """Lock a user until an instant (ms), after which the next sign-in unlocks; 0 until somebody does."""
    locked = set_status(connection, user_id, Status.LOCKED, actor=actor, now=now)
    known = activity.of(connection, user_id)
    activity.write(connection, user_id, replace(known, locked_until=until, invalid_login_attempts=0))
    return locked


def unlock(connection: Connection, user_id: int, *, actor: str, now: int) -> User:
    """Make a user active again who was locked; anybody else stays as they are."""
    before = user_of_id(connection, user_id)
    if before.status != Status.LOCKED:
        return before
    after = replace(before, status=Status.ACTIVE, updated_at=now)
    store.change_user(connection, after)
    activity.write(connection, user_id, replace(activity.of(connection, user_id), locked_until=0, invalid_login_attempts=0))
    append(connection, _about(EventType.USER_UNLOCKED, after, actor), now)
    return _mapped(connection, after, now)


def suspend(connection: Connection, user_id: int, *, actor: str, now: int) -> User:
    """Suspend a user: the person stays, with all roles, and cannot log in."""
    return set_status(connection, user_id, Status.SUSPENDED, actor=actor, now=now)


def reactivate(connection: Connection, user_id: int, *, actor: str, now: int) -> User:
    """Make a user active again."""
    return set_status(connection, user_id, Status.ACTIVE, actor=actor, now=now)


def remove_user(connection: Connection, user_id: int, *, actor: str, now: int) -> None:
    """Delete a user; the memberships fall with it, and its one event stands for them too.  See `removed` for who comes back."""
    user = user_of_id(connection, user_id)
    removed.keep(connection, base_of(user, laid_over_one(connection, user_id)), actor=actor, now=now)
    store.remove_user(connection, user_id)
    append(connection, _about(EventType.USER_REMOVED, user, actor), now)


def create_role(
    connection: Connection,
    name: str,
    *,
    group_id: str = "",
    attributes: Mapping[str, str] | None = None,
    actor: str,
    now: int,
) -> Role:
    """Make a role by hand; `group_id` defaults to a fresh short one.  Several roles may have one name."""
    role = Role(group_id=group_id or f"r{secrets.token_hex(5)}", name=name, attributes=_merged({}, attributes))
    check_key("group_id", role.group_id)
    check_name("name", role.name)
    if store.role_by_group_id(connection, role.group_id) is not None:
        raise FieldProblem("group_id", f"{role.group_id!r} is another role's")
    role = replace(role, id=store.add_role(connection, role))
    append(connection, _about_role(EventType.ROLE_CREATED, role, actor), now)
    return role


def rename_role(connection: Connection, role_id: int, name: str, *, actor: str, now: int) -> Role:
    """Give a role another name."""
    before = role_of_id(connection, role_id)
    check_name("name", name)
    if name == before.name:
        return before
    after = replace(before, name=name)
    store.change_role(connection, after)
    append(connection, _about_role(EventType.ROLE_RENAMED, after, actor), now)
    return after


def remove_role(connection: Connection, role_id: int, *, actor: str, now: int) -> None:
    """Delete a role; its memberships fall with it, and an event of each member says so, of roles inside it, too."""
    role = role_of_id(connection, role_id)
    members = members_below(connection, role_id)
    if role_id in nesting.load(connection):  # whoever was in it was in others by it
        append(connection, _about_role(EventType.ROLE_UNNESTED, role, actor), now)
    store.remove_role(connection, role_id)
    append(connection, _about_role(EventType.ROLE_REMOVED, role, actor), now)
    append_many(connection, members_moved(members, actor), now)
    mappings.run(connection, [user.employee_id for user in members], now)


def add_members(connection: Connection, role_id: int, user_ids: Iterable[int], *, actor: str, now: int) -> int:
    """Put users into a role; how many were not put there yet.  Who is in it by a mapping alone stays, whatever that says."""
    role = role_of_id(connection, role_id)
    added: list[User] = []
    for user_id in user_ids:
        user = user_of_id(connection, user_id)
        if _put_in(connection, role_id, user_id):
            added.append(user)
            append(connection, _about_member(EventType.ROLE_MEMBER_ADDED, role, user, actor), now)
    mappings.run(connection, [user.employee_id for user in added], now)
    return len(added)


def remove_members(connection: Connection, role_id: int, user_ids: Iterable[int], *, actor: str, now: int) -> int:
    """Take users out of a role; how many were put there.

    Who is in it by a mapping, too, is in it by that alone from now on.  Raises FieldProblem for who is already.
    """
    role = role_of_id(connection, role_id)
    taken: list[User] = []
    for user_id in user_ids:
        user = user_of_id(connection, user_id)
        if _take_out(connection, role, user):
            taken.append(user)
            append(connection, _about_member(EventType.ROLE_MEMBER_REMOVED, role, user, actor), now)
    mappings.run(connection, [user.employee_id for user in taken], now)
    return len(taken)


def _mapped(connection: Connection, user: User, now: int) -> User:
    """The user once the mappings in force have been applied."""
    return user_of_id(connection, user.id) if mappings.run(connection, [user.employee_id], now) else user


def _put_in(connection: Connection, role_id: int, user_id: int) -> bool:
    if store.add_member(connection, Membership(role_id=role_id, user_id=user_id)):
        return True
    found = store.membership(connection, role_id, user_id)
    if found is None or found.source != MAPPED:
        return False
    store.change_giver(connection, role_id, user_id, source=BY_HAND)
    return True


def _take_out(connection: Connection, role: Role, user: User) -> bool:
    found = store.membership(connection, role.id, user.id)
    if found is None:
        return False
    if not found.mapped:
        return store.remove_member(connection, role.id, user.id)
    if found.source == MAPPED:
        what = f"{role.name!r} is given to {user.user_name!r} by mapping {found.mapped}: change the mapping, or the person"
        raise FieldProblem("role", what)
    store.change_giver(connection, role.id, user.id, source=MAPPED)
    return True


def _check(connection: Connection, user: User, before: User | None) -> None:
    for name in FIELDS:
        check_text(name, getattr(user, name))
    check_key("employee_id", user.employee_id)
    check_key("user_name", user.user_name)
    check_length("email", user.email)
    check_length("manager_id", user.manager_id)  # who may be unknown here: a roster may name a person of another one
    if before is None and store.user_by_employee_id(connection, user.employee_id) is not None:
        raise FieldProblem("employee_id", f"{user.employee_id!r} is another user's")
    other = store.user_by_user_name(connection, user.user_name)
    if other is not None and other.id != user.id:
        raise FieldProblem("user_name", f"{user.user_name!r} is another user's (employee_id {other.employee_id!r})")
    # A roster may hold one address twice; only who takes an address by hand is refused.
    if before is None or folded(before.email) != folded(user.email):
        for other in store.users_by_email(connection, user.email):
            if other.id != user.id:
                raise FieldProblem("email", f"{user.email!r} is another user's ({other.user_name!r})")


def _known(fields: Mapping[str, str], allowed: Iterable[str]) -> dict[str, Any]:
    for name in fields:
        if name in allowed:
            continue
        raise FieldProblem(name, "cannot be changed" if name in FIELDS else "is not a field of a user")
    return dict(fields)


def _merged(before: Mapping[str, str], changes: Mapping[str, str] | None) -> dict[str, str]:
    merged = {**before, **(changes or {})}
    for name, value in merged.items():
        check_name("the name of a custom attribute", name)
        check_text(name, value)
    return {name: value for name, value in merged.items() if value}


def _status(status: int) -> Status:
    try:
        return Status(status)
    except ValueError:
        known = ", ".join(f"{known.value} {known.name.lower()}" for known in Status)
        raise FieldProblem("status", f"{status} is unknown; there are {known}") from None


def _state(state: int) -> State:
    try:
        return State(state)
    except ValueError:
        known = ", ".join(f"{known.value} {known.name.lower()}" for known in State)
        raise FieldProblem("state", f"{state} is unknown; there are {known}") from None


def _about(what: EventType, user: User, actor: str, notes: str = "") -> Event:
    return Event(type=what, actor=actor, user_id=user.id, user_name=user.user_name, user_key=user.employee_id, notes=notes)


def _about_role(what: EventType, role: Role, actor: str) -> Event:
    return Event(type=what, actor=actor, role_id=role.id, role_name=role.name)


def _about_member(what: EventType, role: Role, user: User, actor: str) -> Event:
    return Event(
        type=what,
        actor=actor,
        user_id=user.id,
        user_name=user.user_name,
        user_key=user.employee_id,
        role_id=role.id,
        role_name=role.name,
    )
