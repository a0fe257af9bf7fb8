"""Brings the directory to what a roster says: compare, write, append the events, in the caller's one transaction.

Both sides are walked in the order of their keys, so that what is there is streamed and never held; what is kept is the
roster and the differences.  Only what came with an import leaves with one; what was made by hand stays, until a roster
names it: from then on it is the roster's.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from lockstep.idp.directory import bulk, store
from lockstep.idp.directory.fields import actions as fields_of_users
from lockstep.idp.directory.import_events import events_of, unnested_events
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.mappings import store as laid
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.nesting.actions import members_below, members_moved
from lockstep.idp.directory.records import MAPPED, Role, User, folded
from lockstep.idp.directory.roster import (
    Changes,
    Difference,
    Roster,
    Seat,
    Summary,
    difference,
    person_content,
    person_key,
    role_content,
    role_key,
    seat_content,
    seat_key,
)
from lockstep.idp.events import IMPORT_ACTOR, append_many
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


def apply_roster(connection: Connection, roster: Roster, now: int) -> Summary:
    """Make the imported part of the directory equal to `roster`.  Changes nothing, and writes no event, if it is.

    Raises Problem where a person of the roster has the user name of somebody who was made by hand.
    """
    changes = compare(connection, roster)
    if changes:
        nested = nesting.load(connection)
        unnested = [role for role in changes.roles.removed if role.id in nested]
        inside = members_below(connection, *(role.id for role in unnested))
        new = {name for person in _written(changes.people) for name in person.custom}
        fields_of_users.ensure(connection, new, actor=IMPORT_ACTOR, now=now)
        _write_people(connection, changes.people, roster.fields, now)
        _write_roles(connection, changes.roles)
        user_ids, role_ids = bulk.user_ids(connection), bulk.role_ids(connection)
        _write_seats(connection, changes.seats, roster.source, user_ids, role_ids)
        append_many(connection, unnested_events(unnested), now)
        append_many(connection, members_moved(inside, IMPORT_ACTOR), now)
        append_many(connection, events_of(changes, roster, user_ids, role_ids), now)
        mappings.run(connection, sorted(_touched(changes, inside)), now)
    return changes.summary()


def compare(connection: Connection, roster: Roster) -> Changes:
    """What `apply_roster` would do."""
    content = partial(person_content, fields=roster.fields)
    people = difference(roster.people, _without_mappings(connection), person_key, content, roster.source)
    _refuse_taken_names(people)
    roles = difference(roster.roles, store.roles(connection), role_key, role_content, roster.source)
    seats = difference(roster.seats, bulk.stream_seats(connection), seat_key, seat_content, roster.source)
    seats.removed += _falling(seats.kept, people, roles)
    return Changes(people, roles, seats)


def _refuse_taken_names(people: Difference[User]) -> None:
    taken = {folded(user.user_name): user for user in people.kept}
    if not taken:
        return
    for person in (*people.added, *(want for want, _ in people.changed)):
        other = taken.get(folded(person.user_name))
        if other is not None:
            raise Problem(
                f"people.csv: employee_id {person.employee_id!r} has user_name {person.user_name!r}, which belongs to a user "
                f"made by hand (employee_id {other.employee_id!r}): give both the same employee_id, or change or remove "
                "the one made by hand; nothing was applied"
            )


def _falling(kept: Iterable[Seat], people: Difference[User], roles: Difference[Role]) -> Iterator[Seat]:
    """Memberships made by hand whose user or role leaves."""
    gone_people = {user.employee_id for user in people.removed}
    gone_roles = {role.group_id for role in roles.removed}
    return (seat for seat in kept if seat.employee_id in gone_people or seat.group_id in gone_roles)


def _without_mappings(connection: Connection) -> Iterator[User]:
    """Everyone as they are without mappings, which are not the roster's business."""
    users = store.stream_users(connection)
    if laid.applied(connection).none_laid:
        return users
    over = laid.laid_over_all(connection)
    return (mappings.base_of(user, over.get(user.id, {})) for user in users)


def _touched(changes: Changes, inside: Iterable[User]) -> set[str]:
    """Whom mappings have to look at: those who came or changed, and whose roles did."""
    gone = {user.employee_id for user in changes.people.removed}
    found = {user.employee_id for user in (*_written(changes.people), *inside)}
    found.update(seat.employee_id for seat in (*changes.seats.added, *changes.seats.removed))
    found.update(want.employee_id for want, _ in changes.seats.changed)
    return found - gone


def _written(people: Difference[User]) -> Iterator[User]:
    yield from people.added
    yield from (want for want, _ in people.changed)


def _write_people(connection: Connection, people: Difference[User], fields: Sequence[str], now: int) -> None:
    bulk.remove_users(connection, (user.id for user in people.removed))
    # Names move between people within one import; a name that changes is free for a moment before it is given again.
    bulk.park_names(connection, (have.id for want, have in people.changed if want.user_name != have.user_name))
    bulk.change_users(connection, (_with(have, want, fields, now) for want, have in people.changed))
    laid.forget(connection, (have.id for _, have in people.changed))  # what they are without mappings is written now
    bulk.add_users(connection, (replace(user, created_at=now, updated_at=now) for user in people.added))


def _with(have: User, want: User, fields: Sequence[str], now: int) -> User:
    """The person as the roster says, and as they are in all that it does not speak of."""
    said: dict[str, Any] = {name: getattr(want, name) for name in fields}
    return replace(have, **said, custom=want.custom, source=want.source, updated_at=now)


def _write_roles(connection: Connection, roles: Difference[Role]) -> None:
    bulk.remove_roles(connection, (role.id for role in roles.removed))
    bulk.change_roles(connection, (replace(want, id=have.id) for want, have in roles.changed))
    bulk.add_roles(connection, roles.added)


def _write_seats(
    connection: Connection, seats: Difference[Seat], source: int, user_ids: dict[str, int], role_ids: dict[str, int]
) -> None:
    def with_ids(some: Iterable[Seat]) -> Iterator[tuple[int, int, str]]:
        return ((role_ids[seat.group_id], user_ids[seat.employee_id], seat.attributes) for seat in some)

    # Those of users and roles that have left fell with them.
    left = (seat for seat in seats.removed if seat.group_id in role_ids and seat.employee_id in user_ids)
    stay: list[Seat] = []
    go: list[Seat] = []
    for seat in left:
        (stay if seat.mapped else go).append(seat)
    bulk.remove_members(connection, ((role_id, user_id) for role_id, user_id, _ in with_ids(go)))
    bulk.change_members(connection, with_ids(stay), MAPPED)  # a mapping gives them still
    bulk.change_members(connection, with_ids(want for want, _ in seats.changed), source)
    bulk.add_members(connection, with_ids(seats.added), source)
