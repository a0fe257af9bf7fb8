"""SQL for many rows at once: what an import reads and writes.

Inserts go by COPY on PostgreSQL and by `executemany` on SQLite, in pieces, so that no second copy of a large roster is made.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from lockstep.idp.directory import store
from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.roster import Seat
from lockstep.idp.directory.store import m, members_table, r, roles_table, u, users_table
from lockstep.idp.directory.words import store as words
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_PIECE = 5000

# Outer joins keep SQLite to this order of tables, so that it sorts role by role and not all memberships at once.
_SEATS = Statement(
    sa.select(r.group_id, u.employee_id, m.attributes, m.source, m.mapped)
    .select_from(roles_table.outerjoin(members_table, m.role_id == r.id).outerjoin(users_table, m.user_id == u.id))
    .order_by(r.group_id, u.employee_id)
)
_USER_IDS = Statement(sa.select(u.employee_id, u.id))
_ROLE_IDS = Statement(sa.select(r.group_id, r.id))
_PARK_NAME = Statement(users_table.update().where(u.id == sa.bindparam("row_id")).values(user_name_key=None))
_CHANGE_SEAT = Statement(
    members_table.update()
    .where(m.role_id == sa.bindparam("of_role"), m.user_id == sa.bindparam("of_user"))
    .values(attributes=sa.bindparam("attributes"), source=sa.bindparam("source"))
)
_INSERTS = {
    table.name: Statement(table.insert().inline(), columns)
    for table, columns in (
        (users_table, store.USER_COLUMNS),
        (roles_table, store.ROLE_COLUMNS),
        (members_table, store.MEMBER_COLUMNS),
    )
}

Item = TypeVar("Item")


def stream_seats(connection: Connection) -> Iterator[Seat]:
    """Every membership by its keys, in the order of group_id and employee_id."""
    rows = connection.stream(_SEATS)
    return (Seat(row[0], row[1], row[2], row[3], row[4]) for row in rows if row[1] is not None)  # an empty role has one row


def user_ids(connection: Connection) -> dict[str, int]:
    """The id of each employee_id."""
    return dict(_pairs(connection.stream(_USER_IDS)))


def role_ids(connection: Connection) -> dict[str, int]:
    """The id of each group_id."""
    return dict(_pairs(connection.stream(_ROLE_IDS)))


def add_users(connection: Connection, users: Iterable[User]) -> None:
    """Insert users."""
    last = words.last_user(connection)
    _insert(connection, users_table, store.USER_COLUMNS, map(store.user_values, users))
    words.write_after(connection, last)


def add_roles(connection: Connection, roles: Iterable[Role]) -> None:
    """Insert roles."""
    _insert(connection, roles_table, store.ROLE_COLUMNS, map(store.role_values, roles))


def add_members(connection: Connection, members: Iterable[tuple[int, int, str]], source: int) -> None:
    """Insert a source's memberships: role id, user id, attributes as stored."""
    rows = (
        {"role_id": role_id, "user_id": user_id, "attributes": attributes, "source": source, "mapped": 0}
        for role_id, user_id, attributes in members
    )
    _insert(connection, members_table, store.MEMBER_COLUMNS, rows)


def change_users(connection: Connection, users: Iterable[User]) -> None:
    """Write every field of each of these users."""
    for piece in _pieces(users):
        words.change(connection, piece)
        connection.many(store.CHANGE_USER, [store.changed_user_values(user) for user in piece])


def change_roles(connection: Connection, roles: Iterable[Role]) -> None:
    """Write every field of each of these roles."""
    _run(connection, store.CHANGE_ROLE, ({"row_id": role.id, **store.role_values(role)} for role in roles))


def change_members(connection: Connection, members: Iterable[tuple[int, int, str]], source: int) -> None:
    """Write the attributes of memberships, which are the source's from now on."""
    rows = (
        {"of_role": role_id, "of_user": user_id, "attributes": attributes, "source": source}
        for role_id, user_id, attributes in members
    )
    _run(connection, _CHANGE_SEAT, rows)


def park_names(connection: Connection, user_ids: Iterable[int]) -> None:
    """Free the user names of these users, so that they can be given anew in any order."""
    _run(connection, _PARK_NAME, ({"row_id": user_id} for user_id in user_ids))


def remove_users(connection: Connection, user_ids: Iterable[int]) -> None:
    """Delete users; their memberships fall with them."""
    for piece in _pieces(user_ids):
        words.forget(connection, piece)
        connection.many(store.REMOVE_USER, [{"id": user_id} for user_id in piece])


def remove_roles(connection: Connection, role_ids: Iterable[int]) -> None:
    """Delete roles; their memberships fall with them."""
    _run(connection, store.REMOVE_ROLE, ({"id": role_id} for role_id in role_ids))


def remove_members(connection: Connection, members: Iterable[tuple[int, int]]) -> None:
    """Delete memberships: role id, user id."""
    _run(connection, store.REMOVE_MEMBER, ({"role_id": role, "user_id": user} for role, user in members))


def _pairs(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, int]]:
    return ((row[0], row[1]) for row in rows)


def _pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    return iter(lambda: list(islice(iterator, _PIECE)), [])


def _run(connection: Connection, statement: Statement, rows: Iterable[dict[str, Any]]) -> None:
    for piece in _pieces(rows):
        connection.many(statement, piece)


def _insert(connection: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    if connection.dialect == "sqlite":
        _run(connection, _INSERTS[table.name], rows)
        return
    # Names of our own tables and columns only.
    with (
        connection.raw.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        write: Callable[[Sequence[Any]], None] = copy.write_row
        for row in rows:
            write([row[column] for column in columns])
