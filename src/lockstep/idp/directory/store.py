"""SQL of the directory, and nothing else."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from lockstep.idp.directory.records import FIELDS, MORE, PROFILE, Counts, Membership, Role, User, folded, to_dict, to_text
from lockstep.idp.directory.words import store as words
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import KeyText, Statement, among, among_numbers, listed, numbered

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEYS = ("employee_id",)

users_table = sa.Table(
    "users",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    *(sa.Column(name, KeyText if name in _KEYS else sa.Text, nullable=False) for name in PROFILE),
    *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in MORE),
    # NULL only for a moment, while an import lets people swap user names.
    sa.Column("user_name_key", KeyText),
    sa.Column("email_key", KeyText),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("state", sa.Integer, nullable=False, server_default="1"),
    sa.Column("group_id", sa.BigInteger),
    sa.Column("custom", sa.Text, nullable=False),
    sa.Column("source", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("employee_id", name="users_employee_id"),
    sa.UniqueConstraint("user_name_key", name="users_user_name"),
    # Not unique: a roster may hold two people with one address, and is believed.
    sa.Index("users_email", "email_key"),
    sa.Index("users_manager", "manager_id"),
    sa.Index("users_group", "group_id", "user_name_key"),
    sqlite_autoincrement=True,  # an id is never given twice
)
roles_table = sa.Table(
    "roles",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("group_id", KeyText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("source", sa.Integer, nullable=False),
    sa.UniqueConstraint("group_id", name="roles_group_id"),
    sqlite_autoincrement=True,
)
members_table = sa.Table(
    "role_members",
    metadata,
    sa.Column("role_id", sa.BigInteger, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attributes", sa.Text, nullable=False),
    # Whoever gave it: by hand, a source, or MAPPED where only a mapping did.
    sa.Column("source", sa.Integer, nullable=False),
    # The mapping that gives it, besides; 0 for none.
    sa.Column("mapped", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("role_members_by_user", "user_id", "role_id"),
)

u, r, m = users_table.c, roles_table.c, members_table.c
_REST = ("status", "state", "group_id", "custom", "source", "created_at", "updated_at")
USER_COLUMNS = (*FIELDS, "user_name_key", "email_key", *_REST)
ROLE_COLUMNS = ("group_id", "name", "attributes", "source")
MEMBER_COLUMNS = ("role_id", "user_id", "attributes", "source", "mapped")

_user = sa.select(u.id, *(u[name] for name in FIELDS), *(u[name] for name in _REST))
_role = sa.select(r.id, r.group_id, r.name, r.attributes, r.source)
_joined = members_table.join(users_table, m.user_id == u.id)


def _is(column: sa.ColumnElement[Any], parameter: str) -> sa.ColumnElement[bool]:
    return column == sa.bindparam(parameter)


_STREAM_USERS = Statement(_user.order_by(u.employee_id))
_USER_BY_ID = Statement(_user.where(_is(u.id, "id")))
_USERS_BY_IDS = Statement(_user.where(among_numbers(u.id, "ids")))
_USER_BY_EMPLOYEE_ID = Statement(_user.where(_is(u.employee_id, "key")))
_USER_BY_USER_NAME = Statement(_user.where(_is(u.user_name_key, "key")))
_USERS_BY_EMAIL = Statement(_user.where(_is(u.email_key, "key")).order_by(u.id))
_MOST = sa.bindparam("most", type_=sa.Integer)
_USERS_AFTER = Statement(_user.where(u.employee_id > sa.bindparam("after")).order_by(u.employee_id).limit(_MOST))
_USERS_BY_EMPLOYEE_IDS = Statement(_user.where(among(u.employee_id, "keys")).order_by(u.employee_id))
_REPORTS_KEYS = Statement(sa.select(u.employee_id).where(_is(u.manager_id, "key")))
_REPORTS_OF = Statement(_user.where(_is(u.manager_id, "key")).order_by(u.employee_id))
_ROLES = Statement(_role.order_by(r.group_id))
_ROLE_BY_ID = Statement(_role.where(_is(r.id, "id")))
_ROLE_BY_GROUP_ID = Statement(_role.where(_is(r.group_id, "key")))
_ROLES_BY_NAME = Statement(_role.where(_is(r.name, "name")).order_by(r.group_id))
_ROLES_OF_USER = Statement(
    _role.join_from(roles_table, members_table, m.role_id == r.id).where(_is(m.user_id, "user_id")).order_by(r.group_id)
)
_MEMBERS_OF_ROLE = Statement(
    _user.join_from(users_table, members_table, m.user_id == u.id).where(_is(m.role_id, "role_id")).order_by(u.employee_id)
)
_STREAM_MEMBERSHIPS = Statement(sa.select(m.role_id, u.employee_id).select_from(_joined).order_by(m.role_id, u.employee_id))
_STREAM_SEATS = Statement(sa.select(u.employee_id, m.role_id).select_from(_joined).order_by(u.employee_id, m.role_id))
_SEATS_OF = Statement(
    sa.select(u.employee_id, m.role_id)
    .select_from(_joined)
    .where(among(u.employee_id, "keys"))
    .order_by(u.employee_id, m.role_id)
)
_MEMBERSHIP = Statement(
    sa.select(m.role_id, m.user_id, m.attributes, m.source, m.mapped).where(
        _is(m.role_id, "role_id"), _is(m.user_id, "user_id")
    )
)
_COUNTS = Statement(
    sa.select(*(sa.select(sa.func.count()).select_from(t).scalar_subquery() for t in (users_table, roles_table, members_table)))
)
_ADD_USER = Statement(users_table.insert().returning(u.id), USER_COLUMNS)
_RESTORE_USER = Statement(users_table.insert().inline(), ("id", *USER_COLUMNS))
_ADD_ROLE = Statement(roles_table.insert().returning(r.id), ROLE_COLUMNS)
_ADD_MEMBER = Statement(
    lambda insert: insert(members_table).values({name: sa.bindparam(name) for name in MEMBER_COLUMNS}).on_conflict_do_nothing()
)
_CHANGEABLE = tuple(name for name in USER_COLUMNS if name != "created_at")
CHANGE_USER = Statement(
    users_table.update().where(u.id == sa.bindparam("row_id")).values({name: sa.bindparam(name) for name in _CHANGEABLE})
)
CHANGE_ROLE = Statement(
    roles_table.update().where(r.id == sa.bindparam("row_id")).values({name: sa.bindparam(name) for name in ROLE_COLUMNS})
)
_CHANGE_GIVER = Statement(
    members_table.update()
    .where(m.role_id == sa.bindparam("of_role"), m.user_id == sa.bindparam("of_user"))
    .values(source=sa.bindparam("source"))
)
REMOVE_USER = Statement(users_table.delete().where(_is(u.id, "id")))
REMOVE_ROLE = Statement(roles_table.delete().where(_is(r.id, "id")))
REMOVE_MEMBER = Statement(members_table.delete().where(_is(m.role_id, "role_id"), _is(m.user_id, "user_id")))


def stream_users(connection: Connection) -> Iterator[User]:
    """Everyone, by employee_id (code-point order), one after the other."""
    return map(_to_user, connection.stream(_STREAM_USERS))


def user_by_id(connection: Connection, user_id: int) -> User | None:
    """The user with this id."""
    return _one_user(connection.one(_USER_BY_ID, id=user_id))


def users_by_ids(connection: Connection, ids: Iterable[int]) -> list[User]:
    """The users with these ids, in no order."""
    return [_to_user(row) for row in connection.all(_USERS_BY_IDS, ids=numbered(ids))]


def user_by_employee_id(connection: Connection, employee_id: str) -> User | None:
    """The user with this employee_id, to the letter."""
    return _one_user(connection.one(_USER_BY_EMPLOYEE_ID, key=employee_id))


def user_by_user_name(connection: Connection, user_name: str) -> User | None:
    """The user with this user name, without regard to case."""
    return _one_user(connection.one(_USER_BY_USER_NAME, key=folded(user_name)))


def users_by_email(connection: Connection, email: str) -> list[User]:
    """Who has this e-mail address, without regard to case."""
    return [_to_user(row) for row in connection.all(_USERS_BY_EMAIL, key=folded(email))] if email else []


def users_by_employee_ids(connection: Connection, keys: Iterable[str]) -> list[User]:
    """The users with these employee_ids, by employee_id."""
    return [_to_user(row) for row in connection.all(_USERS_BY_EMPLOYEE_IDS, keys=listed(keys))]


def users_after(connection: Connection, employee_id: str, most: int) -> list[User]:
    """At most so many users, by employee_id, after one of them ("" for the first)."""
    return [_to_user(row) for row in connection.all(_USERS_AFTER, after=employee_id, most=most)]


def reports_keys(connection: Connection, employee_id: str) -> list[str]:
    """The employee_ids of those whose manager this is."""
    return [key for (key,) in connection.all(_REPORTS_KEYS, key=employee_id)]


def reports_of(connection: Connection, employee_id: str) -> list[User]:
    """Those whose manager this is."""
    return [_to_user(row) for row in connection.all(_REPORTS_OF, key=employee_id)] if employee_id else []


def roles(connection: Connection) -> list[Role]:
    """Every role, by group_id."""
    return [_to_role(row) for row in connection.all(_ROLES)]


def role_by_id(connection: Connection, role_id: int) -> Role | None:
    """The role with this id."""
    return _one_role(connection.one(_ROLE_BY_ID, id=role_id))


def role_by_group_id(connection: Connection, group_id: str) -> Role | None:
    """The role with this group_id."""
    return _one_role(connection.one(_ROLE_BY_GROUP_ID, key=group_id))


def roles_by_name(connection: Connection, name: str) -> list[Role]:
    """The roles of this name, to the letter; names need not be unique."""
    return [_to_role(row) for row in connection.all(_ROLES_BY_NAME, name=name)]


def roles_of_user(connection: Connection, user_id: int) -> list[Role]:
    """The roles that a user has, by group_id."""
    return [_to_role(row) for row in connection.all(_ROLES_OF_USER, user_id=user_id)]


def members_of_role(connection: Connection, role_id: int) -> Iterator[User]:
    """Who is in a role, by employee_id."""
    return map(_to_user, connection.stream(_MEMBERS_OF_ROLE, role_id=role_id))


def membership(connection: Connection, role_id: int, user_id: int) -> Membership | None:
    """One user in one role."""
    row = connection.one(_MEMBERSHIP, role_id=role_id, user_id=user_id)
    if row is None:
        return None
    return Membership(role_id=row[0], user_id=row[1], attributes=to_dict(row[2]), source=row[3], mapped=row[4])


def stream_memberships(connection: Connection) -> Iterator[tuple[int, str]]:
    """Every (role id, employee_id), in that order, one after the other."""
    return ((row[0], row[1]) for row in connection.stream(_STREAM_MEMBERSHIPS))


def stream_seats(connection: Connection) -> Iterator[tuple[str, int]]:
    """Every (employee_id, role id), in that order, one after the other."""
    return ((row[0], row[1]) for row in connection.stream(_STREAM_SEATS))


def seats_of(connection: Connection, keys: Iterable[str]) -> list[tuple[str, int]]:
    """The (employee_id, role id) of some people, in that order."""
    return [(row[0], row[1]) for row in connection.all(_SEATS_OF, keys=listed(keys))]


def counts(connection: Connection) -> Counts:
    """How many users, roles and memberships there are."""
    row = connection.one(_COUNTS) or (0, 0, 0)
    return Counts(users=row[0], roles=row[1], memberships=row[2])


def add_user(connection: Connection, user: User) -> int:
    """Insert a user; its new id."""
    words.write(connection, user, number := int(connection.value(_ADD_USER, **user_values(user))))
    return number


def restore_user(connection: Connection, user: User) -> None:
    """Insert a user under the id that they had."""
    connection.run(_RESTORE_USER, id=user.id, **user_values(user))
    words.write(connection, user, user.id)


def change_user(connection: Connection, user: User) -> None:
    """Write every field of the user with this id."""
    words.change(connection, [user])
    connection.run(CHANGE_USER, **changed_user_values(user))


def remove_user(connection: Connection, user_id: int) -> None:
    """Delete a user; the memberships fall with it."""
    words.forget(connection, [user_id])
    connection.run(REMOVE_USER, id=user_id)


def add_role(connection: Connection, role: Role) -> int:
    """Insert a role; its new id."""
    return int(connection.value(_ADD_ROLE, **role_values(role)))


def change_role(connection: Connection, role: Role) -> None:
    """Write every field of the role with this id."""
    connection.run(CHANGE_ROLE, row_id=role.id, **role_values(role))


def remove_role(connection: Connection, role_id: int) -> None:
    """Delete a role; its memberships fall with it."""
    connection.run(REMOVE_ROLE, id=role_id)


def add_member(connection: Connection, member: Membership) -> bool:
    """Put a user into a role; False if it was there."""
    return connection.run(_ADD_MEMBER, **member_values(member)) > 0


def change_giver(connection: Connection, role_id: int, user_id: int, *, source: int) -> None:
    """Say who gives a membership (see `Membership`)."""
    connection.run(_CHANGE_GIVER, of_role=role_id, of_user=user_id, source=source)


def remove_member(connection: Connection, role_id: int, user_id: int) -> bool:
    """Take a user out of a role; False if it was not there."""
    return connection.run(REMOVE_MEMBER, role_id=role_id, user_id=user_id) > 0


def user_values(user: User) -> dict[str, Any]:
    """The columns of a user (USER_COLUMNS)."""
    values: dict[str, Any] = {name: getattr(user, name) for name in FIELDS}
    values["user_name_key"] = folded(user.user_name)
    values["email_key"] = folded(user.email) or None
    values["status"] = int(user.status)
    values["state"] = int(user.state)
    values["group_id"] = user.group_id
    values["custom"] = to_text(user.custom)
    values["source"] = user.source
    values["created_at"] = user.created_at
    values["updated_at"] = user.updated_at
    return values


def role_values(role: Role) -> dict[str, Any]:
    """The columns of a role (ROLE_COLUMNS)."""
    return {
        "group_id": role.group_id,
        "name": role.name,
        "attributes": to_text(role.attributes),
        "source": role.source,
    }


def member_values(member: Membership) -> dict[str, Any]:
    """The columns of a membership (MEMBER_COLUMNS)."""
    return {
        "role_id": member.role_id,
        "user_id": member.user_id,
        "attributes": to_text(member.attributes),
        "source": member.source,
        "mapped": member.mapped,
    }


def changed_user_values(user: User) -> dict[str, Any]:
    """The parameters of CHANGE_USER."""
    values = user_values(user)
    del values["created_at"]
    values["row_id"] = user.id
    return values


def _to_user(row: Row) -> User:
    profile = dict(zip(FIELDS, row[1:_FIELDS_END], strict=True))
    status, state, group_id, custom, source, created_at, updated_at = row[_FIELDS_END:]
    return User(
        id=row[0],
        **profile,
        status=status,
        state=state,
        group_id=group_id,
        custom=to_dict(custom),
        source=source,
        created_at=created_at,
        updated_at=updated_at,
    )


_FIELDS_END = 1 + len(FIELDS)


def _to_role(row: Row) -> Role:
    return Role(id=row[0], group_id=row[1], name=row[2], attributes=to_dict(row[3]), source=row[4])


def _one_user(row: Row | None) -> User | None:
    return None if row is None else _to_user(row)


def _one_role(row: Row | None) -> Role | None:
    return None if row is None else _to_role(row)
