"""What an administrator may do with custom user fields: check, write, append the event, in the caller's transaction.

Whoever writes an attribute that has no field yet makes one (`ensure`): nothing that is known of people is without a name.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from lockstep.idp.directory import bulk, store
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem, check_key, check_name
from lockstep.idp.directory.fields import store as fields
from lockstep.idp.directory.fields.records import CustomField
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.records import User
from lockstep.idp.events import Event, EventType, append, append_many
from lockstep.kit.db import Connection

MOST = 500


def create(c: Connection, name: str, shortname: str, *, actor: str, now: int) -> CustomField:
    """A new field, the last one.  Raises FieldProblem."""
    known = fields.everything(c)
    check_name("name", name)
    check_key("shortname", shortname)
    if any(one.shortname == shortname for one in known):
        raise FieldProblem("shortname", f"{shortname!r} is another field's")
    if len(known) >= MOST:
        raise FieldProblem("shortname", f"cannot be added: there are {MOST} fields already")
    return _add(c, name, shortname, known[-1].position + 1 if known else 1, actor, now)


def ensure(c: Connection, shortnames: Iterable[str], *, actor: str, now: int) -> None:
    """A field for each of these attributes that has none, called by its key."""
    wanted = set(shortnames)
    if not wanted:
        return
    known = fields.everything(c)
    last = known[-1].position if known else 0
    for number, shortname in enumerate(sorted(wanted - {one.shortname for one in known}), last + 1):
        _add(c, shortname, shortname, number, actor, now)


def rename(c: Connection, field_id: int, name: str, *, actor: str, now: int) -> CustomField:
    """Call a field otherwise.  Raises NotThereProblem, FieldProblem."""
    before = find(c, field_id)
    check_name("name", name)
    after = replace(before, name=name)
    if after != before:
        fields.change(c, after)
        append(c, _about(EventType.USER_FIELD_UPDATED, after, actor), now)
    return after


def move(c: Connection, field_id: int, position: int, *, actor: str, now: int) -> None:
    """Put a field at a position, 1 for the first; beyond the last is the last."""
    moved = find(c, field_id)
    before = fields.everything(c)
    after = [one for one in before if one.id != field_id]
    after.insert(max(0, position - 1), moved)
    if [one.id for one in before] == [one.id for one in after]:
        return
    for number, one in enumerate(after, 1):
        fields.change(c, replace(one, position=number))
    append(c, _about(EventType.USER_FIELD_UPDATED, moved, actor), now)


def remove(c: Connection, field_id: int, *, actor: str, now: int) -> int:
    """Delete a field with everybody's value of it; how many had one."""
    field = find(c, field_id)
    having = [user for user in store.stream_users(c) if field.shortname in user.custom]
    bulk.change_users(c, (_without(user, field.shortname, now) for user in having))
    fields.remove(c, field_id)
    append(c, _about(EventType.USER_FIELD_DELETED, field, actor), now)
    append_many(
        c,
        (
            Event(type=EventType.USER_UPDATED, actor=actor, user_id=one.id, user_name=one.user_name, user_key=one.employee_id)
            for one in having
        ),
        now,
    )
    mappings.run(c, [user.employee_id for user in having], now)
    return len(having)


def find(c: Connection, field_id: int) -> CustomField:
    """The field of this id.  Raises NotThereProblem."""
    for one in fields.everything(c):
        if one.id == field_id:
            return one
    raise NotThereProblem(f"there is no custom field with id {field_id}")


def _add(c: Connection, name: str, shortname: str, position: int, actor: str, now: int) -> CustomField:
    field = CustomField(name=name, shortname=shortname, position=position)
    field = replace(field, id=fields.add(c, field))
    append(c, _about(EventType.USER_FIELD_ADDED, field, actor), now)
    return field


def _without(user: User, shortname: str, now: int) -> User:
    return replace(user, custom={key: value for key, value in user.custom.items() if key != shortname}, updated_at=now)


def _about(what: EventType, field: CustomField, actor: str) -> Event:
    return Event(type=what, actor=actor, object="user field", object_name=field.shortname)
