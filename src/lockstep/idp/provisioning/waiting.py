"""What a job waits for, for whoever waits for it: is it under way, what is before it, does a worker give a sign of life."""

from dataclasses import dataclass

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.provisioning import jobs, ledger
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import store as installations
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.tables import jobs as table
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement

_OVER = (State.DONE.value, State.FAILED.value, State.DROPPED.value)
_OPEN = (State.READY.value, State.SENDING.value)
_j = table.c
_OPEN_JOBS = Statement(
    sa.select(_j.id, _j.app_id, _j.kind, _j.state, _j.worker, _j.created_at)
    .where(sa.or_(_j.state == jobs.QUEUED, _j.state == jobs.RUNNING))
    .order_by(_j.id)
)


@dataclass(frozen=True, slots=True)
class Open:
    """A job that is not over; `filed_at` in ms, `done` of `of` changes are what its run has come to, as far as is known."""

    id: int
    app_id: int
    app: str
    kind: str
    running: bool
    worker: str
    filed_at: int
    done: int = 0
    of: int = 0

    @property
    def words(self) -> str:
        """`job 3, sync of aws, under way at worker 17-ab, filed 2026-…, 5 of 9 changes`."""
        far = f", {self.done:,} of {self.of:,} changes" if self.running and self.kind == "sync" and self.of else ""
        at = f"under way at worker {self.worker}" if self.running else "not begun"
        return f"job {self.id}, {self.kind} of {self.app}, {at}, filed {iso(self.filed_at)}{far}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a job waits for.  `mine` is None where it is over; `before` are those of its app that go first.

    `running` is how many are under way, of all apps; `alive_at` when a worker last said that it is at work (ms, up to a minute
    late; 0: never); `held` why the installation's guard holds the app, "" where it does not.
    """

    mine: Open | None
    before: tuple[Open, ...]
    running: int
    alive_at: int
    held: str

    @property
    def words(self) -> str:
        """One line for a person."""
        if self.mine is None:
            return "its end"
        told = [self.mine.words]
        if not self.mine.running:
            told.append(f"before it: {self.before[0].words}" if self.before else self._worker)
        if self.held:
            told.append(f"nothing is sent to {self.mine.app}, {self.held}: look at lockstep idp installation")
        return "; ".join(told)

    @property
    def _worker(self) -> str:
        seen = f", last seen at work {iso(self.alive_at)}" if self.alive_at else ""
        runs = "1 run" if self.running == 1 else f"{self.running} runs"
        return f"a worker is at work on this data{seen}, with {runs} of other apps"


def of_job(c: Connection, number: int) -> Waiting:
    """What a job waits for now."""
    rows = c.all(_OPEN_JOBS)
    mine = next((row for row in rows if row[0] == number), None)
    known = installations.read(c)
    alive_at = 0 if known is None else known.alive_at
    running = sum(row[3] == jobs.RUNNING for row in rows)
    if mine is None:
        return Waiting(None, (), running, alive_at, "")
    before = tuple(_open(c, *row) for row in rows if row[1] == mine[1] and row[0] < number)
    held = installation.held(c, mine[1])
    return Waiting(_open(c, *mine), before, running, alive_at, "" if held is None else held.reason)


def _open(c: Connection, number: int, app_id: int, kind: str, state: str, worker: str, filed_at: int) -> Open:
    app, running = apps.app_by_id(c, app_id), state == jobs.RUNNING
    done, of = progress(c, app_id) if running else (0, 0)
    return Open(number, app_id, "?" if app is None else app.name, kind, running, worker, filed_at, done, of)


def progress(c: Connection, app_id: int) -> tuple[int, int]:
    """(done, of) changes of the plan that a run works on."""
    plan = ledger.newest(c, app_id)
    counts = [] if plan is None else ledger.counts(c, plan.id)
    done = sum(one.changes for one in counts if one.state in _OVER)
    return done, done + sum(one.changes for one in counts if one.state in _OPEN)
