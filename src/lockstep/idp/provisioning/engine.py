"""When runs happen, and that only one works on an app at a time.

Whoever holds the lease of the data is the worker: `lockstep idp serve`, `lockstep idp worker`, or a command for as long as it
needs.  A command files a job and waits for it; where no worker runs, it takes the lease and does the job itself.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.tokens import actions as app_tokens
from lockstep.idp.provisioning import check, drift_actions, due, jobs, links, takeover
from lockstep.idp.provisioning.durable import Durable, Plain
from lockstep.idp.provisioning.evidence import actions as evidence
from lockstep.idp.provisioning.evidence import making
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import witness
from lockstep.idp.provisioning.installation.guard import Guard
from lockstep.idp.provisioning.jobs import Job
from lockstep.idp.provisioning.picture import Orders as TakeoverOrders
from lockstep.idp.provisioning.run import Halt, Orders, Report, Run, Values, ready_app
from lockstep.idp.provisioning.source import Source, source_of
from lockstep.idp.provisioning.tokens import client_of
from lockstep.kit import log
from lockstep.kit.clock import Clock, now_ms
from lockstep.kit.db import Database
from lockstep.kit.lease import Lease, lease_of
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

POLL_SECONDS = 0.05
LOOK_SECONDS = 1.0
"""How often it is looked for what is due by time alone."""
MOST_RUNS = 8
"""Apps that one worker runs at a time."""
PAUSE_SECONDS = 30.0
LONGEST_TIMED_PAUSE_SECONDS = 900.0
"""Between two runs for what is due by time alone and cannot go, because a person has to say so first."""
LONGEST_PAUSE_SECONDS = 10.0
REMIND_SECONDS = 3600.0
"""How often it is looked whether an access token ends soon."""
HALT_SECONDS = 8.0
"""How long a stop waits for the batch that is being sent."""


def _silent(_done: int, _of: int) -> None:
    """Nobody is told how far a run has come."""


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
    _lease: Lease | None = None
    _report: Report = _silent
    _halt: Halt = field(init=False)
    _not_before: dict[int, float] = field(default_factory=dict)
    """When an app is run by itself again (monotonic seconds)."""
    _timed: dict[int, tuple[float, float]] = field(default_factory=dict)
    """When an app is run again for what is due by time alone (monotonic seconds), and how long the pause before was."""
    _remind_at: float = 0.0
    """When it is looked for access tokens that end soon (monotonic seconds)."""
    _looked: dict[int, int] = field(default_factory=dict)
    """Up to which event an app was looked at."""
    _runs: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    """What is under way, by app."""

    def __post_init__(self) -> None:
        """A run asks for the lease before each batch, so that one that lost it sends nothing more."""
        self._halt = Halt(lost=self._lost)
        self.guard = Guard(self.db, witness.files_of(self.db, self.folder, self.witness), self.clock)

    def _lost(self) -> bool:
        try:
            return not self.lease.take()
        except Exception:  # a database that is away: nobody knows who holds it, so nothing is sent until it is known again
            log.exception("the lease cannot be looked at")
            return True

    @property
    def lease(self) -> Lease:
        """The lease of the data."""
        if self._lease is None:
            self._lease = lease_of(self.db, "worker")
        return self._lease

    def order(self, app_id: int, kind: str, arguments: dict[str, Any]) -> int:
        """File a job; its number."""
        with self.db.write(serial=events.SERIAL) as c:
            return jobs.add(c, app_id, kind, arguments, self.clock())

    def wait(self, number: int, report: Report = _silent) -> Values:
        """Wait for a job, or do it where no worker runs; its result.  Raises Problem with the job's error."""
        while True:
            with self.db.read() as c:
                job = jobs.get(c, number)
            if job is None:
                raise Problem("the job is gone")
            if job.state == jobs.DONE:
                return job.result
            if job.state == jobs.FAILED:
                raise Problem(job.error)
            if self.lease.take():
                try:
                    asyncio.run(self._work_once(report, number))
                finally:
                    self.lease.release()
            else:
                time.sleep(POLL_SECONDS / 4)

    async def _work_once(self, report: Report, number: int) -> None:
        self._report = report
        self.guard.open()
        self.durable.launch(self._run_of)
        try:
            await self._take_over()
            if self._runs:
                await asyncio.gather(*self._runs.values())
                self._runs.clear()
            await self.work_off(only=number)
        finally:
            self.durable.close()

    def _run_of(self, number: int) -> tuple[Run, Orders]:
        """The run of a job, for the durable engine."""
        with self.db.read() as c:
            job = jobs.get(c, number)
        if job is None:
            raise Problem("the job is gone")
        orders = Orders(**job.arguments)
        more: dict[str, Any] = {"clock": self.clock, "report": self._report, "halt": self._halt, "guard": self.guard}
        return Run(self.db, self.vault, job.app_id, orders, **more), orders

    async def _take_over(self) -> None:
        """After taking the lease: what a worker that died had begun goes on, or is begun again, each app by itself."""
        with self.db.read() as c:
            begun = jobs.running(c)
        for app_id in {job.app_id for job in begun}:
            theirs = [job for job in begun if job.app_id == app_id]
            self._runs[app_id] = asyncio.ensure_future(self._go_on(theirs))

    async def _go_on(self, begun: list[Job]) -> None:
        for job in begun:
            if job.kind == "sync":
                await self._do(job, self.durable.resume)
            with self.db.write(serial=events.SERIAL) as c:
                jobs.requeue(c, job.id)

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
            apart = {"drift": self._drift, "takeover": self._takeover, evidence.JOB: self._evidence}.get(job.kind)
            result = await (carry(job.id) if apart is None else apart(job))
        except Problem as problem:
            error = str(problem)
            self._not_before[job.app_id] = time.monotonic() + PAUSE_SECONDS
        except Exception as failure:
            error = f"the run failed in a way that should not happen ({type(failure).__name__}: {failure})"
            self._not_before[job.app_id] = time.monotonic() + PAUSE_SECONDS
            log.exception("a run failed", app_id=job.app_id, job=job.id)  # and the other apps go on
        if result is not None:
            self._end(job, result, error)

    def _end(self, job: Job, result: Values, error: str) -> None:
        with self.db.write(serial=events.SERIAL) as c:
            jobs.end(c, job.id, result, error, self.clock())
        self.guard.alive()

    async def _read(self, job: Job, *, sends: bool) -> tuple[App, check.Checked, Source, int]:
        """Read the target of a job's app and compare; `sends` as in `ready_app`.

        Returns the app, what was found, what belongs to the app, and for which target.
        """
        with self.db.write(serial=events.SERIAL) as c:
            app = ready_app(c, job.app_id, sends=sends)
            source, target = source_of(c, app, with_logins=False), links.target_of(c, app.id, app.scim_url)
        async with client_of(self.db, self.vault, app, self.clock) as client:
            return app, await check.Checker(self.db, source, target, client).check(), source, target

    async def _evidence(self, job: Job) -> dict[str, Any]:
        _, found, _, _ = await self._read(job, sends=True)
        with self.db.write(serial=events.SERIAL) as c:
            return making.make(c, self.vault, ready_app(c, job.app_id), found, self.clock())

    async def _drift(self, job: Job) -> dict[str, Any]:
        app, found, source, target = await self._read(job, sends=False)
        with self.db.write(serial=events.SERIAL) as c:
            taken = drift_actions.take_in(c, app, target, found, self.clock(), by_itself=False)
            if taken.shown:
                events.append(c, check.event(source, found, taken.shown), self.clock())
            result = drift_actions.report(c, app)
            installation.compared(c, job.app_id, result, self.clock())
        return result

    async def _takeover(self, job: Job) -> dict[str, Any]:
        with self.db.read() as c:
            app = takeover.app_of(c, job.app_id)
        async with client_of(self.db, self.vault, app, self.clock) as client:
            doing = takeover.Takeover(self.db, app.id, client, self.clock, self._halt.point)
            return await doing.run(TakeoverOrders(**job.arguments))

    async def serve(self, stop: Callable[[], bool]) -> None:
        """Be the worker until `stop()`: does what is queued, and follows the events of the directory.

        Where another process holds the lease, or takes it over because ours was lost, it stands by.
        """
        pause = POLL_SECONDS
        while not stop():
            try:
                if self.lease.take():
                    try:
                        await self._serve_leased(stop)
                    finally:
                        self.lease.release()
                pause = POLL_SECONDS
            except Exception:  # whatever it was, a database that is away among it: the next round begins anew
                log.exception("the worker begins again")
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _serve_leased(self, stop: Callable[[], bool]) -> None:
        def done() -> bool:
            return stop() or not self.lease.take()

        self._halt.wanted = False
        self.guard.open()  # before anything that was under way goes on
        self.durable.launch(self._run_of)
        try:
            await self._take_over()
            await self._follow(done)
            await self._halt_runs()
        finally:
            await self._end_runs()
            self.durable.close()

    async def _follow(self, done: Callable[[], bool]) -> None:
        """Begin a run for each app that has one to do, until `done()`; the runs of several apps are under way together."""
        seen, looked = (-1, -1), 0.0
        while not done():
            now, signs = time.monotonic(), self._signs()
            if signs != seen or now - looked >= LOOK_SECONDS:
                seen, looked = signs, now
                self.guard.alive()
                self._remind()
                self._queue_due()
            self._begin_queued()
            if self._runs:
                await asyncio.wait(self._runs.values(), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(POLL_SECONDS)
            self._reap()

    def _signs(self) -> tuple[int, int]:
        """What moves when somebody has done or asked for anything."""
        with self.db.read() as c:
            return events.latest(c), jobs.last_number(c)

    def _begin_queued(self) -> None:
        with self.db.read() as c:
            waiting = jobs.queued(c)
        for job in waiting:
            if len(self._runs) < MOST_RUNS and job.app_id not in self._runs:
                self._runs[job.app_id] = asyncio.ensure_future(self._begin(job))

    async def _begin(self, job: Job) -> None:
        with self.db.write(serial=events.SERIAL) as c:
            ours = jobs.start(c, job.id, self.worker)
        if ours:
            await self._do(job, self.durable.run)

    def _reap(self) -> None:
        """Forget the runs that have ended.  Raises what one of them did not expect."""
        for app_id, task in list(self._runs.items()):
            if task.done():
                del self._runs[app_id]
                task.result()

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

    def _remind(self) -> None:
        """Write down, every now and then, which access tokens end soon."""
        if time.monotonic() < self._remind_at:
            return
        with self.db.read() as c:
            wanted = app_tokens.anything_to_remind(c, self.clock())
        if wanted:
            with self.db.write(serial=events.SERIAL) as c:
                app_tokens.remind(c, self.clock())
        self._remind_at = time.monotonic() + REMIND_SECONDS

    def _queue_due(self) -> None:
        """Queue a run for each app that something has happened for, or that has something due.

        After a run that failed as a whole there is a pause in between.
        """
        now = time.monotonic()
        with self.db.read() as c:
            busy = {job.app_id for job in (*jobs.queued(c), *jobs.running(c))}
            waiting = [
                app
                for app in apps.all_apps(c)
                if _runs_by_itself(app) and app.id not in busy and now >= self._not_before.get(app.id, 0.0)
            ]
            held = {app.id for app, _ in installation.all_held(c)}
            waiting = [app for app in waiting if app.id not in held]
            found = []
            for app in waiting:
                why, self._looked[app.id] = due.what_is_due(c, app, self.clock(), self._looked.get(app.id, 0))
                found.append((app, why))
            proven = [app.id for app in waiting if evidence.is_due(c, app, self.clock())]
        for app_id in proven:
            self.order(app_id, evidence.JOB, {})
        for app, why in found:
            if why and self._may_run(app, why, now):
                self.order(app.id, "sync", {"by_hand": False, "full": why is due.Due.CHECK})

    def _may_run(self, app: App, why: due.Due, now: float) -> bool:
        """What happened is followed at once; what is due by time alone may wait for a person, so the pauses grow."""
        if why is due.Due.EVENT:
            self._timed.pop(app.id, None)
            return True
        not_before, pause = self._timed.get(app.id, (0.0, PAUSE_SECONDS / 2))
        if now < not_before:
            return False
        pause = min(2 * pause, LONGEST_TIMED_PAUSE_SECONDS)
        self._timed[app.id] = (now + pause, pause)
        return True


def _runs_by_itself(app: App) -> bool:
    return app.settings.provisioning and not app.stopped and not app.quarantine
