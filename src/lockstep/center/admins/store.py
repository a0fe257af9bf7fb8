"""Administrators, their sessions and their failed log-ins in the database.  SQL and nothing else.

A session goes with its administrator.  Of its cookie only the digest is kept; `handover` is what the next page shows once,
sealed.
"""

from typing import Any

import sqlalchemy as sa

from lockstep.center.admins.records import AdminSession
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

sessions = sa.Table(
    "admin_sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("admin", sa.Text, sa.ForeignKey("admins.name", ondelete="CASCADE"), nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("handover", sa.LargeBinary),
    sa.Index("ix_admin_sessions_admin", "admin"),
    sa.Index("ix_admin_sessions_expires_at", "expires_at"),
)

failures = sa.Table(
    "admin_failures",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("paused_until", sa.BigInteger, nullable=False),
    sa.Index("ix_admin_failures_last_at", "last_at"),
)

_ADD = Statement(sa.insert(admins), columns=["name", "password", "created_at"])
_PASSWORD = Statement(sa.select(admins.c.password).where(admins.c.name == sa.bindparam("name")))
_ANY = Statement(sa.select(admins.c.name).limit(1))
_REMOVE = Statement(sa.delete(admins).where(admins.c.name == sa.bindparam("of")))

_this = sessions.c.digest == sa.bindparam("hash")
_live = (sessions.c.expires_at > sa.bindparam("now")) & (sessions.c.seen_at > sa.bindparam("idle_since"))
_ADD_SESSION = Statement(sa.insert(sessions), columns=["digest", "admin", "started_at", "seen_at", "expires_at"])
_SESSION = Statement(
    sa.select(sessions.c.digest, sessions.c.admin, sessions.c.started_at, sessions.c.seen_at, sessions.c.expires_at).where(
        _this, _live
    )
)
_TOUCH = Statement(sa.update(sessions).where(_this).values(seen_at=sa.bindparam("at")))
_END = Statement(sa.delete(sessions).where(_this))
_FORGET_SESSIONS = Statement(
    sa.delete(sessions).where(
        (sessions.c.expires_at <= sa.bindparam("now")) | (sessions.c.seen_at <= sa.bindparam("idle_since"))
    )
)
_HAND_OVER = Statement(sa.update(sessions).where(_this).values(handover=sa.bindparam("sealed")))
_TAKE_OVER = Statement(sa.select(sessions.c.handover).where(_this).with_for_update())
_EMPTY_HANDOVER = Statement(sa.update(sessions).where(_this).values(handover=None))

_HOLD = Statement(
    lambda insert: insert(failures).on_conflict_do_update(index_elements=["name"], set_={"number": failures.c.number}),
    columns=["name", "number", "last_at", "paused_until"],
)
_FAILED = Statement(
    sa.select(failures.c.number, failures.c.last_at, failures.c.paused_until).where(failures.c.name == sa.bindparam("of"))
)
_COUNT = Statement(
    sa.update(failures)
    .where(failures.c.name == sa.bindparam("of"))
    .values({name: sa.bindparam(name) for name in ("number", "last_at", "paused_until")})
)
_FORGET_FAILURES = Statement(sa.delete(failures).where(failures.c.last_at <= sa.bindparam("before")))


def add(connection: Connection, name: str, password: str, created_at: int) -> None:
    """Add an administrator with a stored password.  Raises UniqueViolation if the name is taken."""
    connection.run(_ADD, name=name, password=password, created_at=created_at)


def password_of(connection: Connection, name: str) -> str | None:
    """The stored password of an administrator."""
    found = connection.value(_PASSWORD, name=name)
    return None if found is None else str(found)


def any_admin(connection: Connection) -> bool:
    """Whether there is an administrator at all."""
    return connection.one(_ANY) is not None


def remove(connection: Connection, name: str) -> bool:
    """Remove an administrator and its sessions; whether there was one."""
    return connection.run(_REMOVE, of=name) > 0


def add_session(connection: Connection, digest: bytes, admin: str, at: int, expires_at: int) -> None:
    """Add a session."""
    connection.run(_ADD_SESSION, digest=digest, admin=admin, started_at=at, seen_at=at, expires_at=expires_at)


def session(connection: Connection, digest: bytes, now: int, idle_since: int) -> AdminSession | None:
    """The session with this digest, unless it has expired or was last used at `idle_since` or earlier."""
    row = connection.one(_SESSION, hash=digest, now=now, idle_since=idle_since)
    return None if row is None else AdminSession(bytes(row[0]), *row[1:])


def touch(connection: Connection, digest: bytes, at: int) -> None:
    """Note that a session is in use."""
    connection.run(_TOUCH, hash=digest, at=at)


def end_session(connection: Connection, digest: bytes) -> bool:
    """End a session; whether there was one."""
    return connection.run(_END, hash=digest) > 0


def forget_sessions(connection: Connection, now: int, idle_since: int) -> None:
    """Delete the sessions that open nothing any more."""
    connection.run(_FORGET_SESSIONS, now=now, idle_since=idle_since)


def hand_over(connection: Connection, digest: bytes, sealed: bytes) -> None:
    """Keep something for the next page of a session."""
    connection.run(_HAND_OVER, hash=digest, sealed=sealed)


def take_over(connection: Connection, digest: bytes) -> bytes | None:
    """What was kept for this page; it is gone afterwards."""
    found: Any = connection.value(_TAKE_OVER, hash=digest)
    if found is None:
        return None
    connection.run(_EMPTY_HANDOVER, hash=digest)
    return bytes(found)


def failed(connection: Connection, name: str) -> tuple[int, int, int]:
    """(failures, the last one, paused until) of what is counted as `name`, kept from others until the transaction ends."""
    connection.run(_HOLD, name=name, number=0, last_at=0, paused_until=0)
    row = connection.one(_FAILED, of=name)
    return (0, 0, 0) if row is None else (row[0], row[1], row[2])


def count_failure(connection: Connection, name: str, number: int, last_at: int, paused_until: int) -> None:
    """Write what `failed` gives.  `failed` has to come first."""
    connection.run(_COUNT, of=name, number=number, last_at=last_at, paused_until=paused_until)


def forget_failures(connection: Connection, before: int) -> None:
    """Forget those whose last one was at `before` or earlier."""
    connection.run(_FORGET_FAILURES, before=before)
