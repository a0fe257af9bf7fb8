"""The table of values that stand at single logins, and its SQL.

A user id is never given again, so what stands at somebody who was deleted is nobody else's.
"""

from collections.abc import Iterable, Iterator

import msgspec
import sqlalchemy as sa

from lockstep.idp.directory.store import users_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

login_values = sa.Table(
    "login_values",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("given", sa.Text, nullable=False),
)

_l, _u = login_values.c, users_table.c
_APP = sa.bindparam("app", type_=sa.Integer)
_USER = sa.bindparam("user", type_=sa.BigInteger)
_KEY = sa.bindparam("name", type_=sa.Text)
_WITH_USERS = login_values.join(users_table, _l.user_id == _u.id)
_ANY = Statement(sa.select(_l.user_id).where(_l.app_id == _APP).limit(1))
_ANY_OF_KEY = Statement(sa.select(_l.user_id).where(_l.app_id == _APP, _l.key == _KEY).limit(1))
_COUNT = Statement(sa.select(sa.func.count(sa.distinct(_l.user_id))).where(_l.app_id == _APP))
_ALL = Statement(sa.select(_u.employee_id, _l.key, _l.given).select_from(_WITH_USERS).where(_l.app_id == _APP))
_OF_PERSON = Statement(
    sa.select(_l.key, _l.given).select_from(_WITH_USERS).where(_l.app_id == _APP, _u.employee_id == sa.bindparam("person"))
)
_OF_USER = Statement(sa.select(_l.key, _l.given).where(_l.app_id == _APP, _l.user_id == _USER).order_by(_l.key))
_OF_KEY = Statement(
    sa.select(_u.employee_id, _l.given)
    .select_from(_WITH_USERS)
    .where(_l.app_id == _APP, _l.key == _KEY)
    .order_by(_u.employee_id)
)
_AMONG = Statement(sa.select(_l.user_id).distinct().where(_l.app_id == _APP, among(sa.cast(_l.user_id, sa.Text), "users")))
_SET = Statement(
    lambda insert: (
        insert(login_values)
        .values(app_id=_APP, user_id=_USER, key=_KEY, given=sa.bindparam("text"))
        .on_conflict_do_update(index_elements=["app_id", "user_id", "key"], set_={"given": sa.bindparam("text")})
    )
)
_REMOVE = Statement(sa.delete(login_values).where(_l.app_id == _APP, _l.user_id == _USER, _l.key == _KEY))

_decode = msgspec.json.Decoder(tuple[str, ...]).decode


def has_any(c: Connection, app_id: int, key: str = "") -> bool:
    """Whether any login of an app has values of its own, or any for one parameter."""
    found = c.one(_ANY_OF_KEY, app=app_id, name=key) if key else c.one(_ANY, app=app_id)
    return found is not None


def count(c: Connection, app_id: int) -> int:
    """How many logins of an app have values of their own."""
    return int(c.value(_COUNT, app=app_id) or 0)


def of_app(c: Connection, app_id: int) -> dict[str, dict[str, tuple[str, ...]]]:
    """employee_id → parameter key → values, of everybody who has any."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for person, key, text in c.stream(_ALL, app=app_id):
        found.setdefault(person, {})[key] = _decode(text)
    return found


def of_person(c: Connection, app_id: int, employee_id: str) -> dict[str, tuple[str, ...]]:
    """The values that stand at one login."""
    return {key: _decode(text) for key, text in c.all(_OF_PERSON, app=app_id, person=employee_id)}


def of_user(c: Connection, app_id: int, user_id: int) -> dict[str, tuple[str, ...]]:
    """The same by the user's id."""
    return {key: _decode(text) for key, text in c.all(_OF_USER, app=app_id, user=user_id)}


def of_key(c: Connection, app_id: int, key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(employee_id, values) of everybody who has values of their own for one parameter, in order."""
    return ((person, _decode(text)) for person, text in c.all(_OF_KEY, app=app_id, name=key))


def among_users(c: Connection, app_id: int, users: Iterable[int]) -> set[int]:
    """Those of some users (ids) whose login has values of its own."""
    return {number for (number,) in c.all(_AMONG, app=app_id, users=listed(map(str, users)))}


def set_values(c: Connection, app_id: int, user_id: int, key: str, values: tuple[str, ...]) -> None:
    """Write the values of one parameter at one login."""
    c.run(_SET, app=app_id, user=user_id, name=key, text=msgspec.json.encode(values).decode())


def remove(c: Connection, app_id: int, user_id: int, key: str) -> bool:
    """Take them away; False if there were none."""
    return c.run(_REMOVE, app=app_id, user=user_id, name=key) > 0
