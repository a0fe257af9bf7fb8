"""Administrators in the database.  SQL and nothing else."""

import sqlalchemy as sa

from lockstep.center.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

admins = sa.Table(
    "admins",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

_ADD = Statement(sa.insert(admins), columns=["name", "password", "created_at"])
_PASSWORD = Statement(sa.select(admins.c.password).where(admins.c.name == sa.bindparam("name")))


def add(connection: Connection, name: str, password: str, created_at: int) -> None:
    """Add an administrator with a stored password.  Raises UniqueViolation if the name is taken."""
    connection.run(_ADD, name=name, password=password, created_at=created_at)


def password_of(connection: Connection, name: str) -> str | None:
    """The stored password of an administrator."""
    found = connection.value(_PASSWORD, name=name)
    return None if found is None else str(found)
