"""The tables of the workers, and their SQL.  All instants are of the database's own clock: machines may disagree."""

from typing import Any

import sqlalchemy as sa

from lockstep.idp.apps.store import apps
from lockstep.idp.provisioning.fleet.records import Standing, Worker
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.sql import KeyText, Statement

KEPT_MS = 30 * 86_400_000
"""How long a worker that has ended is remembered."""

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", KeyText, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("began", sa.BigInteger, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
)
# Who works on an app ("" for nobody).  The row outlives the app, so that no number is ever given twice.
app_leases = sa.Table(
    "app_leases",
    metadata,
    sa.Column("app_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("worker", KeyText, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
)
_LIVE = Standing.LIVE.value
_w, _l = workers.c, app_leases.c
_NOW: Any = sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger)
_name = sa.bindparam("by", type_=sa.Text)
_app = sa.bindparam("app", type_=sa.Integer)
_FIELDS = (_w.name, _w.host, _w.pid, _w.standing, _w.began, _w.beat)
_live = sa.select(_w.name).where(_w.standing == _LIVE)
_others = sa.and_(_w.standing == _LIVE, _w.name != _name)
_stale = sa.and_(_w.standing == _LIVE, _w.beat < _NOW - sa.bindparam("patience", type_=sa.BigInteger))
_can_have = sa.or_(_l.worker == "", _l.worker == _name, _l.worker.not_in(_live))
_its, _theirs, _others_lease = apps.alias(), apps.alias(), app_leases.alias()
# Apps with the same target have one rate budget, so they are at one worker.
_at_its_target = (
    sa.select(sa.literal(1))
    .select_from(_its.join(_theirs, _its.c.scim_url == _theirs.c.scim_url))
    .join(_others_lease, _others_lease.c.app_id == _theirs.c.id)
    .where(_its.c.id == _app, _others_lease.c.worker.in_(_live), _others_lease.c.worker != _name)
)

_JOIN = Statement(sa.insert(workers).values(began=_NOW, beat=_NOW), columns=[column.name for column in _w])
_BEAT = Statement(sa.update(workers).where(_w.name == _name, _w.standing == _LIVE).values(beat=_NOW))
_END = Statement(sa.update(workers).where(_w.name == _name, _w.standing == _LIVE), columns=["standing"])
_ANY_STALE = Statement(sa.select(sa.literal(1)).where(_stale).limit(1))
_BURY = Statement(sa.update(workers).where(_stale).values(standing=Standing.DEAD.value))
_FORGET = Statement(sa.delete(workers).where(_w.standing != _LIVE, _w.beat < _NOW - sa.bindparam("kept", type_=sa.BigInteger)))
_ANY_OTHER = Statement(sa.select(sa.literal(1)).where(_others).limit(1))
_KNOWN = Statement(sa.select(sa.literal(1)).where(_w.name == _name))
_ALL = Statement(sa.select(*_FIELDS).where(_w.standing == _LIVE).order_by(_w.began, _w.name))
_LEASE = Statement(lambda insert: insert(app_leases).values(app_id=_app, worker="", fence=0).on_conflict_do_nothing())
_TAKEN = Statement(_at_its_target.union_all(sa.select(sa.literal(1)).where(_l.app_id == _app, sa.not_(_can_have))).limit(1))
_CLAIM = Statement(
    sa.update(app_leases)
    .where(_l.app_id == _app, _can_have, sa.exists(_live.where(_w.name == _name)), sa.not_(sa.exists(_at_its_target)))
    .values(worker=_name, fence=_l.fence + 1)
    .returning(_l.fence)
)
_HELD = Statement(
    sa.select(sa.literal(1))
    .where(_l.app_id == _app, _l.worker == _name, _l.fence == sa.bindparam("number", type_=sa.BigInteger))
    .with_for_update(read=True)
)
_RELEASE = Statement(
    sa.update(app_leases)
    .where(_l.app_id == _app, _l.worker == _name, _l.fence == sa.bindparam("number", type_=sa.BigInteger))
    .values(worker="")
)
_APPS = Statement(sa.select(_l.worker, _l.app_id).where(_l.worker != "").order_by(_l.app_id))


def join(c: Connection, name: str, host: str, pid: int) -> None:
    """A worker begins."""
    c.run(_FORGET, kept=KEPT_MS)
    c.run(_JOIN, name=name, host=host, pid=pid, standing=_LIVE)


def beat(c: Connection, name: str) -> bool:
    """It is at work still; False where it was declared dead, or has left."""
    return c.run(_BEAT, by=name) == 1


def end(c: Connection, name: str) -> None:
    """It leaves; nothing where it was declared dead."""
    c.run(_END, by=name, standing=Standing.LEFT.value)


def any_stale(c: Connection, patience_ms: int) -> bool:
    """Whether one was not heard of for longer than that."""
    return c.one(_ANY_STALE, patience=patience_ms) is not None


def bury(c: Connection, patience_ms: int) -> int:
    """Declare these dead; how many."""
    return c.run(_BURY, patience=patience_ms)


def any_other(c: Connection, name: str) -> bool:
    """Whether another worker than this one is at work."""
    return c.one(_ANY_OTHER, by=name) is not None


def is_known(c: Connection, name: str) -> bool:
    """Whether a worker of that name was ever at work on this very database."""
    return c.one(_KNOWN, by=name) is not None


def at_work(c: Connection) -> list[tuple[Worker, list[int]]]:
    """Every worker, the oldest first, with the apps that it works on."""
    apps: dict[str, list[int]] = {}
    for name, app_id in c.all(_APPS):
        apps.setdefault(name, []).append(app_id)
    rows = c.all(_ALL)
    return [(Worker(name, host, pid, Standing(how), *times), apps.get(name, [])) for name, host, pid, how, *times in rows]


def is_free(c: Connection, app_id: int, name: str) -> bool:
    """Whether an app could be claimed by this worker."""
    return c.one(_TAKEN, app=app_id, by=name) is None


def claim(c: Connection, app_id: int, name: str) -> int | None:
    """Give an app to a worker that is at work; its number, or None where another has it."""
    c.run(_LEASE, app=app_id)
    row = c.one(_CLAIM, app=app_id, by=name)
    return None if row is None else int(row[0])


def holds(c: Connection, app_id: int, name: str, fence: int) -> bool:
    """Whether the app is this worker's still; it stays so until the transaction ends."""
    return c.one(_HELD, app=app_id, by=name, number=fence) is not None


def release(c: Connection, app_id: int, name: str, fence: int) -> None:
    """Give an app back, if it is this worker's still."""
    c.run(_RELEASE, app=app_id, by=name, number=fence)
