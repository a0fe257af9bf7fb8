"""Lists of users, cut by their ids.  SQL and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from lockstep.idp.api.filters import Pattern
from lockstep.idp.apps.store import app_assignments
from lockstep.idp.directory.activity.store import user_activity
from lockstep.idp.directory.nesting.store import within
from lockstep.idp.directory.records import State, folded
from lockstep.idp.directory.roles.store import role_admins
from lockstep.idp.directory.store import members_table, users_table
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, among_numbers, json_member, listed, numbered

u, m, a, _given = users_table.c, members_table.c, user_activity.c, app_assignments.c
_TEXTS = {
    "firstname": u.given_name,
    "lastname": u.family_name,
    "samaccountname": u.samaccountname,
    "external_id": u.external_id,
}
_KEYS = {"username": u.user_name_key, "email": u.email_key}
_INSTANTS = {
    "created_since": u.created_at >= sa.bindparam("created_since", type_=sa.BigInteger),
    "created_until": u.created_at <= sa.bindparam("created_until", type_=sa.BigInteger),
    "updated_since": u.updated_at >= sa.bindparam("updated_since", type_=sa.BigInteger),
    "updated_until": u.updated_at <= sa.bindparam("updated_until", type_=sa.BigInteger),
    "last_login_since": a.last_login >= sa.bindparam("last_login_since", type_=sa.BigInteger),
    "last_login_until": a.last_login <= sa.bindparam("last_login_until", type_=sa.BigInteger),
}
INSTANTS = tuple(_INSTANTS)
TEXTS = (*_TEXTS, *_KEYS)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which users are wanted: each says no by itself.  Instants in ms; `within` is the id of a role, `app` of an app."""

    texts: Mapping[str, Pattern] = field(default_factory=dict)
    instants: Mapping[str, int] = field(default_factory=dict)
    custom: Mapping[str, Pattern] = field(default_factory=dict)
    ids: tuple[int, ...] | None = None
    directory: int | None = None
    role: int | None = None
    admins_of: int | None = None
    app: int | None = None
    name: Pattern | None = None
    """First name, last name, user name or e-mail."""

    def shape(self) -> tuple[Any, ...]:
        """What decides the statement, without the values."""
        return (
            tuple(sorted((name, one.wild) for name, one in self.texts.items())),
            tuple(sorted(self.instants)),
            tuple(one.wild for one in self.custom.values()),
            self.ids is not None,
            self.directory is not None,
            self.role is not None,
            self.admins_of is not None,
            self.app is not None,
            self.name is not None,
        )

    def values(self) -> dict[str, Any]:
        """The parameters of the statement."""
        found: dict[str, Any] = dict(self.instants)
        for name, one in self.texts.items():
            found |= _of_pattern(name, one)
        for number, (key, one) in enumerate(self.custom.items()):
            found |= {f"custom_key_{number}": key, **_of_pattern(f"custom_{number}", one)}
        if self.ids is not None:
            found["user_ids"] = numbered(self.ids)
        found |= {
            name: value
            for name, value in (
                ("directory", self.directory),
                ("role", self.role),
                ("administered", self.admins_of),
                ("app", self.app),
            )
            if value is not None
        }
        if self.name is not None:
            found |= _of_pattern("anywhere", self.name)
        return found


def _of_pattern(name: str, one: Pattern) -> dict[str, str]:
    if one.wild:
        return {name: one.like, f"{name}_folded": one.folded_like}
    return {name: one.text, f"{name}_folded": folded(one.text)}


def ids(c: Connection, filters: Filters, start: int, descending: bool, limit: int) -> list[int]:
    """The ids of users that are wanted, after (descending: below) the id `start`."""
    statement = _statement(filters.shape(), descending)
    return [number for (number,) in c.all(statement, start=start, limit=limit, **filters.values())]


_APP = sa.bindparam("app", type_=sa.BigInteger)
_GIVING = within(
    sa.select(sa.cast(_given.role_id, sa.BigInteger).label("role_id")).where(_given.app_id == _APP, _given.role_id.is_not(None))
)
_HAS_APP = sa.and_(
    u.state == int(State.APPROVED),
    sa.or_(
        sa.exists().where(_given.app_id == _APP, _given.role_id.is_(None)),
        sa.exists().where(_GIVING.c.role_id == m.role_id, m.user_id == u.id),
    ),
)
"""As `apps.store.has_app` says it of one user."""


@cache
def _statement(shape: tuple[Any, ...], descending: bool) -> Statement:
    texts, instants, custom, with_ids, with_directory, with_role, with_admins, with_app, with_name = shape
    source: Any = users_table
    wanted: list[Any] = [u.id < sa.bindparam("start") if descending else u.id > sa.bindparam("start")]
    wanted += [_text(name, wild) for name, wild in texts]
    wanted += [_INSTANTS[name] for name in instants]
    wanted += [_like(json_member(u.custom, f"custom_key_{n}"), f"custom_{n}", wild) for n, wild in enumerate(custom)]
    if any(name.startswith("last_login") for name in instants):
        source = source.join(user_activity, a.user_id == u.id)
        wanted.append(a.last_login > 0)
    if with_ids:
        wanted.append(among_numbers(u.id, "user_ids"))
    if with_directory:
        wanted.append(u.source == sa.bindparam("directory", type_=sa.BigInteger))
    if with_role:
        source = source.join(members_table, sa.and_(m.user_id == u.id, m.role_id == sa.bindparam("role")))
    if with_admins:
        admin = role_admins.c
        source = source.join(role_admins, sa.and_(admin.user_id == u.id, admin.role_id == sa.bindparam("administered")))
    if with_app:
        wanted.append(_HAS_APP)
    if with_name:
        columns = (u.user_name_key, u.email_key, u.given_name, u.family_name)
        wanted.append(sa.or_(*(_like(column, "anywhere", wild=True) for column in columns)))
    order = u.id.desc() if descending else u.id
    return Statement(sa.select(u.id).select_from(source).where(*wanted).order_by(order).limit(sa.bindparam("limit")))


def _text(name: str, wild: bool) -> Any:
    if name in _KEYS and not wild:
        return _KEYS[name] == sa.bindparam(f"{name}_folded", type_=sa.Text)  # by the index
    return _like(_TEXTS.get(name, _KEYS.get(name)), name, wild)


def _like(column: Any, name: str, wild: bool) -> Any:
    """To the letter, or without case as far as the database knows it."""
    exact, alike = sa.bindparam(name, type_=sa.Text), sa.bindparam(f"{name}_folded", type_=sa.Text)
    if wild:
        return sa.or_(column.like(exact, escape="\\"), sa.func.lower(column).like(alike, escape="\\"))
    return sa.or_(column == exact, sa.func.lower(column) == alike)


_ROLE_IDS_OF_ONE = Statement(sa.select(m.role_id).where(m.user_id == sa.bindparam("id")).order_by(m.role_id))
_ID_OF_KEY = Statement(sa.select(u.employee_id, u.id).where(among(u.employee_id, "keys")))


def role_ids(c: Connection, user_id: int) -> list[int]:
    """The ids of one user's roles."""
    return [number for (number,) in c.all(_ROLE_IDS_OF_ONE, id=user_id)]


def ids_by_key(c: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The ids of those with these employee_ids, by those."""
    return dict(c.all(_ID_OF_KEY, keys=listed(keys)))
