"""The tables of passwords, sessions and failures, and their SQL."""

from typing import Any

import sqlalchemy as sa

from lockstep.idp.directory import store as directory
from lockstep.idp.schema import metadata
from lockstep.idp.signin.people.records import Session
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

passwords = sa.Table(
    "passwords",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)
past_table = sa.Table(
    "password_history",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Index("password_history_by_user", "user_id", "id"),
)
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("authn_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)
failures = sa.Table(
    "signin_failures",
    metadata,
    sa.Column("key", KeyText, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("paused_until", sa.BigInteger, nullable=False),
)
p, h, s, f = passwords.c, past_table.c, sessions.c, failures.c

_PASSWORD = Statement(sa.select(p.password).where(p.user_id == sa.bindparam("user_id")))
_CHANGED_AT = Statement(sa.select(p.changed_at).where(p.user_id == sa.bindparam("user_id")))
_newest = sa.select(h.id, h.password).where(h.user_id == sa.bindparam("user_id")).order_by(h.id.desc())
_PAST = Statement(_newest.limit(sa.bindparam("most")))
_REMEMBER = Statement(past_table.insert().inline(), ("user_id", "password", "changed_at"))
_FORGET_PAST = Statement(
    # Older than the oldest of those that are kept.
    sa.delete(past_table).where(
        h.user_id == sa.bindparam("user_id"),
        h.id < sa.func.coalesce(_newest.with_only_columns(h.id).offset(sa.bindparam("kept")).limit(1).scalar_subquery(), 0) + 1,
    )
)
_WITH_PASSWORD = Statement(sa.select(p.user_id))
_SET_PASSWORD = Statement(
    lambda insert: (
        insert(passwords)
        .values({name: sa.bindparam(name) for name in ("user_id", "password", "changed_at")})
        .on_conflict_do_update(
            index_elements=["user_id"], set_={name: sa.bindparam(name) for name in ("password", "changed_at")}
        )
    )
)
_ADD_SESSION = Statement(
    sa.insert(sessions).values({column.name: sa.bindparam(column.name) for column in sessions.c}),
)
_SESSION = Statement(
    sa.select(s.user_id, s.authn_at, s.seen_at, s.expires_at).where(
        s.digest == sa.bindparam("digest"), s.expires_at > sa.bindparam("now")
    )
)
_SEEN = Statement(sa.update(sessions).where(s.digest == sa.bindparam("which")).values(seen_at=sa.bindparam("now")))
_END = Statement(sa.delete(sessions).where(s.digest == sa.bindparam("digest")))
_END_ALL = Statement(sa.delete(sessions).where(s.user_id == sa.bindparam("user_id")))
_FORGET_SESSIONS = Statement(sa.delete(sessions).where(s.expires_at <= sa.bindparam("now")))
_FAILED = Statement(sa.select(f.count, f.last_at, f.paused_until).where(f.key == sa.bindparam("name")))
_COUNTED: dict[str, Any] = {
    "count": sa.bindparam("number"),
    "last_at": sa.bindparam("now"),
    "paused_until": sa.bindparam("until"),
}
_COUNT = Statement(
    lambda insert: (
        insert(failures)
        .values(key=sa.bindparam("name"), **_COUNTED)
        .on_conflict_do_update(index_elements=["key"], set_=_COUNTED)
    )
)
_CLEAR = Statement(sa.delete(failures).where(f.key == sa.bindparam("name")))
_FORGET_FAILURES = Statement(sa.delete(failures).where(f.last_at <= sa.bindparam("before")))


def password_of(c: Connection, user_id: int) -> str | None:
    """The stored password of a user."""
    found = c.value(_PASSWORD, user_id=user_id)
    return None if found is None else str(found)


def password_changed_at(c: Connection, user_id: int) -> int:
    """When a user got the stored password; 0 without one."""
    return int(c.value(_CHANGED_AT, user_id=user_id) or 0)


def past_passwords(c: Connection, user_id: int, most: int) -> list[str]:
    """The newest stored passwords that a user had, the present one included, newest first."""
    return [str(password) for _, password in c.all(_PAST, user_id=user_id, most=most)]


def remember_password(c: Connection, user_id: int, stored: str, now: int, kept: int) -> None:
    """Keep a stored password among those of the past, of which the newest `kept` stay."""
    c.run(_REMEMBER, user_id=user_id, password=stored, changed_at=now)
    c.run(_FORGET_PAST, user_id=user_id, kept=kept)


def with_password(c: Connection) -> frozenset[int]:
    """The ids of those who have a password."""
    return frozenset(number for (number,) in c.all(_WITH_PASSWORD))


def set_password(c: Connection, user_id: int, stored: str, now: int) -> None:
    """Store a password, in the place of any other."""
    c.run(_SET_PASSWORD, user_id=user_id, password=stored, changed_at=now)


def add_session(c: Connection, digest: bytes, user_id: int, now: int, expires_at: int) -> None:
    """A new session, from now on."""
    values: dict[str, Any] = dict.fromkeys(("created_at", "seen_at", "authn_at"), now)
    c.run(_ADD_SESSION, digest=digest, user_id=user_id, expires_at=expires_at, **values)


def session(c: Connection, digest: bytes, now: int) -> Session | None:
    """The session with this digest, if its time is not over; whether its user may be signed in is not looked at."""
    row = c.one(_SESSION, digest=digest, now=now)
    user = None if row is None else directory.user_by_id(c, row[0])
    if row is None or user is None:
        return None
    return Session(digest, user, authn_at=row[1], seen_at=row[2], expires_at=row[3])


def seen(c: Connection, digest: bytes, now: int) -> None:
    """Somebody used the session."""
    c.run(_SEEN, which=digest, now=now)


def end_session(c: Connection, digest: bytes) -> bool:
    """End a session; False if there was none."""
    return c.run(_END, digest=digest) > 0


def end_sessions_of(c: Connection, user_id: int) -> int:
    """End every session of a user; how many there were."""
    return c.run(_END_ALL, user_id=user_id)


def forget_sessions(c: Connection, now: int) -> None:
    """Delete those that have ended."""
    c.run(_FORGET_SESSIONS, now=now)


def failed(c: Connection, key: str) -> tuple[int, int, int]:
    """(failures, the last one, paused until) of a key."""
    row = c.one(_FAILED, name=key)
    return (0, 0, 0) if row is None else (row[0], row[1], row[2])


def count_failure(c: Connection, key: str, number: int, now: int, until: int) -> None:
    """Write what `failed` gives."""
    c.run(_COUNT, name=key, number=number, now=now, until=until)


def clear_failures(c: Connection, key: str) -> None:
    """Forget the failures of a key."""
    c.run(_CLEAR, name=key)


def forget_failures(c: Connection, before: int) -> None:
    """Forget those whose last one was at `before` or earlier."""
    c.run(_FORGET_FAILURES, before=before)
