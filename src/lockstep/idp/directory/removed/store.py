"""The table of deleted users, and its SQL."""

import msgspec
import sqlalchemy as sa

from lockstep.idp.directory.records import MAPPED, User
from lockstep.idp.directory.removed.records import RemovedUser, Seat
from lockstep.idp.directory.store import members_table
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

removed_users = sa.Table(
    "removed_users",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_name", KeyText, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("removed_at", sa.BigInteger, nullable=False),
    sa.Index("removed_users_at", "removed_at", "user_id"),
)
_r, _m = removed_users.c, members_table.c
_SEATS = Statement(
    sa.select(_m.role_id, _m.attributes, _m.source)
    .where(_m.user_id == sa.bindparam("user_id"), _m.source != MAPPED)
    .order_by(_m.role_id)
)
_COLUMNS = [column.name for column in _r]
_KEEP = Statement(
    lambda insert: (
        insert(removed_users)
        .values({name: sa.bindparam(name) for name in _COLUMNS})
        .on_conflict_do_update(index_elements=["user_id"], set_={name: sa.bindparam(name) for name in _COLUMNS[1:]})
    )
)
_ONE = Statement(sa.select(_r.document).where(_r.user_id == sa.bindparam("user_id")))
_NEWEST = Statement(
    sa.select(_r.document)
    .where(
        sa.or_(
            _r.removed_at < sa.bindparam("at", type_=sa.BigInteger),
            sa.and_(
                _r.removed_at == sa.bindparam("at", type_=sa.BigInteger),
                _r.user_id < sa.bindparam("before", type_=sa.BigInteger),
            ),
        )
    )
    .order_by(_r.removed_at.desc(), _r.user_id.desc())
    .limit(sa.bindparam("limit"))
)
_DROP = Statement(sa.delete(removed_users).where(_r.user_id == sa.bindparam("user_id")))
_FORGET = Statement(sa.delete(removed_users).where(_r.removed_at <= sa.bindparam("until")))
_decode = msgspec.json.Decoder(RemovedUser).decode
_END = (1 << 62, 0)


def keep(c: Connection, user: User, *, actor: str, now: int) -> None:
    """Keep somebody who is about to be deleted, as they are without mappings."""
    seats = tuple(Seat(role_id, attributes, source) for role_id, attributes, source in c.all(_SEATS, user_id=user.id))
    found = RemovedUser(user=user, seats=seats, removed_at=now, removed_by=actor)
    document = msgspec.json.encode(found).decode()
    c.run(_KEEP, user_id=user.id, user_name=user.user_name, document=document, removed_at=now)


def of_id(c: Connection, user_id: int) -> RemovedUser | None:
    """The deleted user of this id."""
    document = c.value(_ONE, user_id=user_id)
    return None if document is None else _decode(document)


def newest(c: Connection, *, after: tuple[int, int] = _END, limit: int) -> list[RemovedUser]:
    """Those who were deleted last, first; `after` is (removed_at, id) of the last one of the page before."""
    return [_decode(document) for (document,) in c.all(_NEWEST, at=after[0], before=after[1], limit=limit)]


def drop(c: Connection, user_id: int) -> None:
    """Keep somebody no longer."""
    c.run(_DROP, user_id=user_id)


def forget(c: Connection, until: int) -> int:
    """Keep nobody any longer who was deleted at `until` or earlier; how many."""
    return c.run(_FORGET, until=until)
