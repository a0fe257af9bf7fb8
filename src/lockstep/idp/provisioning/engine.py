"""When runs happen, and that only one works on an app at a time.

Workers are `lockstep idp serve`, `lockstep idp worker`, or a command for as long as it needs: one on SQLite, any number on
PostgreSQL, each with apps of its own (`fleet`).  A command files a job and waits for it; where no worker runs, it does the job
itself.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.capabilities.actions import connector_of
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import check, drift_actions, jobs, links, takeover
from lockstep.idp.provisioning.budgets import Budgets
from lockstep.idp.provisioning.durable import Durable, Plain
from lockstep.idp.provisioning.entitlements import actions as entitlements
from lockstep.idp.provisioning.evidence import actions as evidence
from lockstep.idp.provisioning.evidence import making
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.fleet.fleet import fleet_of
from lockstep.idp.provisioning.fleet.records import Fence, Fenced, Fleet
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import witness
from lockstep.idp.provisioning.installation.guard import Guard
from lockstep.idp.provisioning.jobs import Job
from lockstep.idp.provisioning.picture import Orders as TakeoverOrders
from lockstep.idp.provisioning.reading import Reader
from lockstep.idp.provisioning.run import Halt, Orders, Report, Run, Values, ready_app
from lockstep.idp.provisioning.scheduler import Scheduler
from lockstep.idp.provisioning.source import Source, source_of
from lockstep.idp.provisioning.tokens import client_of
from lockstep.kit import log
from lockstep.kit.clock import Clock, now_ms
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

POLL_SECONDS = 0.05
LOOK_SECONDS = 1.0
"""How often it is looked for what is due by time alone."""
MOST_RUNS = 8
"""Apps that one worker runs at a time."""
SHARE_SECONDS = 0.1
"""A worker that has runs leaves a job to its colleagues for so long for each of them: who has least to do is first."""
LONGEST_PAUSE_SECONDS = 10.0
HALT_SECONDS = 8.0
"""How long a stop waits for the batch that is being sent."""


def _silent(_done: int, _of: int) -> None:
    """Nobody is told how far a run has come."""


def _nothing() -> None:
    """Nothing is done while a command waits."""


@dataclass(slots=True)
class Engine:
    """The provisioning engine on one database."""

    db: Database
    vault: Vault
    clock: Clock = now_ms
    worker: str = field(default_factory=lambda: f"{os.getpid()}-{secrets.token_hex(4)}")
    durable: Durable = field(default_factory=Plain)
    folder: Path | None = None
    """The folder of the key, where the database is elsewhere."""
    witness: Path | None = None
    """A second witness, on another disk (`installation.witness`)."""
    guard: Guard = field(init=False)
    fleet: Fleet = field(init=False)
    scheduler: Scheduler = field(init=False)
    budgets: Budgets = field(default_factory=Budgets)
    _report: Report = _silent
    _halt: Halt = field(init=False)
    _runs: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    """What is under way, by app."""
    _waiting: dict[int, float] = field(default_factory=dict)
    """Since when a job that is left to colleagues was seen to wait (monotonic seconds)."""
    _colleagues: bool = False
    """Whether there are any."""
    _fences: dict[int, Fence] = field(default_factory=dict)
    """The right to write what becomes of each of these apps."""

    def __post_init__(self) -> None:
        """A run asks before each request whether this worker counts as one still: if not, it sends nothing more."""
        self.fleet = fleet_of(self.db, self.worker)
        self.scheduler = Scheduler(self.db, self.clock, self.worker)
        self._halt = Halt(lost=self._lost)
        self.guard = Guard(self.db, witness.files_of(self.db, self.folder, self.witness), self.clock)

    def _lost(self) -> bool:
        return not self.fleet.alive()

    def order(self, app_id: int, kind: str, arguments: dict[str, Any]) -> int:
        """File a job; its number."""
        with self.db.write(serial=events.SERIAL) as c:
            return jobs.add(c, app_id, kind, arguments, self.clock())

    def wait(self, number: int, report: Report = _silent, meanwhile: Callable[[], None] = _nothing) -> Values:
        """Wait for a job, or do it where no worker runs; its result.  Raises Problem with the job's error.

        `meanwhile` is called while another process is the worker; what it raises ends the waiting.
        """
        while True:
            with self.db.read() as c:
                job = jobs.get(c, number)
            if job is None:
                raise Problem("the job is gone")
            if job.state == jobs.DONE:
                return job.result
            if job.state == jobs.FAILED:
                raise Problem(job.error)
            if self.fleet.join(only=True):
                try:
                    asyncio.run(self._work_once(report, number))
                finally:
                    self.fleet.leave()
            else:
                meanwhile()
                time.sleep(POLL_SECONDS / 4)

    async def _work_once(self, report: Report, number: int) -> None:
        self._report = report
        self._open()
        try:
            self._take_over()
            if self._runs:
                await asyncio.gather(*self._runs.values())
                self._runs.clear()
            await self.work_off(only=number)
        finally:
            await self.durable.close()

    def _run_of(self, number: int) -> tuple[Run, Orders]:
        """The run of a job, for the durable engine."""
        with self.db.read() as c:
            job = jobs.get(c, number)
        if job is None:
            raise Problem("the job is gone")
        orders = Orders(**job.arguments)
        more: dict[str, Any] = {"clock": self.clock, "report": self._report, "halt": self._halt, "guard": self.guard}
        more["budgets"] = self.budgets
        return Run(self._db_of(job.app_id), self.vault, job.app_id, orders, **more), orders

    def _open(self) -> None:
        """Before anything that was under way goes on."""
        self._halt.wanted = False
        self.guard.worker = self.scheduler.name = self.fleet.name
        self.guard.open(beside_others=self.fleet.busy())
        self.durable.launch(self._run_of, self.fleet.name)

    def _take_over(self) -> None:
        """What a worker that died had begun goes on, or is begun again, each app by itself."""
        with self.db.read() as c:
            left = {job.app_id for job in jobs.running(c) if job.app_id not in self._runs}
            left = {app_id for app_id in left if self.fleet.free(c, app_id)}
        for app_id in left:
            self._runs[app_id] = asyncio.ensure_future(self._go_on(app_id))

    async def _go_on(self, app_id: int) -> None:
        with self.db.write(serial=events.SERIAL) as c:
            fence = self.fleet.claim(c, app_id)
            begun = [job for job in jobs.running(c) if job.app_id == app_id] if fence is not None else []
        if fence is None:
            return
        with self._having(fence):
            for job in begun:
                if job.kind == "sync":
                    await self._do(job, self.durable.resume)
                with self._db_of(app_id).write(serial=events.SERIAL) as c:
                    jobs.requeue(c, job.id)

    @contextmanager
    def _having(self, fence: Fence) -> Iterator[None]:
        """The app is ours meanwhile.  What another worker has by now is let go without a word to anybody."""
        self._fences[fence.app_id] = fence
        try:
            yield
            self.fleet.release(fence)
        except Fenced:
            log.warning("another worker has the app", app_id=fence.app_id, worker=self.fleet.name)
        finally:
            del self._fences[fence.app_id]

    def _db_of(self, app_id: int) -> Database:
        """The database for the work on an app.  Raises Fenced where the app is not ours any more."""
        fence = self._fences.get(app_id)
        if fence is None:
            raise Fenced(app_id)
        return self.fleet.behind(fence)

    async def work_off(self, *, only: int | None = None) -> None:
        """Do what is queued (or one job of it), one after the other."""
        with self.db.read() as c:
            waiting = [job for job in jobs.queued(c) if only in (None, job.id)]
        for job in waiting:
            await self._begin(job)

    async def _do(self, job: Job, carry: Callable[[int], Awaitable[Values | None]]) -> None:
        """Do a job and write down how it ended.  Where `carry` knows nothing of it, it stays as it is."""
        result: Values | None = {}
        error = ""
        try:
            apart = {
                "drift": self._drift,
                "takeover": self._takeover,
                evidence.JOB: self._evidence,
                entitlements.JOB: self._entitlements,
            }.get(job.kind)
            result = await (carry(job.id) if apart is None else apart(job))
        except Problem as problem:
            error = str(problem)
            self.scheduler.failed(job.app_id)
        except Fenced:
            raise
        except Exception as failure:
            error = f"the run failed in a way that should not happen ({type(failure).__name__}: {failure})"
            self.scheduler.failed(job.app_id)
            log.exception("a run failed", app_id=job.app_id, job=job.id)  # and the other apps go on
        if result is not None:
            self._end(job, result, error)

    def _end(self, job: Job, result: Values, error: str) -> None:
        with self._db_of(job.app_id).write(serial=events.SERIAL) as c:
            jobs.end(c, job.id, result, error, self.clock())
        self.guard.alive()

    async def _read(self, job: Job, *, sends: bool) -> tuple[App, check.Checked, Source, int]:
        """Read the target of a job's app and compare; `sends` as in `ready_app`.

        Returns the app, what was found, what belongs to the app, and for which target.
        """
        db = self._db_of(job.app_id)
        with db.write(serial=events.SERIAL) as c:
            app = ready_app(c, job.app_id, sends=sends)
            source, target = source_of(c, app, with_logins=False), links.target_of(c, app.id, app.scim_url)
        async with client_of(db, self.vault, app, self.clock, budgets=self.budgets) as client:
            return app, await check.Checker(db, source, target, client).check(), source, target

    async def _evidence(self, job: Job) -> dict[str, Any]:
        _, found, _, _ = await self._read(job, sends=True)
        with self._db_of(job.app_id).write(serial=events.SERIAL) as c:
            return making.make(c, self.vault, ready_app(c, job.app_id), found, self.clock())

    async def _drift(self, job: Job) -> dict[str, Any]:
        app, found, source, target = await self._read(job, sends=False)
        with self._db_of(job.app_id).write(serial=events.SERIAL) as c:
            taken = drift_actions.take_in(c, app, target, found, self.clock(), by_itself=False)
            if taken.shown:
                events.append(c, check.event(source, found, taken.shown), self.clock())
            if found.groups is not None:
                entitlements.take_in(c, app, target, found.groups, found.requests, self.clock())
            result = drift_actions.report(c, app)
            installation.compared(c, job.app_id, result, self.clock())
        return result

    async def _entitlements(self, job: Job) -> dict[str, Any]:
        db = self._db_of(job.app_id)
        with db.write(serial=events.SERIAL) as c:
            app = ready_app(c, job.app_id, sends=False)
            connector, target = connector_of(c, app), links.target_of(c, app.id, app.scim_url)
        async with client_of(db, self.vault, app, self.clock, budgets=self.budgets) as client:
            before = client.meter.sent
            try:
                found = await entitlements.read(Reader(client, connector))
            except TargetProblem as problem:
                with db.write(serial=events.SERIAL) as c:
                    entitlements.failed(c, target, str(problem), self.clock())
                raise
            cost = client.meter.sent - before
        with db.write(serial=events.SERIAL) as c:
            actor = str(job.arguments.get("actor", "admin"))
            entitlements.take_in(c, app, target, found, cost, self.clock(), actor=actor)
            return entitlements.as_json(*entitlements.summary(c, app))

    async def _takeover(self, job: Job) -> dict[str, Any]:
        db = self._db_of(job.app_id)
        with db.read() as c:
            app = takeover.app_of(c, job.app_id)
        async with client_of(db, self.vault, app, self.clock, budgets=self.budgets) as client:
            doing = takeover.Takeover(db, app.id, client, self.clock, self._halt.point)
            return await doing.run(TakeoverOrders(**job.arguments))

    async def serve(self, stop: Callable[[], bool]) -> None:
        """Be the worker until `stop()`: does what is queued, and follows the events of the directory.

        Where there can be one worker only, and another one is at work, it stands by.  One that was declared dead begins anew.
        """
        pause = POLL_SECONDS
        while not stop():
            try:
                if self.fleet.join():
                    try:
                        await self._serve_joined(stop)
                    finally:
                        self.fleet.leave()
                pause = POLL_SECONDS
            except Exception:  # whatever it was, a database that is away among it: the next round begins anew
                log.exception("the worker begins again")
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _serve_joined(self, stop: Callable[[], bool]) -> None:
        def done() -> bool:
            return stop() or not self.fleet.alive()

        self._open()
        try:
            await self._follow(done)
            await self._halt_runs()
        finally:
            await self._end_runs()
            await self.durable.close()

    async def _follow(self, done: Callable[[], bool]) -> None:
        """Begin a run for each app that has one to do, until `done()`; the runs of several apps are under way together."""
        seen, looked = (-1, -1), 0.0
        while not done():
            now, signs = time.monotonic(), self._signs()
            if signs != seen or now - looked >= LOOK_SECONDS:
                seen, looked = signs, now
                self.guard.alive()
                self._colleagues = self.fleet.busy()
                self._take_over()
                self.scheduler.look()
            self._begin_queued()
            if self._runs:
                await asyncio.wait(self._runs.values(), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(POLL_SECONDS)
            if self._reap():
                seen = (-1, -1)  # what happened to an app while it was busy was not looked at

    def _signs(self) -> tuple[int, int]:
        """What moves when somebody has done or asked for anything."""
        with self.db.read() as c:
            return events.latest(c), jobs.last_number(c)

    def _begin_queued(self) -> None:
        with self.db.read() as c:
            waiting = jobs.queued(c)
            busy = {job.app_id for job in jobs.running(c)} if waiting else set()
            busy |= {job.app_id for job in waiting if not self.fleet.free(c, job.app_id)}
        self._waiting = {job.id: self._waiting.get(job.id, time.monotonic()) for job in waiting}
        for job in waiting:
            if job.app_id not in busy and job.app_id not in self._runs and self._is_our_turn(job):
                self._runs[job.app_id] = asyncio.ensure_future(self._begin(job))

    def _is_our_turn(self, job: Job) -> bool:
        if len(self._runs) >= MOST_RUNS:
            return False
        waited = time.monotonic() - self._waiting[job.id]
        return not self._colleagues or waited >= len(self._runs) * SHARE_SECONDS

    async def _begin(self, job: Job) -> None:
        with self.db.write(serial=events.SERIAL) as c:
            fence = self.fleet.claim(c, job.app_id)
            ours = fence is not None and jobs.start(c, job.id, self.fleet.name)
        if fence is None:
            return
        with self._having(fence):
            if ours:
                await self._do(job, self.durable.run)

    def _reap(self) -> bool:
        """Forget the runs that have ended; whether there were any.  Raises what one of them did not expect."""
        ended = {app_id: task for app_id, task in self._runs.items() if task.done()}
        for app_id, task in ended.items():
            del self._runs[app_id]
            task.result()
        return bool(ended)

    async def _halt_runs(self) -> None:
        """Each run halts between two batches, and goes on at the next start."""
        self._halt.wanted = True
        deadline = time.monotonic() + HALT_SECONDS
        while time.monotonic() < deadline:
            under_way = [task for task in self._runs.values() if not task.done()]
            if len(under_way) <= self._halt.standing:
                return
            await asyncio.wait(under_way, timeout=POLL_SECONDS / 4)

    async def _end_runs(self) -> None:
        """No run goes on with nobody watching it."""
        for task in self._runs.values():
            task.cancel()
        if self._runs:
            await asyncio.wait(self._runs.values(), timeout=1)
        self._runs.clear()
