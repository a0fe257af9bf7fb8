"""The tables of actions on many users, and their SQL.  Who is still to be done stands in a row; nobody else does."""

from collections.abc import Iterable
from itertools import islice

import msgspec
import sqlalchemy as sa

from lockstep.idp.directory.batches.records import Action, Batch, Refusal
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_PIECE = 5_000
user_batches = sa.Table(
    "user_batches",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("argument", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("touched_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger, nullable=False),
    sa.Index("user_batches_finished", "finished_at", "touched_at"),
    sqlite_autoincrement=True,
)
user_batch_members = sa.Table(
    "user_batch_members",
    metadata,
    sa.Column("batch_id", sa.BigInteger, sa.ForeignKey("user_batches.id", ondelete="CASCADE"), primary_key=True),
    # Not a reference: who is deleted meanwhile is passed over.
    sa.Column("user_id", sa.BigInteger, primary_key=True),
)
_b, _m = user_batches.c, user_batch_members.c
_WRITTEN = tuple(column.name for column in _b if column.name != "id")
_CHANGED = ("total", "done", "changed", "refused", "reasons", "touched_at", "finished_at")
_all = sa.select(_b.id, *(_b[name] for name in _WRITTEN))
_ADD = Statement(user_batches.insert().returning(_b.id), _WRITTEN)
_CHANGE = Statement(
    user_batches.update().where(_b.id == sa.bindparam("row_id")).values({name: sa.bindparam(name) for name in _CHANGED})
)
_ONE = Statement(_all.where(_b.id == sa.bindparam("id")))
_NEWEST = Statement(_all.order_by(_b.id.desc()).limit(sa.bindparam("limit")))
_LEFT_LYING = Statement(_all.where(_b.finished_at == 0, _b.touched_at < sa.bindparam("before")).order_by(_b.id))
_ADD_MEMBER = Statement(user_batch_members.insert().inline(), ("batch_id", "user_id"))
_OF_BATCH = _m.batch_id == sa.bindparam("batch_id")
_NEXT = Statement(sa.select(_m.user_id).where(_OF_BATCH).order_by(_m.user_id).limit(sa.bindparam("limit")))
_DROP = Statement(sa.delete(user_batch_members).where(_OF_BATCH, _m.user_id <= sa.bindparam("up_to")))
_REASONS = msgspec.json.Decoder(tuple[Refusal, ...])


def add(c: Connection, batch: Batch) -> int:
    """Insert a batch; its new id."""
    return int(c.value(_ADD, **{name: _stored(batch, name) for name in _WRITTEN}))


def add_members(c: Connection, batch_id: int, user_ids: Iterable[int]) -> int:
    """Say to whom it is done; how many they are."""
    left, count = iter(user_ids), 0
    while piece := list(islice(left, _PIECE)):
        count += len(piece)
        if c.dialect == "sqlite":
            c.many(_ADD_MEMBER, ({"batch_id": batch_id, "user_id": number} for number in piece))
            continue
        with c.raw.cursor() as cursor, cursor.copy("COPY user_batch_members (batch_id, user_id) FROM STDIN") as copy:
            for number in piece:
                copy.write_row((batch_id, number))
    return count


def change(c: Connection, batch: Batch) -> None:
    """Write how far a batch is."""
    c.run(_CHANGE, row_id=batch.id, **{name: _stored(batch, name) for name in _CHANGED})


def of_id(c: Connection, batch_id: int) -> Batch | None:
    """The batch of this id."""
    row = c.one(_ONE, id=batch_id)
    return None if row is None else _batch(row)


def newest(c: Connection, limit: int) -> list[Batch]:
    """The newest ones first."""
    return [_batch(row) for row in c.all(_NEWEST, limit=limit)]


def left_lying(c: Connection, before: int) -> list[Batch]:
    """Those which are not at their end, and of which nothing was done since an instant (ms)."""
    return [_batch(row) for row in c.all(_LEFT_LYING, before=before)]


def next_members(c: Connection, batch_id: int, limit: int) -> list[int]:
    """Who is next, by id."""
    return [number for (number,) in c.all(_NEXT, batch_id=batch_id, limit=limit)]


def drop_members(c: Connection, batch_id: int, up_to: int) -> None:
    """These are done: everybody up to an id."""
    c.run(_DROP, batch_id=batch_id, up_to=up_to)


def _stored(batch: Batch, name: str) -> str | int:
    value = getattr(batch, name)
    return msgspec.json.encode(value).decode() if name == "reasons" else value


def _batch(row: Row) -> Batch:
    values = dict(zip(("id", *_WRITTEN), row, strict=True))
    return Batch(**{**values, "action": Action(values["action"]), "reasons": _REASONS.decode(values["reasons"])})
