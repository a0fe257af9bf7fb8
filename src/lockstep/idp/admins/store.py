"""Administrators and their sessions in the database.  SQL and nothing else."""

import sqlalchemy as sa

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
s = admin_sessions.c

_ADD = Statement(sa.insert(admins), columns=["name", "password", "created_at"])
_PASSWORD = Statement(sa.select(admins.c.password).where(admins.c.name == sa.bindparam("name")))
_ANY = Statement(sa.select(admins.c.name).limit(1))
_ALL = Statement(
    sa.select(admins.c.name, admins.c.created_at, sa.func.coalesce(sa.func.max(s.seen_at), 0))
    .select_from(admins.outerjoin(admin_sessions, admins.c.name == s.name))
    .group_by(admins.c.name, admins.c.created_at)
    .order_by(admins.c.name)
)
_REMOVE = Statement(sa.delete(admins).where(admins.c.name == sa.bindparam("which")))
_END_ALL = Statement(sa.delete(admin_sessions).where(s.name == sa.bindparam("which")))
_ADD_SESSION = Statement(sa.insert(admin_sessions), columns=[column.name for column in s])
_SESSION = Statement(
    sa.select(s.name, s.seen_at, s.expires_at).where(
        s.digest == sa.bindparam("digest"), s.expires_at > sa.bindparam("now"), s.seen_at > sa.bindparam("idle_since")
    )
)
_SEEN = Statement(sa.update(admin_sessions).where(s.digest == sa.bindparam("which")).values(seen_at=sa.bindparam("now")))
_END = Statement(sa.delete(admin_sessions).where(s.digest == sa.bindparam("digest")))
_FORGET = Statement(sa.delete(admin_sessions).where(s.expires_at <= sa.bindparam("now")))


def add(c: Connection, name: str, password: str, created_at: int) -> None:
    """Add an administrator with a stored password.  Raises UniqueViolation if the name is taken."""
    c.run(_ADD, name=name, password=password, created_at=created_at)


def password_of(c: Connection, name: str) -> str | None:
    """The stored password of an administrator."""
    found = c.value(_PASSWORD, name=name)
    return None if found is None else str(found)


def exist(c: Connection) -> bool:
    """Whether there is any administrator."""
    return c.one(_ANY) is not None


def everyone(c: Connection) -> list[Admin]:
    """Every administrator, by name."""
    return [Admin(*row) for row in c.all(_ALL)]


def remove(c: Connection, name: str) -> bool:
    """Delete an administrator with every session; False if there was none."""
    c.run(_END_ALL, which=name)
    return c.run(_REMOVE, which=name) > 0


def add_session(c: Connection, digest: bytes, name: str, now: int, expires_at: int) -> None:
    """A new session, from now on."""
    c.run(_ADD_SESSION, digest=digest, name=name, created_at=now, seen_at=now, expires_at=expires_at)


def session(c: Connection, digest: bytes, now: int) -> AdminSession | None:
    """The session with this digest, if it has not ended."""
    row = c.one(_SESSION, digest=digest, now=now, idle_since=now - IDLE_MS)
    return None if row is None else AdminSession(digest, *row)


def seen(c: Connection, digest: bytes, now: int) -> None:
    """Somebody used the session."""
    c.run(_SEEN, which=digest, now=now)


def end_session(c: Connection, digest: bytes) -> bool:
    """End a session; False if there was none."""
    return c.run(_END, digest=digest) > 0


def forget_sessions(c: Connection, now: int) -> None:
    """Delete those that have ended."""
    c.run(_FORGET, now=now)
