"""The DBOS workflow of a run, and its steps.

DBOS finds workflows and steps by name, in the registry of the process; `launch` says which engine they work for.  A step is at
least once: it may be done again after a crash, which the ledger makes harmless.
"""

import asyncio
from dataclasses import asdict
from typing import Any

import dbos
import sqlalchemy as sa
from dbos import DBOS, SetWorkflowID

from lockstep.idp.provisioning.durable import EXECUTOR, SCHEMA, VERSION, Make
from lockstep.idp.provisioning.run import Orders, Run, Values, flow

_make: Make | None = None
_runs: dict[int, tuple[Run, Orders]] = {}
_PENDING = {"PENDING", "ENQUEUED", "DELAYED"}


def _run_of(job: int) -> tuple[Run, Orders]:
    """The run of a job in this process, made at its first step here."""
    found = _runs.get(job)
    if found is None:
        if _make is None:
            raise RuntimeError("the durable engine is not launched")
        found = _runs[job] = _make(job)
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


def launch(url: str, make: Make) -> None:
    """Launch DBOS on its database at `url`.  Runs that were under way go on by themselves."""
    global _make  # noqa: PLW0603 - DBOS is one to a process, and so is what it works for
    _make = make
    if url.startswith("sqlite"):
        _make_wal(url)
    config: dbos.DBOSConfig = {
        "name": "lockstep",
        "system_database_url": url,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": EXECUTOR,
        "console_log_level": "CRITICAL",
        "log_level": "CRITICAL",
        "enable_otlp": False,
    }
    DBOS(config=config)
    DBOS.launch()


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
    try:
        return await handle.get_result()
    finally:
        await asyncio.shield(_forget(job))


async def resume(job: int) -> Values | None:
    """Wait for the run of a job that was begun elsewhere; None if DBOS does not know it, or has ended it."""
    status = await DBOS.get_workflow_status_async(_name(job))
    if status is None or status.status not in _PENDING:
        return None
    handle: Any = await DBOS.retrieve_workflow_async(_name(job))
    try:
        result: Values = await handle.get_result()
    finally:
        await asyncio.shield(_forget(job))
    return result


async def _forget(job: int) -> None:
    await DBOS.delete_workflow_async(_name(job))


def close() -> None:
    """Stop DBOS.  A run under way stays written down, and goes on when it is launched again."""
    global _make  # noqa: PLW0603 - as in `launch`
    DBOS.destroy(workflow_completion_timeout_sec=0)
    _make = None
    _runs.clear()


def _name(job: int) -> str:
    return f"job-{job}"
