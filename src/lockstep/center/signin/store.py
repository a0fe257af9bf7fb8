"""Sessions, and the messages that may not come again, in the database.  SQL and nothing else.

A session goes with its user, its identity provider and its instance.  What was seen is kept by instance and issuer, not by
identity provider: one that is removed and trusted again within minutes must not bring back what it said before.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.center.attributes.records import Tagged
from lockstep.center.directory.tables import users
from lockstep.center.instances.idps.store import idps
from lockstep.center.schema import metadata
from lockstep.center.signin.records import Session
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

_Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of(table: str) -> sa.Column[int]:
    name = f"{table.removesuffix('s')}_key"
    return sa.Column(name, sa.BigInteger, sa.ForeignKey(f"{table}.key", ondelete="CASCADE"), nullable=False)


sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", _Key, primary_key=True, autoincrement=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    _of("instances"),
    _of("users"),
    _of("idps"),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("tagged", sa.Text),
    sa.Index("ix_sessions_instance", "instance_key", "key"),
    sa.Index("ix_sessions_user", "user_key"),
    sa.Index("ix_sessions_idp", "idp_key"),
    sa.Index("ix_sessions_expires_at", "expires_at"),
)

seen = sa.Table(
    "seen",
    metadata,
    sa.Column(
        "instance_key",
        sa.BigInteger,
        sa.ForeignKey("instances.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("keep_until", sa.BigInteger, nullable=False),
    sa.Index("ix_seen_keep_until", "keep_until"),
)

_this = (sessions.c.instance_key == sa.bindparam("of")) & (sessions.c.digest == sa.bindparam("hash"))
_live = (sessions.c.expires_at > sa.bindparam("now")) & (sessions.c.started_at > sa.func.coalesce(users.c.switched_off_at, -1))
_joined = (
    sa.select(users.c.document, idps.c.entity_id, idps.c.name, sessions.c.started_at, sessions.c.expires_at, sessions.c.tagged)
    .join(users, users.c.key == sessions.c.user_key)
    .join(idps, idps.c.key == sessions.c.idp_key)
)
_ADD = Statement(sa.insert(sessions), columns=[column.name for column in sessions.columns if column.name != "key"])
_ONE = Statement(_joined.where(_this, _live))
_EVERY = Statement(_joined.where(sessions.c.instance_key == sa.bindparam("of"), _live).order_by(sessions.c.key))
_OF_USER = Statement(_joined.where(sessions.c.user_key == sa.bindparam("user"), _live).order_by(sessions.c.key))
_LATEST_TAGGED = Statement(
    sa.select(sessions.c.started_at, sessions.c.tagged)
    .where(sessions.c.instance_key == sa.bindparam("of"))
    .order_by(sessions.c.key.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_DELETE = Statement(sa.delete(sessions).where(_this))
_DELETE_OF_USER = Statement(sa.delete(sessions).where(sessions.c.user_key == sa.bindparam("user")))
_SEE = Statement(lambda insert: insert(seen).on_conflict_do_nothing(), columns=["instance_key", "digest", "keep_until"])

_expired = sa.select(sessions.c.key).where(sessions.c.expires_at <= sa.bindparam("before"))
_FORGET_SESSIONS = Statement(
    sa.delete(sessions).where(sessions.c.key.in_(_expired.limit(sa.bindparam("most", type_=sa.Integer))))
)
_old = sa.select(seen.c.instance_key, seen.c.digest).where(seen.c.keep_until <= sa.bindparam("before"))
_FORGET_SEEN = Statement(
    sa.delete(seen).where(sa.tuple_(seen.c.instance_key, seen.c.digest).in_(_old.limit(sa.bindparam("most", type_=sa.Integer))))
)


class _Person(msgspec.Struct, rename="camel"):
    """What a session shows of its user's document."""

    id: str
    user_name: str
    display_name: str = ""


_person_of = msgspec.json.Decoder(_Person).decode
_tagged_of = msgspec.json.Decoder(Tagged).decode


def _session(row: Row) -> Session:
    document, entity_id, idp_name, started_at, expires_at, tagged = row
    person = _person_of(document)
    return Session(
        user_id=person.id,
        user_name=person.user_name,
        display_name=person.display_name or person.user_name,
        idp=entity_id,
        idp_name=idp_name,
        started_at=started_at,
        expires_at=expires_at,
        tagged=None if tagged is None else _tagged_of(tagged),
    )


def add(connection: Connection, instance_key: int, digest: bytes, tagged: Tagged | None, **values: Any) -> None:
    """Add a session.  `values`: user_key, idp_key, started_at, expires_at."""
    written = None if tagged is None else msgspec.json.encode(tagged).decode()
    connection.run(_ADD, instance_key=instance_key, digest=digest, tagged=written, **values)


def session(connection: Connection, instance_key: int, digest: bytes, now: int) -> Session | None:
    """The session of this instance with this digest, unless it has expired or its user was switched off since."""
    row = connection.one(_ONE, of=instance_key, hash=digest, now=now)
    return None if row is None else _session(row)


def every(connection: Connection, instance_key: int, now: int) -> Iterator[Session]:
    """The sessions of an instance that have not expired, and whose users were not switched off since; oldest first."""
    return map(_session, connection.stream(_EVERY, of=instance_key, now=now))


def of_user(connection: Connection, user_key: int, now: int) -> list[Session]:
    """The sessions of a user that open something, oldest first."""
    return [_session(row) for row in connection.all(_OF_USER, user=user_key, now=now)]


def latest_tagged(connection: Connection, instance_key: int, most: int) -> list[tuple[int, Tagged]]:
    """When the latest sessions of an instance began, at most `most`, and their tags; newest first, those without left out."""
    rows = connection.all(_LATEST_TAGGED, of=instance_key, most=most)
    return [(started_at, _tagged_of(tagged)) for started_at, tagged in rows if tagged is not None]


def delete(connection: Connection, instance_key: int, digest: bytes) -> bool:
    """End a session; whether there was one."""
    return connection.run(_DELETE, of=instance_key, hash=digest) > 0


def delete_of_user(connection: Connection, user_key: int) -> int:
    """End all sessions of a user; how many there were."""
    return connection.run(_DELETE_OF_USER, user=user_key)


def see(connection: Connection, instance_key: int, issuer: str, kind: str, message_id: str, keep_until: int) -> bool:
    """Note that a message came; whether it is the first time.  Of two transactions that do this together, one waits."""
    digest = hashlib.sha256("\0".join((kind, issuer, message_id)).encode()).digest()
    return connection.run(_SEE, instance_key=instance_key, digest=digest, keep_until=keep_until) > 0


def forget_sessions(connection: Connection, before: int, most: int) -> int:
    """Delete at most `most` sessions that expired before the instant `before`; how many went."""
    return connection.run(_FORGET_SESSIONS, before=before, most=most)


def forget_seen(connection: Connection, before: int, most: int) -> int:
    """Delete at most `most` notes of messages that nobody would believe any more at the instant `before`; how many went."""
    return connection.run(_FORGET_SEEN, before=before, most=most)
