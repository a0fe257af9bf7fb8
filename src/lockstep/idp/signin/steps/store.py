"""The table of sign-ins that are not finished, and its SQL."""

import sqlalchemy as sa

from lockstep.idp.directory import store as directory
from lockstep.idp.schema import metadata
from lockstep.idp.signin.steps.records import LIFE_MS, Begun
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

begun = sa.Table(
    "sign_ins_begun",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("began_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("factor_at", sa.BigInteger, nullable=False),
)
b = begun.c
_ADD = Statement(begun.insert().inline(), [column.name for column in b])
_GET = Statement(
    sa.select(b.user_id, b.began_at, b.factor_at).where(b.digest == sa.bindparam("digest"), b.began_at > sa.bindparam("since"))
)
_FACTOR = Statement(sa.update(begun).where(b.digest == sa.bindparam("which")).values(factor_at=sa.bindparam("now")))
_END = Statement(sa.delete(begun).where(b.digest == sa.bindparam("digest")))
_END_ALL = Statement(sa.delete(begun).where(b.user_id == sa.bindparam("user_id")))
_FORGET = Statement(sa.delete(begun).where(b.began_at <= sa.bindparam("before")))


def add(c: Connection, digest: bytes, user_id: int, now: int) -> None:
    """Somebody begins; who began too long ago is forgotten."""
    c.run(_FORGET, before=now - LIFE_MS)
    c.run(_ADD, digest=digest, user_id=user_id, began_at=now, factor_at=0)


def get(c: Connection, digest: bytes, now: int) -> Begun | None:
    """The sign-in with this digest, if it may still be finished."""
    row = c.one(_GET, digest=digest, since=now - LIFE_MS)
    user = None if row is None else directory.user_by_id(c, row[0])
    return None if row is None or user is None else Begun(digest, user, row[1], row[2])


def factor_given(c: Connection, digest: bytes, now: int) -> None:
    """The second factor was given."""
    c.run(_FACTOR, which=digest, now=now)


def end(c: Connection, digest: bytes) -> bool:
    """The sign-in is over; False if it was."""
    return c.run(_END, digest=digest) > 0


def end_all_of(c: Connection, user_id: int) -> None:
    """Every sign-in that a user has begun is over."""
    c.run(_END_ALL, user_id=user_id)
