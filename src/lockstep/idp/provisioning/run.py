"""One run for one app: settle what is open, read the target if asked, plan, apply, and again until it is done."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.actions import token_of
from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import check, ledger, links
from lockstep.idp.provisioning.apply import Applier, Quarantined, settle_unsettled, vanished
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan
from lockstep.idp.provisioning.records import State
from lockstep.idp.provisioning.safety import too_many_missing
from lockstep.idp.provisioning.settling import Tally, quarantine
from lockstep.idp.provisioning.source import Source, source_of
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault
from lockstep.scim.client import ScimClient

PASSES = 3

Report = Callable[[int, int], None]
"""(done, of) requests so far."""


@dataclass(slots=True)
class Result:
    """What a run came to: `lockstep idp sync --json`.

    `requests` are those that change something, beside their `floor`; reading the target is counted apart in `check`.
    """

    requests: int = 0
    floor: int = 0
    applied: int = 0
    failed: int = 0
    held: int = 0
    waiting: int = 0
    seconds: float = 0.0
    quarantine: str = ""
    check: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For printing; what does not apply is left out."""
        value = asdict(self)
        return {key: one for key, one in value.items() if one or key not in ("quarantine", "check")}


@dataclass(frozen=True, slots=True)
class Orders:
    """How to run.  `only` is one employee_id; `digest` the one plan that may be applied, and counts as approved."""

    only: str | None = None
    full: bool = False
    by_hand: bool = True
    digest: str = ""


def ready_app(c: Connection, app_id: int) -> App:
    """The app, if the engine may work on it.  Raises Problem."""
    app = apps.app_by_id(c, app_id)
    if app is None:
        raise Problem("the app is gone")
    if not app.settings.provisioning:
        raise Problem(f"provisioning is off for {app.name}: turn it on with `lockstep idp app set {app.name} provisioning=on`")
    if app.stopped:
        raise Problem(f"{app.name} is stopped: let it run again with `lockstep idp app start {app.name}`")
    return app


class Run:
    """One run.  The caller holds the app's lease."""

    def __init__(self, db: Database, vault: Vault, clock: Clock, app_id: int, orders: Orders, report: Report) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._app_id = app_id
        self._orders = orders
        self._report = report
        self._tally = Tally()
        self._result = Result()
        self._seen = 0

    async def run(self) -> Result:
        """Do it.  Raises Problem where the app or its target cannot be worked with."""
        began = time.monotonic()
        settle_unsettled(self._db, self._app_id, self._clock)
        with self._db.write(serial=events.SERIAL) as c:
            app = ready_app(c, self._app_id)
            source = source_of(c, app)
            target = links.target_of(c, app.id, app.scim_url)
            token = token_of(c, self._vault, app)
        if app.quarantine:
            self._result.quarantine = app.quarantine
            return self._result
        async with ScimClient(app.scim_url, token, rate=app.settings.rate) as client:
            try:
                if self._orders.full:
                    await self._check(source, target, client)
                await self._passes(target, client)
            except Quarantined as stopped:
                self._result.quarantine = str(stopped)
            self._result.requests = client.meter.sent - self._result.check.get("requests", 0)
        self._finish(app, began)
        return self._result

    async def _check(self, source: Source, target: int, client: ScimClient) -> None:
        found = await check.Checker(self._db, source, target, client).check()
        self._result.check = {
            "requests": found.requests,
            "floor": found.floor,
            "differences": len(found.differences),
            "unmatched": found.unmatched,
        }
        with self._db.write(serial=events.SERIAL) as c:
            check.record(c, target, found.differences)
            if found.differences:
                events.append(c, check.event(source, found), self._clock())

    async def _passes(self, target: int, client: ScimClient) -> None:
        for attempt in range(PASSES):
            plan, source = self._plan(first=attempt == 0)
            before = (self._tally.applied, len(self._tally.failed))
            applier = Applier(self._db, source, target, client, self._clock, self._tally, self._progress(plan))
            self._tally.failed.clear()
            await applier.apply(plan.id)
            with self._db.read() as c:
                left_aside = self._count(c, plan)
            if not self._tally.failed and not left_aside:
                return
            if self._tally.applied == before[0] and attempt and not self._orders.by_hand:
                return

    def _plan(self, *, first: bool) -> tuple[Plan, Source]:
        with self._db.write(serial=events.SERIAL) as c:
            app = ready_app(c, self._app_id)
            seen = events.latest(c)
            target = links.target_of(c, app.id, app.scim_url)
            missing, linked = links.count_missing(c, target), links.count_users(c, target) + links.count_groups(c, target)
            if too_many_missing(missing, linked) and not app.quarantine:
                quarantine(c, app, vanished(missing, linked), self._clock())
                why = vanished(missing, linked)
            else:
                why = ""
                retry = self._orders.by_hand or not first
                plan = make_plan(c, app, self._clock(), only=self._orders.only, retry_now=retry)
                if self._orders.digest and first:
                    self._approve_all(c, plan)
                    plan = make_plan(c, app, self._clock(), only=self._orders.only, retry_now=retry)
            source = source_of(c, app)
        if why:
            raise Quarantined(f"{why}: the app is in quarantine. Look at `lockstep idp events`, then `lockstep idp app start`")
        if first:
            self._result.floor = plan.floor
            self._seen = seen
        return plan, source

    def _approve_all(self, c: Connection, plan: Plan) -> None:
        """Exactly the plan that was read is applied, or nothing.  Raises Problem, which undoes the transaction."""
        if plan.digest != self._orders.digest:
            raise Problem("the plan is not the one in the file any more: something has changed since. Make a new plan and read it")
        waiting = [placed.change.digest for placed in ledger.in_state(c, plan.id, State.WAITING)]
        ledger.decide(c, self._app_id, "approved", waiting, self._clock())

    def _progress(self, plan: Plan) -> Callable[[int], None]:
        done = 0

        def progress(more: int) -> None:
            nonlocal done
            done += more
            self._report(done, max(plan.floor, done))

        return progress

    def _count(self, c: Connection, plan: Plan) -> bool:
        """Take the plan's figures into the result; whether something was put aside that another pass may bring."""
        counts = ledger.counts(c, plan.id)
        self._result.held = sum(one.weight for one in counts if one.state == State.HELD)
        self._result.waiting = sum(one.changes for one in counts if one.state in (State.WAITING, State.BLOCKED))
        self._result.applied = self._tally.applied
        self._result.failed = len(self._tally.failed)
        return any(one.state == State.BLOCKED for one in counts)

    def _finish(self, app: App, began: float) -> None:
        result = self._result
        result.applied = self._tally.applied
        result.failed = len(self._tally.failed)
        result.seconds = round(time.monotonic() - began, 3)
        news = []
        if result.held:
            news.append(Event(type=EventType.PLAN_HELD, actor="engine", app_id=app.id, app_name=app.name, notes=f"{result.held} held"))
        if result.waiting:
            notes = f"{result.waiting} wait"
            news.append(Event(type=EventType.APPROVAL_ASKED, actor="engine", app_id=app.id, app_name=app.name, notes=notes))
        if result.requests or self._orders.by_hand:
            notes = f"{result.requests} requests (floor {result.floor}), {result.applied} applied, {result.failed} failed"
            news.append(Event(type=EventType.SYNC_FINISHED, actor="engine", app_id=app.id, app_name=app.name, notes=notes))
        with self._db.write(serial=events.SERIAL) as c:
            events.append_many(c, news, self._clock())
            if self._seen and self._orders.only is None:
                ledger.set_watermark(c, app.id, self._seen)


def employee_id(c: Connection, name: str) -> str:
    """The key of a person given by user name or employee_id.  Raises Problem."""
    user = directory.user_by_user_name(c, name) or directory.user_by_employee_id(c, name)
    if user is None:
        raise Problem(f"no user is called {name}")
    return user.employee_id
