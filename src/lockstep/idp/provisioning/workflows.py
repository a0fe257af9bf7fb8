"""The DBOS workflow of a run, and its steps.

DBOS finds workflows and steps by name, in the registry of the process; `launch` says which engine they work for.  A step is at
least once: it may be done again after a crash, which the ledger makes harmless.
"""

from dataclasses import asdict, dataclass
from typing import Any

import dbos
import sqlalchemy as sa
from dbos import DBOS, SetWorkflowID

from lockstep.idp.provisioning.durable import SCHEMA, VERSION, Make
from lockstep.idp.provisioning.fleet.records import Fenced
from lockstep.idp.provisioning.run import Orders, Run, Values, flow
from lockstep.kit import log
from lockstep.kit.db import IDLE_SECONDS


@dataclass(slots=True)
class _Launched:
    """Whom DBOS works for in this process.  `queue` is read by this worker alone; it is made when something is put there."""

    make: Make
    worker: str
    queued: bool = False

    @property
    def queue(self) -> str:
        """Its name."""
        return f"of {self.worker}"


_launched: list[_Launched] = []
"""At most one: DBOS is one to a process, and so is what it works for."""
_runs: dict[int, tuple[Run, Orders]] = {}
_QUEUE_SECONDS = 0.2
_PENDING = {"PENDING", "ENQUEUED", "DELAYED"}


def _engine() -> _Launched:
    if not _launched:
        raise RuntimeError("the durable engine is not launched")
    return _launched[0]


def _run_of(job: int) -> tuple[Run, Orders]:
    """The run of a job in this process, made at its first step here."""
    found = _runs.get(job)
    if found is None:
        found = _runs[job] = _engine().make(job)
    return found


@DBOS.step(name="begin")
async def _begin(job: int) -> Values:
    return await _run_of(job)[0].begin()


@DBOS.step(name="check")
async def _check(job: int) -> Values:
    return await _run_of(job)[0].check()


@DBOS.step(name="plan")
async def _plan(job: int, attempt: int) -> Values:
    return await _run_of(job)[0].plan(attempt)


@DBOS.step(name="batch")
async def _batch(job: int, plan: int) -> Values:
    return await _run_of(job)[0].batch(plan)


@DBOS.step(name="status")
async def _status(job: int, plan: int) -> Values:
    return await _run_of(job)[0].status(plan)


@DBOS.step(name="finish")
async def _finish(job: int, result: Values, seen: int, began: int) -> float:
    return await _run_of(job)[0].finish(result, seen, began)


class _Recorded:
    """The steps of a run, each written down by DBOS."""

    def __init__(self, job: int) -> None:
        self._job = job

    async def begin(self) -> Values:
        return await _begin(self._job)

    async def check(self) -> Values:
        return await _check(self._job)

    async def plan(self, attempt: int) -> Values:
        return await _plan(self._job, attempt)

    async def batch(self, plan: int) -> Values:
        return await _batch(self._job, plan)

    async def status(self, plan: int) -> Values:
        return await _status(self._job, plan)

    async def finish(self, result: Values, seen: int, began: int) -> float:
        return await _finish(self._job, result, seen, began)


@DBOS.workflow(name="run")
async def _workflow(job: int, orders: dict[str, Any]) -> Values:
    try:
        return await flow(_Recorded(job), Orders(**orders))
    finally:
        found = _runs.pop(job, None)
        if found is not None:
            await found[0].close()


def launch(url: str, make: Make, worker: str) -> None:
    """Launch DBOS on its database at `url`, as `worker`.

    Nothing goes on by itself: DBOS takes up only what was begun under the same name, and each worker has one of its own.  What
    is taken up from another goes through a queue that this worker alone reads (`resume`).  Raises what DBOS raises where the
    database is away, and can be called again then.
    """
    engine = _Launched(make, worker)
    if url.startswith("sqlite"):
        _make_wal(url)
    config: dbos.DBOSConfig = {
        "name": "lockstep",
        "system_database_url": url,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": worker,
        "console_log_level": "CRITICAL",
        "log_level": "CRITICAL",
        "enable_otlp": False,
        "sys_db_idle_transaction_timeout_sec": float(IDLE_SECONDS),
    }
    try:
        DBOS(config=config)
        DBOS.listen_queues([engine.queue])
        DBOS.launch()
    except BaseException:
        DBOS.destroy(workflow_completion_timeout_sec=0)  # what is half launched would be in the way of the next try
        raise
    _launched[:] = [engine]


def _make_wal(url: str) -> None:
    """A SQLite file in WAL mode before DBOS makes its tables halves the cost of a step."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA journal_mode=WAL"))
    engine.dispose()


async def start(job: int) -> Values:
    """Do the run of a job, and forget it in DBOS once it has ended: our own tables hold what it came to."""
    _, orders = _run_of(job)
    given = asdict(orders)
    with SetWorkflowID(_name(job)):
        handle = await DBOS.start_workflow_async(_workflow, job, given)
    return await _ended(job, handle)


async def resume(job: int) -> Values | None:
    """Have the run of a job that was begun elsewhere go on here; its result, or None if DBOS knows of no such run."""
    status = await DBOS.get_workflow_status_async(_name(job))
    if status is None or status.status not in _PENDING:
        return None
    engine = _engine()
    if not engine.queued:
        await DBOS.register_queue_async(engine.queue, polling_interval_sec=_QUEUE_SECONDS)
        engine.queued = True
    return await _ended(job, await DBOS.resume_workflow_async(_name(job), queue_name=engine.queue))


async def _ended(job: int, handle: Any) -> Values:
    """What a run came to.  It is forgotten then; but not where it is cut short, or goes on at another worker."""
    try:
        result: Values = await handle.get_result()
    except Fenced:
        raise
    except Exception:
        await _forget(job)
        raise
    await _forget(job)
    return result


async def _forget(job: int) -> None:
    """Forget a run that ended here; what another worker carries by now is none of ours."""
    status = await DBOS.get_workflow_status_async(_name(job))
    if status is not None and status.status not in _PENDING and status.executor_id == _engine().worker:
        await DBOS.delete_workflow_async(_name(job))


async def close() -> None:
    """Stop DBOS.  A run under way stays written down, and goes on when it is launched again."""
    try:
        if _launched and _launched[0].queued:
            await DBOS.delete_queue_async(_launched[0].queue)  # what is still in it goes on through that of another worker
    except Exception:  # the database is away: an empty queue is left behind, which nobody reads
        log.exception("a queue is left behind", worker=_launched[0].worker)
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=0)
        _launched.clear()
        _runs.clear()


def _name(job: int) -> str:
    return f"job-{job}"
