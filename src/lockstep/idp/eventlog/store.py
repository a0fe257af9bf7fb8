"""SQL of the chain of events: walking it, its seal, where it begins, and what is kept of a verification."""

from collections.abc import Generator
from dataclasses import asdict
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.eventchain.encoding import NEWEST, Value
from lockstep.idp.eventchain.store import event_cut, event_head
from lockstep.idp.eventlog.records import Cut, Head
from lockstep.idp.events import TABLE
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

# One row each: the newest seal; how long events are kept; what came of the last verification.
event_seal = sa.Table(
    "event_seal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
event_retention = sa.Table(
    "event_retention",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("days", sa.Integer, nullable=False),
)
event_verification = sa.Table(
    "event_verification",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("result", sa.Text, nullable=False),
)

_e, _c = TABLE.c, event_cut.c
_AFTER = sa.bindparam("after", type_=sa.BigInteger)
_BEFORE = sa.bindparam("before", type_=sa.BigInteger)


def _put(table: sa.Table) -> Statement:
    """Write the one row of a table."""
    names = [column.name for column in table.c if column.name != "id"]
    binds = {name: sa.bindparam(name, type_=table.c[name].type, required=True) for name in names}
    return Statement(
        lambda insert: insert(table).values(id=1, **binds).on_conflict_do_update(index_elements=["id"], set_=binds)
    )


_WALK = Statement(sa.select(*(_e[name] for name in NEWEST), _e.digest).where(_e.seq > _AFTER).order_by(_e.seq))
_DIGEST = Statement(sa.select(_e.digest).where(_e.seq == sa.bindparam("seq", type_=sa.BigInteger)))
_LAST_UNTIL = Statement(
    sa.select(_e.seq, _e.digest).where(_e.seq <= sa.bindparam("seq", type_=sa.BigInteger)).order_by(_e.seq.desc()).limit(1)
)
_HEAD = Statement(sa.select(event_head.c.seq, event_head.c.digest))
_CUT = Statement(sa.select(_c.first_seq, _c.digest, _c.removed, _c.at, _c.actor))
_SET_CUT = _put(event_cut)
_REMOVE = Statement(
    sa.delete(TABLE).where(
        _e.seq.in_(sa.select(_e.seq).where(_e.seq < _BEFORE).order_by(_e.seq).limit(sa.bindparam("most", type_=sa.Integer)))
    )
)
_COUNT_REMOVED = Statement(sa.update(event_cut).values(removed=_c.removed + sa.bindparam("more", type_=sa.BigInteger)))
_SEAL = Statement(sa.select(event_seal.c.sealed, event_seal.c.at))
_SET_SEAL = _put(event_seal)
_DAYS = Statement(sa.select(event_retention.c.days))
_SET_DAYS = _put(event_retention)
_VERIFICATION = Statement(sa.select(event_verification.c.result))
_SET_VERIFICATION = _put(event_verification)


def walk(c: Connection, after: int) -> Generator[tuple[tuple[Value, ...], bytes | None], None, None]:
    """(the row as it is chained, its digest) of every event after a number, in order, without holding them."""
    for row in c.stream(_WALK, after=after):
        digest = row[-1]
        yield tuple(row[:-1]), None if digest is None else bytes(digest)


def digest_of(c: Connection, seq: int) -> bytes | None:
    """The digest that an event carries; None where there is no such event, or where it has none."""
    found = c.value(_DIGEST, seq=seq)
    return None if found is None else bytes(found)


def last_until(c: Connection, seq: int) -> Head | None:
    """The newest event of those up to a number; None where there is none, or where it is not chained."""
    row = c.one(_LAST_UNTIL, seq=seq)
    return None if row is None or row[1] is None else Head(row[0], bytes(row[1]))


def head(c: Connection) -> Head | None:
    """What the database says the newest event is; None before the first."""
    row = c.one(_HEAD)
    return None if row is None else Head(row[0], bytes(row[1]))


def cut(c: Connection) -> Cut | None:
    """Where the chain begins; None while nothing was ever removed."""
    row = c.one(_CUT)
    return None if row is None else Cut(row[0], bytes(row[1]), *row[2:])


def set_cut(c: Connection, one: Cut) -> None:
    """From now on the chain begins here; what lies before may be removed."""
    c.run(_SET_CUT, **asdict(one))


def remove(c: Connection, before: int, most: int) -> int:
    """Remove at most so many of the oldest events before a number, which lie before the cut; how many were."""
    gone = c.run(_REMOVE, before=before, most=most)
    if gone:
        c.run(_COUNT_REMOVED, more=gone)
    return gone


def seal(c: Connection) -> tuple[bytes, int] | None:
    """(the seal, when it was made); None before the first."""
    row = c.one(_SEAL)
    return None if row is None else (bytes(row[0]), int(row[1]))


def set_seal(c: Connection, sealed: bytes, at: int) -> None:
    """Keep a seal; it says all that the one before did."""
    c.run(_SET_SEAL, sealed=sealed, at=at)


def days(c: Connection) -> int:
    """How many days events are kept; 0 for ever."""
    return int(c.value(_DAYS) or 0)


def set_days(c: Connection, number: int) -> None:
    """Keep events for so many days."""
    c.run(_SET_DAYS, days=number)


def verification(c: Connection) -> dict[str, Any] | None:
    """The last verification as `--json` printed it; None before the first."""
    found = c.value(_VERIFICATION)
    return None if found is None else msgspec.json.decode(found, type=dict[str, Any])


def set_verification(c: Connection, result: dict[str, Any]) -> None:
    """Keep what came of a verification."""
    c.run(_SET_VERIFICATION, result=msgspec.json.encode(result).decode())
