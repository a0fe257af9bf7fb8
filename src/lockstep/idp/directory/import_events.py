"""The events of an import.  Pure.

One for each user and role touched, never one for each membership: an import of a million memberships must not write a
million events.  New and leaving users and roles have their own event, which covers their memberships.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.roster import Changes, Roster, Seat, Summary, Tally
from lockstep.idp.events import IMPORT_ACTOR, Event, EventType


def events_of(changes: Changes, roster: Roster, user_ids: Mapping[str, int], role_ids: Mapping[str, int]) -> Iterator[Event]:
    """What to append for `changes`; the ids are those after the import."""
    yield from _people_events(changes, user_ids)
    yield from _role_events(changes, role_ids)
    yield from _seat_events(changes, roster, user_ids, role_ids)
    yield Event(type=EventType.DIRECTORY_IMPORTED, actor=IMPORT_ACTOR, notes=in_words(changes.summary()))


def unnested_events(roles: Iterable[Role]) -> Iterator[Event]:
    """For roles that leave and contained others, or were in one: whoever was in them was in others by them."""
    return (_role_event(EventType.ROLE_UNNESTED, role.name, role.id) for role in roles)


def in_words(summary: Summary) -> str:
    """The figures of an import in one line."""
    parts = (("people", summary.people), ("roles", summary.roles), ("memberships", summary.memberships))
    return "; ".join(f"{name}: {_tally_in_words(tally)}" for name, tally in parts)


def _tally_in_words(tally: Tally) -> str:
    return f"{tally.added} added, {tally.changed} changed, {tally.removed} removed"


def _people_events(changes: Changes, user_ids: Mapping[str, int]) -> Iterator[Event]:
    for user in changes.people.removed:
        yield _user_event(EventType.USER_REMOVED, user, user.id)
    for want, have in changes.people.changed:
        yield _user_event(EventType.USER_UPDATED, want, have.id)
    for user in changes.people.added:
        yield _user_event(EventType.USER_CREATED, user, user_ids[user.employee_id])


def _role_events(changes: Changes, role_ids: Mapping[str, int]) -> Iterator[Event]:
    for role in changes.roles.removed:
        yield _role_event(EventType.ROLE_REMOVED, role.name, role.id)
    for want, have in changes.roles.changed:
        renamed = want.name != have.name
        yield _role_event(EventType.ROLE_RENAMED if renamed else EventType.ROLE_UPDATED, want.name, have.id)
    for role in changes.roles.added:
        yield _role_event(EventType.ROLE_CREATED, role.name, role_ids[role.group_id])


def _seat_events(changes: Changes, roster: Roster, user_ids: Mapping[str, int], role_ids: Mapping[str, int]) -> Iterator[Event]:
    moved = list(_moved(changes.seats.added, changes.seats.removed))
    new_roles = {role.group_id for role in changes.roles.added}
    touched_roles = {group_id for group_id, _ in moved if group_id in role_ids} - new_roles
    for role in roster.roles:
        if role.group_id in touched_roles:
            yield _role_event(EventType.ROLE_MEMBERS_CHANGED, role.name, role_ids[role.group_id])
    new_people = {user.employee_id for user in changes.people.added}
    touched_people = {employee_id for _, employee_id in moved if employee_id in user_ids} - new_people
    for user in roster.people:
        if user.employee_id in touched_people:
            yield _user_event(EventType.USER_ROLES_CHANGED, user, user_ids[user.employee_id])


def _moved(*kinds: list[Seat]) -> Iterator[tuple[str, str]]:
    return ((seat.group_id, seat.employee_id) for seat in chain(*kinds))


def _user_event(what: EventType, user: User, user_id: int) -> Event:
    return Event(type=what, actor=IMPORT_ACTOR, user_id=user_id, user_name=user.user_name, user_key=user.employee_id)


def _role_event(what: EventType, name: str, role_id: int) -> Event:
    return Event(type=what, actor=IMPORT_ACTOR, role_id=role_id, role_name=name)
