"""SQL of jobs: what a worker is asked to do, and what came of it."""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from lockstep.idp.provisioning.tables import jobs
from lockstep.kit.db import Connection, Row
from lockstep.kit.sql import Statement

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
KEPT = 200
"""Finished jobs that are kept."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do for one app.  `kind` is sync, drift, takeover or evidence; `result` what a finished one came to."""

    id: int
    app_id: int
    kind: str
    arguments: dict[str, Any]
    state: str
    result: dict[str, Any]
    error: str


_j = jobs.c
_FIELDS = (_j.id, _j.app_id, _j.kind, _j.arguments, _j.state, _j.result, _j.error)
_ADD = Statement(
    sa.insert(jobs).inline(),
    columns=["app_id", "kind", "arguments", "state", "worker", "result", "error", "created_at", "ended_at"],
)
_LAST = Statement(sa.select(sa.func.max(_j.id)))
_ONE = Statement(sa.select(*_FIELDS).where(_j.id == sa.bindparam("job", type_=_j.id.type)))
_NEWEST = Statement(
    sa.select(*_FIELDS)
    .where(
        _j.app_id == sa.bindparam("app", type_=sa.Integer),
        _j.kind == sa.bindparam("kind", type_=sa.Text),
        sa.or_(sa.bindparam("state", type_=sa.Text) == "", _j.state == sa.bindparam("state", type_=sa.Text)),
    )
    .order_by(_j.id.desc())
    .limit(1)
)
_QUEUED = Statement(sa.select(*_FIELDS).where(_j.state == QUEUED).order_by(_j.id))
_RUNNING = Statement(sa.select(*_FIELDS).where(_j.state == RUNNING).order_by(_j.id))
_LAST_ENDED = Statement(
    sa.select(_j.state, _j.worker, _j.ended_at)
    .where(_j.app_id == sa.bindparam("app", type_=sa.Integer), _j.ended_at > 0)
    .order_by(_j.ended_at.desc(), _j.id.desc())
    .limit(1)
)
_LAST_FILED = Statement(
    sa.select(sa.func.max(_j.created_at)).where(
        _j.app_id == sa.bindparam("app", type_=sa.Integer), _j.kind == sa.bindparam("kind", type_=sa.Text)
    )
)
_START = Statement(
    sa.update(jobs).where(_j.id == sa.bindparam("job", type_=_j.id.type), _j.state == QUEUED),
    columns=["state", "worker"],
)
_END = Statement(
    sa.update(jobs).where(_j.id == sa.bindparam("job", type_=_j.id.type)),
    columns=["state", "result", "error", "ended_at"],
)
_REQUEUE = Statement(
    sa.update(jobs).where(_j.id == sa.bindparam("job", type_=_j.id.type), _j.state == RUNNING),
    columns=["state"],
)
_PURGE = Statement(
    sa.delete(jobs).where(sa.or_(_j.state == DONE, _j.state == FAILED), _j.id < sa.bindparam("before", type_=_j.id.type))
)


def _job(row: Row) -> Job:
    number, app_id, kind, arguments, state, result, error = row
    return Job(number, app_id, kind, msgspec.json.decode(arguments), state, msgspec.json.decode(result), error)


def add(c: Connection, app_id: int, kind: str, arguments: dict[str, Any], now: int) -> int:
    """File a job; its number.  `c` is a serial write transaction."""
    c.run(
        _ADD,
        app_id=app_id,
        kind=kind,
        arguments=msgspec.json.encode(arguments).decode(),
        state=QUEUED,
        worker="",
        result="{}",
        error="",
        created_at=now,
        ended_at=0,
    )
    number = int(c.value(_LAST))
    c.run(_PURGE, before=number - KEPT)
    return number


def get(c: Connection, number: int) -> Job | None:
    """One job."""
    row = c.one(_ONE, job=number)
    return None if row is None else _job(row)


def newest(c: Connection, app_id: int, kind: str, state: str = "") -> Job | None:
    """The newest job of one kind for an app, in any state ("") or in this one, among those that are kept."""
    row = c.one(_NEWEST, app=app_id, kind=kind, state=state)
    return None if row is None else _job(row)


def last_filed(c: Connection, app_id: int, kind: str) -> int:
    """When a job of that kind was filed for the app last, of those that are kept; 0 for never."""
    return int(c.value(_LAST_FILED, app=app_id, kind=kind) or 0)


def failed_elsewhere(c: Connection, app_id: int, worker: str, since: int) -> bool:
    """Whether the job of an app that ended last failed after `since` (ms), and another worker than this one had it."""
    row = c.one(_LAST_ENDED, app=app_id)
    return row is not None and row[0] == FAILED and row[1] != worker and row[2] > since


def queued(c: Connection) -> list[Job]:
    """Everything that nobody has begun, oldest first."""
    return [_job(row) for row in c.all(_QUEUED)]


def running(c: Connection) -> list[Job]:
    """Everything that somebody has begun."""
    return [_job(row) for row in c.all(_RUNNING)]


def start(c: Connection, number: int, worker: str) -> bool:
    """Begin a job; False if somebody else was faster."""
    return c.run(_START, job=number, state=RUNNING, worker=worker) == 1


def end(c: Connection, number: int, result: dict[str, Any], error: str, now: int) -> None:
    """Finish a job: done with a result, or failed with an error."""
    c.run(
        _END,
        job=number,
        state=FAILED if error else DONE,
        result=msgspec.json.encode(result).decode(),
        error=error,
        ended_at=now,
    )


def requeue(c: Connection, number: int) -> bool:
    """Put back a job that a worker that died had begun; False if it has ended.  The caller has claimed the app."""
    return c.run(_REQUEUE, job=number, state=QUEUED) == 1


def last_number(c: Connection) -> int:
    """The number of the job that was filed last, 0 where there is none."""
    return int(c.value(_LAST) or 0)
