"""The table of activities, and its SQL.  A person of whom nothing is known has no row."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.store import users_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

_FIELDS = Activity.__struct_fields__
user_activity = sa.Table(
    "user_activity",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    *(sa.Column(name, sa.BigInteger, nullable=False, index=name == "last_login" or None) for name in _FIELDS),
)
directory_days = sa.Table(
    "directory_days",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # 1, of the only row
    sa.Column("today", sa.Integer, nullable=False),
)
_a = user_activity.c
_OF = Statement(sa.select(*(_a[name] for name in _FIELDS)).where(_a.user_id == sa.bindparam("user_id")))
_FIRST, _END = sa.bindparam("first", type_=sa.BigInteger), sa.bindparam("end", type_=sa.BigInteger)
_joined = users_table.join(user_activity, _a.user_id == users_table.c.id)
_LAST_LOGINS = Statement(
    sa.select(users_table.c.employee_id, _a.last_login)
    .select_from(_joined)
    .where(_a.last_login > 0)
    .order_by(users_table.c.employee_id)
)
_LAST_LOGINS_OF = Statement(
    sa.select(_a.user_id, _a.last_login).select_from(_joined).where(among(users_table.c.employee_id, "keys"), _a.last_login > 0)
)
_BETWEEN = Statement(
    sa.select(users_table.c.employee_id).select_from(_joined).where(_a.last_login >= _FIRST, _a.last_login < _END)
)
_TODAY = Statement(sa.select(directory_days.c.today))
_SET_TODAY = Statement(
    lambda insert: (
        insert(directory_days)
        .values({"id": 1, "today": sa.bindparam("today")})
        .on_conflict_do_update(index_elements=["id"], set_={"today": sa.bindparam("today")})
    )
)
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


def write(c: Connection, user_id: int, activity: Activity) -> None:
    """Write all that is known of one person."""
    c.run(_SET, user_id=user_id, **{name: getattr(activity, name) for name in _FIELDS})


def stream_last_logins(c: Connection) -> Iterator[tuple[str, int]]:
    """(employee_id, instant of the last login) of everyone who has logged in, by employee_id."""
    return ((row[0], row[1]) for row in c.stream(_LAST_LOGINS))


def last_logins(c: Connection, keys: Iterable[str]) -> dict[int, int]:
    """The instants of the last logins of some people (employee_ids), by user id; who has never logged in is not in it."""
    return dict(c.all(_LAST_LOGINS_OF, keys=listed(keys)))


def logged_in_last_between(c: Connection, first: int, end: int) -> Iterator[str]:
    """The employee_ids of those whose last login was at `first` or later, and before `end` (ms)."""
    return (key for (key,) in c.stream(_BETWEEN, first=first, end=end))


def today(c: Connection) -> int:
    """The day that it is for the directory (see `days`); 0 before anybody has asked."""
    return int(c.value(_TODAY) or 0)


def set_today(c: Connection, day: int) -> None:
    """Another day has begun."""
    c.run(_SET_TODAY, today=day)
