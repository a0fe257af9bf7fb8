"""The table of activities, and its SQL.  A person of whom nothing is known has no row."""

from collections.abc import Iterable

import sqlalchemy as sa

from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

_FIELDS = Activity.__struct_fields__
user_activity = sa.Table(
    "user_activity",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in _FIELDS),
)
_a = user_activity.c
_OF = Statement(sa.select(*(_a[name] for name in _FIELDS)).where(_a.user_id == sa.bindparam("user_id")))
_OF_MANY = Statement(sa.select(_a.user_id, *(_a[name] for name in _FIELDS)).where(among(sa.cast(_a.user_id, sa.Text), "ids")))
_COLUMNS = ("user_id", *_FIELDS)
_SET = Statement(
    lambda insert: (
        insert(user_activity)
        .values({name: sa.bindparam(name) for name in _COLUMNS})
        .on_conflict_do_update(index_elements=["user_id"], set_={name: sa.bindparam(name) for name in _FIELDS})
    )
)


def of(c: Connection, user_id: int) -> Activity:
    """What is known of one person."""
    row = c.one(_OF, user_id=user_id)
    return Activity() if row is None else Activity(**dict(zip(_FIELDS, row, strict=True)))


def of_many(c: Connection, user_ids: Iterable[int]) -> dict[int, Activity]:
    """What is known of some people, by their ids; who is not in it has none."""
    rows = c.all(_OF_MANY, ids=listed(map(str, user_ids)))
    return {row[0]: Activity(**dict(zip(_FIELDS, row[1:], strict=True))) for row in rows}


def write(c: Connection, user_id: int, activity: Activity) -> None:
    """Write all that is known of one person."""
    c.run(_SET, user_id=user_id, **{name: getattr(activity, name) for name in _FIELDS})
