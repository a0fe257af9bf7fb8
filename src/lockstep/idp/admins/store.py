"""Administrators, their privileges and their sessions in the database.  SQL and nothing else."""

from collections import defaultdict
from collections.abc import Iterable

import sqlalchemy as sa

from lockstep.idp.admins.permissions import SCOPED, Grant, Privilege, Rights
from lockstep.idp.admins.records import IDLE_MS, Admin, AdminSession
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

admins = sa.Table(
    "admins",
    metadata,
    sa.Column("name", KeyText, primary_key=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    # The user of the directory that the administrator is.  Not a foreign key: who leaves and comes back is the same person.
    sa.Column("employee_id", KeyText, nullable=False, server_default=""),
    sa.Index("admins_by_employee_id", "employee_id"),
)
admin_privileges = sa.Table(
    "admin_privileges",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("name", KeyText, sa.ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("privilege", sa.Text, nullable=False),
    # A privilege for one role, or one app, falls with it.
    sa.Column("role_id", sa.BigInteger, sa.ForeignKey("roles.id", ondelete="CASCADE"), index=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id", ondelete="CASCADE"), index=True),
)
admin_sessions = sa.Table(
    "admin_sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("name", KeyText, sa.ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)
a, s, g = admins.c, admin_sessions.c, admin_privileges.c

_ADD = Statement(sa.insert(admins), columns=["name", "password", "created_at", "employee_id"])
_LINK = Statement(sa.update(admins).where(a.name == sa.bindparam("which")).values(employee_id=sa.bindparam("employee_id")))
_LINKED = Statement(
    sa.select(g.privilege, sa.func.coalesce(g.role_id, g.app_id, 0))
    .select_from(admins.join(admin_privileges, a.name == g.name))
    .where(a.employee_id == sa.bindparam("employee_id"), a.employee_id != "")
)
_scope = sa.func.coalesce(g.role_id, g.app_id, 0)
_GRANTS = Statement(sa.select(g.privilege, _scope).where(g.name == sa.bindparam("name")))
_ALL_GRANTS = Statement(sa.select(g.name, g.privilege, _scope))
_OWNERS = Statement(sa.select(g.name).distinct().where(g.privilege == Privilege.ACCOUNT_OWNER.value).order_by(g.name))
_WITH = Statement(
    sa.select(g.name)
    .distinct()
    .where(g.privilege == sa.bindparam("privilege"), _scope == sa.bindparam("scope", type_=sa.BigInteger))
    .order_by(g.name)
)
_GRANT = Statement(sa.insert(admin_privileges).inline(), columns=["name", "privilege", "role_id", "app_id"])
_TAKE_ALL = Statement(sa.delete(admin_privileges).where(g.name == sa.bindparam("which")))
_PASSWORD = Statement(sa.select(a.password).where(a.name == sa.bindparam("name")))
_ANY = Statement(sa.select(a.name).limit(1))
_ALL = Statement(
    sa.select(a.name, a.created_at, sa.func.coalesce(sa.func.max(s.seen_at), 0), a.employee_id)
    .select_from(admins.outerjoin(admin_sessions, a.name == s.name))
    .group_by(a.name, a.created_at, a.employee_id)
    .order_by(a.name)
)
_REMOVE = Statement(sa.delete(admins).where(a.name == sa.bindparam("which")))
_END_ALL = Statement(sa.delete(admin_sessions).where(s.name == sa.bindparam("which")))
_ADD_SESSION = Statement(sa.insert(admin_sessions), columns=[column.name for column in s])
_SESSION = Statement(
    sa.select(s.name, s.seen_at, s.expires_at, a.employee_id)
    .select_from(admin_sessions.join(admins, a.name == s.name))
    .where(s.digest == sa.bindparam("digest"), s.expires_at > sa.bindparam("now"), s.seen_at > sa.bindparam("idle_since"))
)
_SEEN = Statement(sa.update(admin_sessions).where(s.digest == sa.bindparam("which")).values(seen_at=sa.bindparam("now")))
_END = Statement(sa.delete(admin_sessions).where(s.digest == sa.bindparam("digest")))
_FORGET = Statement(sa.delete(admin_sessions).where(s.expires_at <= sa.bindparam("now")))


def add(c: Connection, name: str, password: str, created_at: int, employee_id: str = "") -> None:
    """Add an administrator with a stored password.  Raises UniqueViolation if the name is taken."""
    c.run(_ADD, name=name, password=password, created_at=created_at, employee_id=employee_id)


def link(c: Connection, name: str, employee_id: str) -> None:
    """Say which user of the directory an administrator is."""
    c.run(_LINK, which=name, employee_id=employee_id)


def grants_of(c: Connection, name: str) -> frozenset[Grant]:
    """The privileges of an administrator."""
    return frozenset(Grant(Privilege(privilege), scope) for privilege, scope in c.all(_GRANTS, name=name))


def grants_of_person(c: Connection, employee_id: str) -> frozenset[Grant]:
    """The privileges of all administrators that are this user of the directory."""
    return frozenset(Grant(Privilege(privilege), scope) for privilege, scope in c.all(_LINKED, employee_id=employee_id))


def set_grants(c: Connection, name: str, grants: Iterable[Grant]) -> None:
    """Give an administrator these privileges, in the place of all others."""
    c.run(_TAKE_ALL, which=name)
    for one in sorted(grants):
        kind = SCOPED.get(one.privilege)
        role, app = (one.scope if kind == what else None for what in ("role", "app"))
        c.run(_GRANT, name=name, privilege=one.privilege.value, role_id=role, app_id=app)


def owners(c: Connection) -> list[str]:
    """The account owners, by name."""
    return [str(name) for (name,) in c.all(_OWNERS)]


def holders_of(c: Connection, grant: Grant) -> list[str]:
    """Who has exactly this privilege, by name."""
    return [str(name) for (name,) in c.all(_WITH, privilege=grant.privilege.value, scope=grant.scope)]


def password_of(c: Connection, name: str) -> str | None:
    """The stored password of an administrator."""
    found = c.value(_PASSWORD, name=name)
    return None if found is None else str(found)


def exist(c: Connection) -> bool:
    """Whether there is any administrator."""
    return c.one(_ANY) is not None


def everyone(c: Connection) -> list[Admin]:
    """Every administrator, by name."""
    grants = defaultdict[str, set[Grant]](set)
    for name, privilege, scope in c.all(_ALL_GRANTS):
        grants[name].add(Grant(Privilege(privilege), scope))
    return [
        Admin(name, created_at, seen_at, employee_id, frozenset(grants[name]))
        for name, created_at, seen_at, employee_id in c.all(_ALL)
    ]


def remove(c: Connection, name: str) -> bool:
    """Delete an administrator with every session and privilege; False if there was none."""
    end_sessions_of(c, name)
    c.run(_TAKE_ALL, which=name)
    return c.run(_REMOVE, which=name) > 0


def add_session(c: Connection, digest: bytes, name: str, now: int, expires_at: int) -> None:
    """A new session, from now on."""
    c.run(_ADD_SESSION, digest=digest, name=name, created_at=now, seen_at=now, expires_at=expires_at)


def session(c: Connection, digest: bytes, now: int) -> AdminSession | None:
    """The session with this digest, if it has not ended."""
    row = c.one(_SESSION, digest=digest, now=now, idle_since=now - IDLE_MS)
    if row is None:
        return None
    name, seen_at, expires_at, employee_id = row
    return AdminSession(digest, name, seen_at, expires_at, employee_id, Rights(grants_of(c, name)))


def seen(c: Connection, digest: bytes, now: int) -> None:
    """Somebody used the session."""
    c.run(_SEEN, which=digest, now=now)


def end_session(c: Connection, digest: bytes) -> bool:
    """End a session; False if there was none."""
    return c.run(_END, digest=digest) > 0


def end_sessions_of(c: Connection, name: str) -> None:
    """End every session of an administrator."""
    c.run(_END_ALL, which=name)


def forget_sessions(c: Connection, now: int) -> None:
    """Delete those that have ended."""
    c.run(_FORGET, now=now)
