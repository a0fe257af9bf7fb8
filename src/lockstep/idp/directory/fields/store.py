"""The table of custom user fields, and its SQL."""

import sqlalchemy as sa

from lockstep.idp.directory.fields.records import CustomField
from lockstep.idp.directory.records import to_dict
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

custom_fields = sa.Table(
    "custom_fields",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("shortname", KeyText, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.UniqueConstraint("shortname", name="custom_fields_shortname"),
    sqlite_autoincrement=True,
)
_f = custom_fields.c
_users = sa.table("users", sa.column("custom", sa.Text))
_ALL = Statement(sa.select(_f.id, _f.name, _f.shortname, _f.position).order_by(_f.position, _f.id))
_VALUES = Statement(sa.select(_users.c.custom).where(_users.c.custom != "{}"))
_ADD = Statement(custom_fields.insert().returning(_f.id), ["name", "shortname", "position"])
_CHANGE = Statement(
    sa.update(custom_fields).where(_f.id == sa.bindparam("row_id", type_=sa.Integer)), columns=["name", "position"]
)
_REMOVE = Statement(sa.delete(custom_fields).where(_f.id == sa.bindparam("row_id", type_=sa.Integer)))


def everything(c: Connection) -> list[CustomField]:
    """Every field, in the order of the pages."""
    return [
        CustomField(id=number, name=name, shortname=shortname, position=position)
        for number, name, shortname, position in c.all(_ALL)
    ]


def having(c: Connection, shortname: str) -> int:
    """How many people have a value of a field: all who have any are looked at."""
    return sum(shortname in to_dict(text) for (text,) in c.stream(_VALUES))


def add(c: Connection, field: CustomField) -> int:
    """Insert a field; its new id."""
    return int(c.value(_ADD, name=field.name, shortname=field.shortname, position=field.position))


def change(c: Connection, field: CustomField) -> None:
    """Write name and position of the field with this id."""
    c.run(_CHANGE, row_id=field.id, name=field.name, position=field.position)


def remove(c: Connection, field_id: int) -> None:
    """Delete a field."""
    c.run(_REMOVE, row_id=field_id)
