"""SQL of the nesting, and nothing else."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lockstep.idp.directory.nesting.records import Nesting, nesting_of
from lockstep.idp.directory.records import Role, to_dict
from lockstep.idp.directory.store import members_table, roles_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

nesting_table = sa.Table(
    "role_nesting",
    metadata,
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("child_id", sa.BigInteger, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("role_nesting_by_child", "child_id", "parent_id"),
)

n, r, m = nesting_table.c, roles_table.c, members_table.c


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def held_by(user: sa.ColumnElement[Any], name: str = "held") -> sa.CTE:
    """The ids (`role_id`) of a user's roles and of every role above them, for statements that ask who has what."""
    own = sa.select(m.role_id.label("role_id")).where(m.user_id == user).cte(name, recursive=True)
    return own.union(sa.select(n.parent_id).where(n.child_id == own.c.role_id))


def within(roles: sa.Select[Any], name: str = "within") -> sa.CTE:
    """The ids (`role_id`) of what `roles` selects (one column, called `role_id`) and of every role in them."""
    own = roles.cte(name, recursive=True)
    return own.union(sa.select(n.child_id).where(n.parent_id == own.c.role_id))


_ROLE = (r.id, r.group_id, r.name, r.attributes, r.source)
_ALL = Statement(sa.select(n.parent_id, n.child_id).order_by(n.parent_id, n.child_id))
_HELD = held_by(_number("user_id"))
_ROLES_HELD = Statement(sa.select(*_ROLE).where(r.id.in_(sa.select(_HELD.c.role_id))).order_by(r.group_id))
_CHILDREN = Statement(
    sa.select(*_ROLE).join_from(nesting_table, roles_table, n.child_id == r.id).where(n.parent_id == _number("role"))
)
_PARENTS = Statement(
    sa.select(*_ROLE).join_from(nesting_table, roles_table, n.parent_id == r.id).where(n.child_id == _number("role"))
)
_ADD = Statement(
    lambda insert: (
        insert(nesting_table)
        .values(parent_id=sa.bindparam("parent_id"), child_id=sa.bindparam("child_id"))
        .on_conflict_do_nothing()
    )
)
_REMOVE = Statement(sa.delete(nesting_table).where(n.parent_id == _number("parent"), n.child_id == _number("child")))


def load(c: Connection) -> Nesting:
    """Which role contains which, all of it."""
    return nesting_of((int(parent), int(child)) for parent, child in c.all(_ALL))


def roles_held(c: Connection, user_id: int) -> list[Role]:
    """The roles that a user has, for apps: their own and every role above them, by group_id."""
    return list(_roles(c.all(_ROLES_HELD, user_id=user_id)))


def roles_in(c: Connection, role_id: int) -> list[Role]:
    """The roles right inside a role, by name."""
    return sorted(_roles(c.all(_CHILDREN, role=role_id)), key=_by_name)


def roles_around(c: Connection, role_id: int) -> list[Role]:
    """The roles that a role is right inside of, by name."""
    return sorted(_roles(c.all(_PARENTS, role=role_id)), key=_by_name)


def add(c: Connection, parent_id: int, child_id: int) -> bool:
    """Put a role into another; False if it was there."""
    return c.run(_ADD, parent_id=parent_id, child_id=child_id) > 0


def remove(c: Connection, parent_id: int, child_id: int) -> bool:
    """Take a role out of another; False if it was not there."""
    return c.run(_REMOVE, parent=parent_id, child=child_id) > 0


def _by_name(role: Role) -> tuple[str, str]:
    return role.name.casefold(), role.group_id


def _roles(rows: list[Row]) -> Iterator[Role]:
    for number, group_id, name, attributes, source in rows:
        yield Role(id=number, group_id=group_id, name=name, attributes=to_dict(attributes), source=source)
