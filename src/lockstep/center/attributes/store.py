"""Attributes for access control in the database.  SQL and nothing else.

A row is there where they are enabled.  The list is one value: it has at most fifty entries, and is read and replaced whole.
"""

import msgspec
import sqlalchemy as sa

from lockstep.center.attributes.records import AccessControlAttribute, Configuration, Precedence
from lockstep.center.instances.records import Instance
from lockstep.center.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

access_control = sa.Table(
    "access_control",
    metadata,
    sa.Column(
        "instance_key",
        sa.BigInteger,
        sa.ForeignKey("instances.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("precedence", sa.Text, nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("enabled_at", sa.BigInteger, nullable=False),
)

_here = access_control.c.instance_key == sa.bindparam("of")
_ADD = Statement(sa.insert(access_control), columns=["instance_key", "precedence", "attributes", "enabled_at"])
_GET = Statement(sa.select(access_control.c.precedence, access_control.c.attributes).where(_here))
_SET = Statement(
    sa.update(access_control).where(_here).values(precedence=sa.bindparam("precedence"), attributes=sa.bindparam("attributes"))
)
_DELETE = Statement(sa.delete(access_control).where(_here))
_decoder = msgspec.json.Decoder(tuple[AccessControlAttribute, ...])


def _encoded(configuration: Configuration) -> str:
    return msgspec.json.encode(configuration.attributes).decode()


def add(connection: Connection, instance: Instance, configuration: Configuration, at: int) -> None:
    """Enable.  Raises UniqueViolation if they are."""
    connection.run(
        _ADD,
        instance_key=instance.key,
        precedence=configuration.precedence.value,
        attributes=_encoded(configuration),
        enabled_at=at,
    )


def get(connection: Connection, instance_key: int) -> Configuration | None:
    """The configuration of an instance; None where they are not enabled."""
    row = connection.one(_GET, of=instance_key)
    return None if row is None else Configuration(Precedence(row[0]), _decoder.decode(row[1]))


def set_configuration(connection: Connection, instance: Instance, configuration: Configuration) -> None:
    """Replace the configuration."""
    connection.run(_SET, of=instance.key, precedence=configuration.precedence.value, attributes=_encoded(configuration))


def delete(connection: Connection, instance: Instance) -> None:
    """Disable, and forget the list."""
    connection.run(_DELETE, of=instance.key)
