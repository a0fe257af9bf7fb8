"""The table of groups and their policies, who is in them, and the SQL of both."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lockstep.idp.directory import store as directory
from lockstep.idp.directory.groups.records import DEFAULT, Group, Policy, SecondFactor
from lockstep.idp.directory.records import User, folded
from lockstep.idp.directory.store import users_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import KeyText, Statement

FIELDS = Policy.__struct_fields__
PAGE = 50
groups_table = sa.Table(
    "groups",
    metadata,
    # The row DEFAULT holds the policy of those who are in no group, and has no name.
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", KeyText, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, server_default=""),
    *(sa.Column(name, sa.Text if name == "second_factor" else sa.Integer, nullable=False) for name in FIELDS),
    sa.UniqueConstraint("name_key", name="groups_name"),
    sqlite_autoincrement=True,  # an id is never given twice: a user who was deleted and comes back names the old one
)
g, u = groups_table.c, users_table.c
_policy = tuple(g[name] for name in FIELDS)
_group = sa.select(g.id, g.name, g.reference, *_policy)
_COLUMNS = ("name", "name_key", "reference", *FIELDS)
_ALL = Statement(_group.where(g.id != DEFAULT).order_by(g.name_key))
_BY_ID = Statement(_group.where(g.id == sa.bindparam("id"), g.id != DEFAULT))
_BY_NAME = Statement(_group.where(g.name_key == sa.bindparam("key"), g.id != DEFAULT))
_POLICY = Statement(
    # The group's own, or else the default one.
    sa.select(*_policy).where(g.id.in_((sa.bindparam("id"), DEFAULT))).order_by(g.id.desc()).limit(1)
)
_ADD = Statement(groups_table.insert().returning(g.id), _COLUMNS)
_CHANGE = Statement(
    groups_table.update().where(g.id == sa.bindparam("row_id")).values({name: sa.bindparam(name) for name in _COLUMNS})
)
_REMOVE = Statement(groups_table.delete().where(g.id == sa.bindparam("id")))
_SET_DEFAULT = Statement(
    lambda insert: (
        insert(groups_table)
        .values(id=DEFAULT, **{name: sa.bindparam(name) for name in _COLUMNS})
        .on_conflict_do_update(index_elements=["id"], set_={name: sa.bindparam(name) for name in FIELDS})
    )
)
_COUNT = Statement(sa.select(sa.func.count()).select_from(users_table).where(u.group_id == sa.bindparam("id")))
_MEMBERS = Statement(
    sa.select(u.id)
    .where(u.group_id == sa.bindparam("id"), u.user_name_key > sa.bindparam("after", type_=sa.Text))
    .order_by(u.user_name_key)
    .limit(PAGE + 1)
)
_WHO = Statement(
    sa.select(u.id, u.user_name, u.employee_id).where(u.group_id == sa.bindparam("id")).order_by(u.id),
)
_MOVE_ALL = Statement(
    users_table.update()
    .where(u.group_id == sa.bindparam("from_id"))
    .values(group_id=sa.bindparam("to_id", type_=sa.BigInteger), updated_at=sa.bindparam("now"))
)


def all_groups(c: Connection) -> list[Group]:
    """Every group, by name."""
    return [_to_group(row) for row in c.all(_ALL)]


def by_id(c: Connection, group_id: int) -> Group | None:
    """The group with this id."""
    row = c.one(_BY_ID, id=group_id)
    return None if row is None else _to_group(row)


def by_name(c: Connection, name: str) -> Group | None:
    """The group of this name, without regard to case."""
    row = c.one(_BY_NAME, key=folded(name))
    return None if row is None else _to_group(row)


def policy_of(c: Connection, group_id: int | None) -> Policy:
    """The policy of a group; the default one for nobody's group, and for one that has gone."""
    row = c.one(_POLICY, id=DEFAULT if group_id is None else group_id)
    return Policy() if row is None else _to_policy(row)


def add(c: Connection, group: Group) -> int:
    """Insert a group; its new id."""
    return int(c.value(_ADD, **_values(group)))


def change(c: Connection, group: Group) -> None:
    """Write every field of the group with this id."""
    c.run(_CHANGE, row_id=group.id, **_values(group))


def remove(c: Connection, group_id: int) -> None:
    """Delete a group."""
    c.run(_REMOVE, id=group_id)


def set_default(c: Connection, policy: Policy) -> None:
    """Write the default policy."""
    c.run(_SET_DEFAULT, **_values(Group(name="", policy=policy)))


def count(c: Connection, group_id: int) -> int:
    """How many users are in a group."""
    return int(c.value(_COUNT, id=group_id) or 0)


def members_page(c: Connection, group_id: int, *, after: str) -> tuple[list[User], str]:
    """Who is in a group, by user name; with it the key to go on after ("" at the end)."""
    ids = c.all(_MEMBERS, id=group_id, after=after)
    found = [user for (number,) in ids[:PAGE] if (user := directory.user_by_id(c, number)) is not None]
    return found, folded(found[-1].user_name) if len(ids) > PAGE and found else ""


def who(c: Connection, group_id: int) -> Iterator[tuple[int, str, str]]:
    """(id, user name, employee_id) of everybody in a group."""
    return ((row[0], row[1], row[2]) for row in c.stream(_WHO, id=group_id))


def move_all(c: Connection, group_id: int, to: int | None, now: int) -> None:
    """Put everybody in a group into another one, or into none."""
    c.run(_MOVE_ALL, from_id=group_id, to_id=to, now=now)


def _values(group: Group) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(group.policy, name) for name in FIELDS}
    values["second_factor"] = group.policy.second_factor.value
    return {"name": group.name, "name_key": folded(group.name), "reference": group.reference, **values}


def _to_group(row: Row) -> Group:
    return Group(id=row[0], name=row[1], reference=row[2], policy=_to_policy(row[3:]))


def _to_policy(row: Row) -> Policy:
    values = dict(zip(FIELDS, row, strict=True))
    return Policy(**{**values, "second_factor": SecondFactor(values["second_factor"])})
