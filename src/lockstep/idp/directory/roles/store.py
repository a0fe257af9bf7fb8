"""The table of the users who administer a role, and its SQL."""

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

role_admins = sa.Table(
    "role_admins",
    metadata,
    sa.Column("role_id", sa.BigInteger, sa.ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("role_admins_by_user", "user_id"),
)
_a = role_admins.c
_ROLE, _USER = (_a.role_id == sa.bindparam("role_id")), (_a.user_id == sa.bindparam("user_id"))
_OF_ROLE = Statement(sa.select(_a.user_id).where(_ROLE).order_by(_a.user_id))
_OF_USER = Statement(sa.select(_a.role_id).where(_USER).order_by(_a.role_id))
_ADD = Statement(
    lambda insert: (
        insert(role_admins).values(role_id=sa.bindparam("role_id"), user_id=sa.bindparam("user_id")).on_conflict_do_nothing()
    )
)
_REMOVE = Statement(sa.delete(role_admins).where(_ROLE, _USER))


def admins_of(c: Connection, role_id: int) -> list[int]:
    """The ids of the users who administer a role."""
    return [number for (number,) in c.all(_OF_ROLE, role_id=role_id)]


def administered_by(c: Connection, user_id: int) -> list[int]:
    """The ids of the roles that a user administers."""
    return [number for (number,) in c.all(_OF_USER, user_id=user_id)]


def add_admin(c: Connection, role_id: int, user_id: int) -> bool:
    """Let a user administer a role; False if they do."""
    return c.run(_ADD, role_id=role_id, user_id=user_id) > 0


def remove_admin(c: Connection, role_id: int, user_id: int) -> bool:
    """Let a user administer a role no more; False if they did not."""
    return c.run(_REMOVE, role_id=role_id, user_id=user_id) > 0
