"""One run for one app, cut into steps: begin, read the target if asked, plan, send batch after batch, and again until done.

Each step takes and gives plain values, so that a durable engine can write down what it gave (`durable`).  A step may be done
again after a crash: the ledger knows what was sent, and the next plan decides again about what is open.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import capable, check, drift_actions, ledger, links, opening
from lockstep.idp.provisioning.apply import Applier, Quarantined, settle_unsettled, vanished
from lockstep.idp.provisioning.budgets import Budgets
from lockstep.idp.provisioning.entitlements import actions as entitlements
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation.guard import Guard
from lockstep.idp.provisioning.installation.looking import look
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.making import Interrupted
from lockstep.idp.provisioning.planner import make_plan, make_plan_apart
from lockstep.idp.provisioning.records import Kind, State
from lockstep.idp.provisioning.safety import MANY_MISSING, too_many_missing
from lockstep.idp.provisioning.settling import Tally, quarantine
from lockstep.idp.provisioning.source import source_of
from lockstep.idp.provisioning.tokens import AppTokens, client_of
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault
from lockstep.scim.client import ScimClient

PASSES = 3

Values = dict[str, Any]
Report = Callable[[int, int], None]
"""(done, of) requests so far."""


@dataclass(frozen=True, slots=True)
class Orders:
    """How to run.

    `only` is one employee_id, `group` the key of one group; `digest` the one plan that may be applied, and counts as approved.
    """

    only: str | None = None
    group: str | None = None
    full: bool = False
    by_hand: bool = True
    digest: str = ""


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
    only_makes: int = 0
    """Of those that wait, what `creates-only` holds: no approval lets it go."""
    behind: int = 0
    """Of those that wait, what waits for another change, or for a name that somebody else holds: no approval lets it go."""
    quarantine: str = ""
    check: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> Values:
        """For printing; what does not apply is left out."""
        optional = ("only_makes", "behind", "quarantine", "check")
        return {key: one for key, one in asdict(self).items() if one or key not in optional}


class Steps(Protocol):
    """The steps of a run, each of which a durable engine may wrap."""

    async def begin(self) -> Values:
        """Settle what a dead worker left open; `{quarantine, at, requests, full}`: `full` where the target has to be read."""

    async def check(self) -> Values:
        """Read the target and take the differences into the links; `{requests, floor, differences, undecided, unmatched}`."""

    async def plan(self, attempt: int) -> Values:
        """Make a plan; `{plan, floor, seen, quarantine}`."""

    async def batch(self, plan: int) -> Values:
        """Send one batch; `{claimed, requests, applied, failed, quarantine, problem}`, `failed` being of the whole run."""

    async def status(self, plan: int) -> Values:
        """What the plan holds back, whether another is worth it; `{held, waiting, only_makes, behind, blocked, again}`."""

    async def finish(self, result: Values, seen: int, began: int) -> float:
        """Write down what the run came to; its seconds."""


async def flow(steps: Steps, orders: Orders) -> Values:
    """A whole run.  Raises Problem where the app or its target cannot be worked with.

    Nothing but the steps looks at the world, so a run that is taken up again after a crash comes to the same point.
    """
    result = Result()
    opening = await steps.begin()
    result.quarantine, result.requests = opening["quarantine"], opening["requests"]
    seen = 0
    if not result.quarantine and (orders.full or opening.get("full", False)):
        result.check = await steps.check()
    for attempt in range(PASSES):
        if result.quarantine:
            break
        planned = await steps.plan(attempt)
        result.quarantine = planned["quarantine"]
        if result.quarantine:
            break
        if attempt == 0:
            result.floor, seen = planned["floor"], planned["seen"]
        elif not result.failed:
            result.floor += planned["floor"]  # what only the pass before could show: not a repeat, but work of its own
        sent = await _send_all(steps, planned["plan"], result)
        status = await steps.status(planned["plan"])
        result.held, result.waiting = status["held"], status["waiting"]
        result.behind = status.get("behind", 0)
        result.only_makes = status.get("only_makes", 0)  # not known to a run that an earlier version began
        if orders.digest:
            break  # exactly this plan: what has moved meanwhile is nobody's word yet
        if not ((result.failed and orders.by_hand) or status["again"] or (status["blocked"] and sent)):
            break
    if not opening["quarantine"]:
        result.seconds = await steps.finish(result.as_json(), seen, opening["at"])
    return result.as_json()


async def _send_all(steps: Steps, plan: int, result: Result) -> bool:
    """Send everything that is ready; whether anything was.  Raises Problem where the target refuses us."""
    sent = False
    while True:
        batch = await steps.batch(plan)
        result.failed = batch["failed"]
        if not batch["claimed"]:
            break
        sent = True
        result.requests += batch["requests"]
        result.applied += batch["applied"]
        result.quarantine = batch["quarantine"]
        if batch["problem"]:
            raise TargetProblem(batch["problem"])
        if result.quarantine:
            break
    return sent


def ready_app(c: Connection, app_id: int, *, sends: bool = True) -> App:
    """The app, if the engine may work on it.  What only reads (`sends` False) may also while the guard holds it.

    Raises Problem, HeldProblem.
    """
    app = apps.app_by_id(c, app_id)
    if app is None:
        raise Problem("the app is gone")
    if not app.settings.provisioning:
        raise Problem(f"provisioning is off for {app.name}: turn it on with `lockstep idp app set {app.name} provisioning=on`")
    if app.stopped:
        raise Problem(f"{app.name} is stopped: let it run again with `lockstep idp app start {app.name}`")
    if sends:
        installation.check(c, app)
    return app


@dataclass(slots=True)
class Halt:
    """Has a run halt between two batches: it waits there, until the process ends, for the next one to take it up."""

    wanted: bool = False
    standing: int = 0
    """Runs that stand at such a point now."""
    lost: Callable[[], bool] = lambda: False
    """Whether the lease is somebody else's by now: then nothing more is sent."""

    async def point(self) -> None:
        """Stay here if a halt is wanted.  Nothing is under way at this moment."""
        while self.wanted or self.lost():
            self.standing += 1
            try:
                await asyncio.sleep(1)
            finally:
                self.standing -= 1


class Run:
    """The steps of one run in this process.  The caller holds the lease.  Use `close` at the end."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        app_id: int,
        orders: Orders,
        *,
        clock: Clock,
        report: Report = lambda _done, _of: None,
        halt: Halt | None = None,
        guard: Guard | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._app_id = app_id
        self._tokens = AppTokens(db, vault, app_id, clock)
        self._orders = orders
        self._report = report
        self._halt = halt or Halt()
        self._guard = guard
        self._budgets = budgets
        self._tally = Tally()
        self._client: ScimClient | None = None
        self._sent_before = 0
        """Requests of a client that is closed: of another URL."""
        self._done = 0
        self._opened = False
        """Whether creates that a dead process left open were looked for, in this process."""

    async def close(self) -> None:
        """Close the connections to the target."""
        if self._client is not None:
            self._sent_before = self._sent()
            await self._client.__aexit__(None, None, None)
            self._client = None

    async def begin(self) -> Values:
        """See `Steps`."""
        began = self._clock()
        settle_unsettled(self._db, self._app_id)
        with self._db.read() as c:
            app = ready_app(c, self._app_id)
            full = installation.reads_first(c, self._app_id)
        asked = 0
        if not app.quarantine:
            asked = await self._ask_first(app)
            await self._settle_creates(app)
            self._opened = True
        return {"quarantine": app.quarantine, "at": began, "requests": self._sent() - asked, "full": full}

    async def _ask_first(self, app: App) -> int:
        """Ask a target what it can do, if nobody has; the requests that took, which count as those of a connection test."""
        if not capable.never_asked(self._db, app):
            return 0
        client = await self._connected(app)
        before = self._sent()
        await capable.ask(self._db, app, client, self._clock)
        return self._sent() - before

    def _sent(self) -> int:
        return self._sent_before + (0 if self._client is None else self._client.meter.sent)

    async def _settle_creates(self, app: App) -> None:
        """Find out what became of creates that nobody heard of again."""
        with self._db.read() as c:
            source, target = source_of(c, app, with_logins=False), links.find_target(c, app.id, app.scim_url)
            if not target or not ledger.open_creates(c, target):
                return
        client = await self._connected(app)
        if await opening.settle_creates(self._db, source, target, client, self._clock):
            self._tally.again = True

    async def _connected(self, app: App) -> ScimClient:
        """The client, opened at its first use in this process, with the app's URL and token of this moment.

        Its rate is that of the moment when it was opened: it has found out what the target bears.
        """
        token = self._tokens.there()[0]
        if self._client is not None and self._client.base_url != app.scim_url:
            await self.close()
        if self._client is None:
            self._client = await client_of(self._db, self._vault, app, self._clock, budgets=self._budgets).__aenter__()
        self._client.token = token
        self._client.permit = lambda: not self._halt.lost()
        return self._client

    async def check(self) -> Values:
        """See `Steps`."""
        with self._db.write(serial=events.SERIAL) as c:
            app = ready_app(c, self._app_id)
            source, target = source_of(c, app, with_logins=False), links.target_of(c, app.id, app.scim_url)
        client = await self._connected(app)
        found = await check.Checker(self._db, source, target, client).check()
        capable.note_paging(self._db, app, client, self._clock)
        with self._db.write(serial=events.SERIAL) as c:
            taken = drift_actions.take_in(c, app, target, found, self._clock(), by_itself=True)
            ledger.set_checked(c, app.id, self._clock())
            if found.groups is not None:
                entitlements.take_in(c, app, target, found.groups, found.requests, self._clock())
            if taken.shown:
                events.append(c, check.event(source, found, taken.shown), self._clock())
            installation.was_read(c, app.id)
        return {
            "requests": found.requests,
            "floor": found.floor,
            "differences": taken.shown,
            "undecided": taken.waiting,
            "unmatched": found.unmatched,
        }

    async def plan(self, attempt: int) -> Values:
        """See `Steps`.  In a thread, so that a long plan does not hold up the runs of other apps."""
        while True:
            await self._halt.point()
            try:
                return await asyncio.to_thread(self._plan, attempt)
            except Interrupted:
                continue  # a halt is wanted: the run stands still, and plans anew if it goes on

    def _plan(self, attempt: int) -> Values:
        with self._db.write(serial=events.SERIAL) as c:
            app = ready_app(c, self._app_id)
            seen = events.latest(c)
            why = self._vanished(c, app)
            if why:
                quarantine(c, app, why, self._clock())
                return {"plan": 0, "floor": 0, "seen": 0, "quarantine": why}
        plan = self._made(app, attempt)
        with self._db.write(serial=events.SERIAL) as c:
            ledger.take_into_use(c, app.id, plan.id)
        return {"plan": plan.id, "floor": plan.floor, "seen": seen, "quarantine": ""}

    def _made(self, app: App, attempt: int) -> Plan:
        orders = self._orders
        if orders.only is None and orders.group is None and not (orders.digest and attempt == 0):
            everything = orders.full and attempt == 0
            return make_plan_apart(
                self._db,
                app,
                self._clock(),
                everything=everything,
                retry_now=orders.by_hand,
                shown=orders.by_hand,
                interrupted=lambda: self._halt.wanted,
            )
        with self._db.write(serial=events.SERIAL) as c:
            plan = self._planned(c, app, retry_now=orders.by_hand)
            if orders.digest and attempt == 0:
                self._approve_all(c, plan)
                plan = self._planned(c, app, retry_now=True)
            return plan

    def _planned(self, c: Connection, app: App, *, retry_now: bool) -> Plan:
        only, group, by_hand = self._orders.only, self._orders.group, self._orders.by_hand
        return make_plan(c, app, self._clock(), only=only, group=group, retry_now=retry_now, shown=by_hand)

    @staticmethod
    def _vanished(c: Connection, app: App) -> str:
        target = links.target_of(c, app.id, app.scim_url)
        missing = links.count_missing(c, target)
        if missing < MANY_MISSING:
            return ""
        linked = links.count_users(c, target) + links.count_groups(c, target)
        return vanished(missing, linked) if too_many_missing(missing, linked) and not ledger.is_believed(c, app.id) else ""

    def _approve_all(self, c: Connection, plan: Plan) -> None:
        """Exactly the plan that was read is applied, or nothing.  Raises Problem, which undoes the transaction."""
        if plan.digest != self._orders.digest:
            raise Problem(
                "this is not the plan that was read any more: something has changed since. Make a new plan and read it"
            )
        waiting = [placed.change.digest for placed in ledger.in_state(c, plan.id, State.WAITING)]
        ledger.decide(c, self._app_id, "approved", waiting, self._clock())

    async def batch(self, plan: int) -> Values:
        """See `Steps`."""
        await self._halt.point()
        before = self._sent()
        with self._db.read() as c:
            app = ready_app(c, self._app_id)
        if settle_unsettled(self._db, self._app_id) or not self._opened:
            # Taken up here, behind `begin`: the process before may have died in the middle of looking.
            await self._settle_creates(app)
            self._opened = True
        with self._db.read() as c:
            source, target = source_of(c, app, with_logins=False), links.find_target(c, app.id, app.scim_url)
            floor = ledger.floor_of(c, plan)
            if target != ledger.target_of_plan(c, plan):
                raise Problem(f"{app.name} has the SCIM URL of another tenant now: the run has ended. Sync again")
        client = await self._connected(app)
        asked = self._sent()
        await look(self._db, app, plan, client, self._clock)
        before += self._sent() - asked  # reading the target is not part of what a run costs
        applied = self._tally.applied
        applier = Applier(self._db, source, target, client, self._clock, self._tally, self._guard)
        given: Values = {"claimed": 0, "quarantine": "", "problem": ""}
        try:
            given["claimed"] = await applier.one_batch(plan)
        except Quarantined as stopped:
            given.update(claimed=1, quarantine=str(stopped))
        except TargetProblem as problem:
            given.update(claimed=1, problem=str(problem))
        if not given["problem"]:
            await capable.take_in(self._db, app, client, self._clock, self._tally)
        self._done += given["claimed"]
        self._report(self._done, max(floor, self._done))
        given["requests"] = self._sent() - before
        given["applied"] = self._tally.applied - applied
        given["failed"] = self._tally.failed_objects
        return given

    async def status(self, plan: int) -> Values:
        """See `Steps`."""
        again, self._tally.again = self._tally.again, False
        with self._db.read() as c:
            counts = ledger.counts(c, plan)
            app = apps.app_by_id(c, self._app_id)
        only_makes = app is not None and app.settings.creates_only
        return {
            "again": again,
            "held": sum(one.weight for one in counts if one.state == State.HELD),
            "waiting": sum(one.changes for one in counts if one.state in (State.WAITING, State.BLOCKED)),
            "only_makes": sum(
                one.changes for one in counts if only_makes and one.state == State.BLOCKED and one.kind != Kind.CREATE
            ),
            "behind": sum(
                one.changes for one in counts if one.state == State.BLOCKED and not (only_makes and one.kind != Kind.CREATE)
            ),
            "blocked": sum(one.changes for one in counts if one.state in (State.BLOCKED, State.LATER)),
        }

    async def finish(self, result: Values, seen: int, began: int) -> float:
        """See `Steps`."""
        now = self._clock()
        with self._db.write(serial=events.SERIAL) as c:
            app = apps.app_by_id(c, self._app_id)
            if app is None:
                return 0.0
            ledger.take_into_use(c, app.id, 0)
            if self._client is not None and self._client.meter.sent:
                self._tokens.worked(c, self._client.token)
            if not links.count_missing(c, links.find_target(c, app.id, app.scim_url)):
                ledger.undecide(c, app.id, [ledger.BELIEVED])  # said of what was lost then, not of what is lost next
            events.append_many(c, self._news(app, result), now)
            if seen and self._orders.only is None and self._orders.group is None:
                ledger.set_watermark(c, app.id, seen)
                drift_actions.settle_done(c, app, now)
        return round((now - began) / 1000, 3)

    def _news(self, app: App, result: Values) -> list[Event]:
        found: list[tuple[EventType, str]] = []
        if result["held"]:
            found.append((EventType.PLAN_HELD, f"{result['held']} held"))
        asked = result["waiting"] - result.get("only_makes", 0) - result.get("behind", 0)
        if asked:
            found.append((EventType.APPROVAL_ASKED, f"{asked} wait"))
        if result["requests"] or self._orders.by_hand:
            notes = f"{result['requests']} requests (floor {result['floor']})"
            notes += f", {result['applied']} applied, {result['failed']} failed"
            found.append((EventType.SYNC_FINISHED, notes))
        return [Event(type=kind, actor="engine", app_id=app.id, app_name=app.name, notes=notes) for kind, notes in found]


def employee_id(c: Connection, name: str) -> str:
    """The key of a person given by user name or employee_id.  Raises Problem."""
    user = directory.user_by_user_name(c, name) or directory.user_by_employee_id(c, name)
    if user is None:
        raise Problem(f"no user is called {name}")
    return user.employee_id
