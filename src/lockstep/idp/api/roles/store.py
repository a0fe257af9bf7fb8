"""Lists of roles, cut by their ids, and the ids around a role.  SQL and nothing else."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from lockstep.idp.api.filters import Pattern
from lockstep.idp.apps.store import app_assignments
from lockstep.idp.apps.store import apps as apps_table
from lockstep.idp.directory.records import folded
from lockstep.idp.directory.store import members_table, roles_table
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

r, m, a = roles_table.c, members_table.c, app_assignments.c


@dataclass(frozen=True, slots=True)
class Filters:
    """Which roles are wanted: of a name, with an app of that id or name."""

    name: Pattern | None = None
    app_id: int | None = None
    app_name: str | None = None

    def shape(self) -> tuple[str, bool, bool]:
        """What decides the statement, without the values."""
        kind = "" if self.name is None else "wild" if self.name.wild else "plain"
        return kind, self.app_id is not None, self.app_name is not None

    def values(self) -> dict[str, Any]:
        """The parameters of the statement."""
        found: dict[str, Any] = {}
        if self.name is not None:
            wild = self.name.wild
            found["name"] = self.name.like if wild else self.name.text
            found["name_folded"] = self.name.folded_like if wild else folded(self.name.text)
        if self.app_id is not None:
            found["app_id"] = self.app_id
        if self.app_name is not None:
            found["app_name"] = self.app_name
        return found


def ids(c: Connection, filters: Filters, start: int, descending: bool, limit: int) -> list[int]:
    """The ids of roles that are wanted, after (descending: below) the id `start`."""
    statement = _statement(*filters.shape(), descending)
    return [number for (number,) in c.all(statement, start=start, limit=limit, **filters.values())]


@cache
def _statement(name: str, with_app: bool, with_app_name: bool, descending: bool) -> Statement:
    wanted: list[Any] = [r.id < sa.bindparam("start") if descending else r.id > sa.bindparam("start")]
    exact, alike = sa.bindparam("name", type_=sa.Text), sa.bindparam("name_folded", type_=sa.Text)
    if name == "wild":
        wanted.append(sa.or_(r.name.like(exact, escape="\\"), sa.func.lower(r.name).like(alike, escape="\\")))
    elif name:
        wanted.append(sa.or_(r.name == exact, sa.func.lower(r.name) == alike))
    if with_app:
        wanted.append(r.id.in_(sa.select(a.role_id).where(a.app_id == sa.bindparam("app_id", type_=sa.BigInteger))))
    if with_app_name:
        named = sa.select(a.role_id).join(apps_table, apps_table.c.id == a.app_id)
        wanted.append(r.id.in_(named.where(apps_table.c.name == sa.bindparam("app_name", type_=sa.Text))))
    order = r.id.desc() if descending else r.id
    return Statement(sa.select(r.id).where(*wanted).order_by(order).limit(sa.bindparam("limit")))


_APP_IDS = Statement(sa.select(a.app_id).where(a.role_id == sa.bindparam("role")).order_by(a.app_id))
_USER_IDS = Statement(sa.select(m.user_id).where(m.role_id == sa.bindparam("role")).order_by(m.user_id))
_IS_IN = Statement(sa.select(m.user_id).where(m.role_id == sa.bindparam("role"), m.user_id == sa.bindparam("user")))


def app_ids(c: Connection, role_id: int) -> list[int]:
    """The ids of the apps that a role gives."""
    return [number for (number,) in c.all(_APP_IDS, role=role_id)]


def user_ids(c: Connection, role_id: int) -> list[int]:
    """The ids of those in a role."""
    return [number for (number,) in c.all(_USER_IDS, role=role_id)]


def is_in(c: Connection, role_id: int, user_id: int) -> bool:
    """Whether a user is in a role."""
    return c.one(_IS_IN, role=role_id, user=user_id) is not None
