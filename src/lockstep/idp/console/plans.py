"""The page Plan of an app: what would be done, what waits, what is held, and what a person says about it.

Looking at the page makes the plan, as `lockstep idp plan` does; while nothing happens it is kept (`kept`).  A decision
names the digest of what it is about (what waits, what is held, one change) as it was on the page: if that has moved, nothing
is decided, and the page shows the new plan.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from starlette.responses import Response

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.console import store
from lockstep.idp.console.apps import app_of, tab
from lockstep.idp.console.context import number
from lockstep.idp.console.desk import Desk
from lockstep.idp.console.diff import WORDS, Row, row_of
from lockstep.idp.console.kept import KeptPlans
from lockstep.idp.console.words import counted
from lockstep.idp.provisioning import actions, ledger, summary
from lockstep.idp.provisioning.approval import THROWN_AWAY
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan, make_plan_apart
from lockstep.idp.provisioning.records import State
from lockstep.kit.db import Connection

SHOWN = 200
"""Changes on one page."""
FAILURES = 10
"""Failures that the page names; the tab Failures has them all."""
VIEWS = {
    "all": (State.READY, State.WAITING, State.BLOCKED, State.LATER, State.HELD, State.DROPPED),
    "ready": (State.READY,),
    "waiting": (State.WAITING,),
    "held": (State.HELD,),
    "later": (State.BLOCKED, State.LATER),
    "dropped": (State.DROPPED,),
}
LIMITED = {
    "user-deletions": "users to be deleted",
    "switch-offs": "users to be switched off",
    "group-deletions": "groups to be deleted",
    "removals": "memberships to be removed",
}
"""What is held, in the page's words."""
SORTS = {
    "user create": "users to be created",
    "user update": "users to be updated",
    "user switch-off": "users to be switched off",
    "user delete": "users to be deleted",
    "group create": "groups to be created",
    "group rename": "groups to be renamed",
    "group members": "changes of members",
    "group delete": "groups to be deleted",
}
MOVED = "The plan has moved since this page was made, and nothing was decided. This is what it is now."


@dataclass
class View:
    """A plan as the page shows it."""

    plan: Plan
    waiting_digest: str = ""
    held_digest: str = ""
    states: Counter[str] = field(default_factory=Counter)
    sorts: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    seen: int = 0
    """The number of the newest event, as of which the plan holds."""
    fits: int = 0
    """Changes that belong to the view, of which one page shows some."""

    def count(self, view: str) -> int:
        """How many changes a view has."""
        return sum(self.states[state.value] for state in VIEWS[view])


def made_now(c: Connection, app: App, plans: KeptPlans, now: int) -> Plan:
    """The plan as it is now: the one that was made before, if nothing has happened since.  `c` is a write transaction."""
    return plans.find(c, app, now) or make_plan(c, app, now, retry_now=True, shown=True)


def view_of(c: Connection, plan: Plan, *, view: str = "all", skip: int = 0) -> View:
    """Of a plan, what one page shows."""
    found = View(plan, seen=events.latest(c))
    number = plan.id
    for one in ledger.counts(c, number):
        found.states[one.state] += one.changes
        if one.state in (State.READY.value, State.WAITING.value):
            found.sorts[SORTS.get(f"{one.object} {one.kind}", f"{one.object} {one.kind}")] += one.changes
    found.waiting_digest = digest_of(digest for _, digest in store.digests(c, number, State.WAITING))
    found.held_digest = digest_of(digest for _, digest in store.digests(c, number, State.HELD))
    found.fits = found.count(view)
    states = VIEWS[view]
    every = ledger.in_state(c, number, states[0]) if len(states) == 1 else ledger.all_changes(c, number)
    chosen = (placed.change for placed in every if placed.change.state in states)
    found.rows = [row_of(change) for change in islice(chosen, skip, skip + SHOWN)]
    return found


def digest_of(digests: Iterable[str]) -> str:
    """What a form is bound to that says something about several changes; "" for none."""
    chosen = list(digests)
    return hashlib.sha256("".join(chosen).encode()).hexdigest()[:32] if chosen else ""


async def _made(desk: Desk, app_id: int, *, everything: bool, view: str, skip: int) -> View:
    """The plan of this moment.  In a thread, and from a state of its own: a long one holds up nobody."""
    app, seen = await desk.read(lambda c: (app_of(c, app_id), events.latest(c)))
    db = desk.context.engine.db
    plan = await asyncio.to_thread(make_plan_apart, db, app, desk.now, everything=everything, retry_now=True, shown=True)
    return replace(await desk.read(lambda c: view_of(c, plan, view=view, skip=skip)), seen=seen)


async def plan(desk: Desk) -> Response:
    """The plan, as it is now."""
    app_id, skip = number(desk.request), desk.query_number("from")
    view = desk.query("show") if desk.query("show") in VIEWS else "all"
    plans, anew = desk.context.plans, desk.query("anew") == "1"

    def look(c: Connection) -> View | None:
        found = plans.find(c, app_of(c, app_id), desk.now)
        return None if found is None else view_of(c, found, view=view, skip=skip)

    made = None if anew else await desk.read(look)
    if made is None:
        made = await _made(desk, app_id, everything=anew, view=view, skip=skip)
    plans.remember(app_id, made.plan, made.seen)
    base = f"/admin/apps/{app_id}/plan?show={view}"
    more = skip + SHOWN
    return await tab(
        desk,
        "console/app_plan.html",
        lambda c, app: dict(zip(("failures", "more_failures"), summary.failures(c, app, FAILURES), strict=True)),
        view=view,
        made=made,
        limited=LIMITED,
        first=base if skip else "",
        next=f"{base}&from={more}" if made.fits > more else "",
    )


Decide = Callable[[Connection, App, View], str]


async def _decide(desk: Desk, act: Decide, *, same: Callable[[View], bool]) -> Response:
    """Decide if the plan is what was on the page, else show what it is now."""
    app_id = number(desk.request)

    def work(c: Connection) -> str | None:
        app = app_of(c, app_id)
        now = view_of(c, made_now(c, app, desk.context.plans, desk.now))
        return act(c, app, now) if same(now) else None

    text = await desk.write(work)
    back = f"/admin/apps/{app_id}/plan"
    return desk.go(back, MOVED, "warning") if text is None else desk.go(back, text)


async def approve(desk: Desk) -> Response:
    """Approve or reject everything that waits in the plan that was on the page."""
    digest, reject = desk.value("digest"), desk.value("do") == "reject"

    def act(c: Connection, app: App, made: View) -> str:
        decide = actions.reject if reject else actions.approve
        count = decide(c, app, made.plan.digest, desk.now, actor=desk.actor)
        _settle(c, made.plan, State.WAITING, drop=reject)
        return _said(count, reject=reject)

    return await _decide(desk, act, same=lambda made: digest != "" and made.waiting_digest == digest)


async def approve_one(desk: Desk) -> Response:
    """Approve or reject one change, by its digest."""
    text = await decide_one(desk)
    back = f"/admin/apps/{number(desk.request)}/{'users' if desk.value('back') == 'users' else 'plan'}"
    return desk.go(back, MOVED, "warning") if text is None else desk.go(back, text)


async def approve_ticked(desk: Desk) -> Response:
    """Approve or reject the changes that were ticked on the tab Users; if one of them has moved, none."""
    app_id = number(desk.request)
    back = f"/admin/apps/{app_id}/users"
    ticked = {value for name, value in desk.form if name == "change"}
    if not ticked:
        return desk.go(back, "Nothing was ticked, and nothing was decided. Tick users whose state is Pending.", "warning")
    text = await _decide_some(desk, ticked)
    return desk.go(back, MOVED, "warning") if text is None else desk.go(back, text)


async def decide_one(desk: Desk) -> str | None:
    """What to say after approving or rejecting one change, by its digest; None if nothing was decided."""
    return await _decide_some(desk, {desk.value("change")})


async def _decide_some(desk: Desk, chosen: set[str]) -> str | None:
    """The same for several.  Where one of them has moved, nothing has its digest any more, and nothing is decided."""
    app_id, reject = number(desk.request), desk.value("do") == "reject"

    def work(c: Connection) -> str | None:
        app = app_of(c, app_id)
        made = made_now(c, app, desk.context.plans, desk.now)
        if chosen - {digest for _, digest in store.digests(c, made.id, State.WAITING)}:
            return None
        decide = actions.reject if reject else actions.approve
        count = decide(c, app, chosen, desk.now, actor=desk.actor)
        for digest in chosen:
            _settle(c, made, State.WAITING, drop=reject, digest=digest)
        return _said(count, reject=reject)

    return await desk.write(work)


def _settle(c: Connection, plan: Plan, before: State, *, drop: bool, digest: str = "", limited: str = "") -> None:
    """Show the decision at once, and not only from the next plan on.  It is the newest plan, and no run works on it."""
    after, reason = (State.DROPPED, THROWN_AWAY) if drop else (State.READY, "")
    ledger.settle(c, plan.id, before, after, reason, digest=digest, limited=limited)


def _said(count: int, *, reject: bool) -> str:
    if reject:
        return f"{counted(count, 'change')} rejected: not asked again until those objects change."
    return f"{counted(count, 'change')} approved. A running worker does it at once; otherwise press “Sync now”."


async def take_back(desk: Desk) -> Response:
    """Forget that a change was thrown away: it is planned again, and asked for again where that is so."""
    app_id, digest = number(desk.request), desk.value("change")

    def work(c: Connection) -> str | None:
        app = app_of(c, app_id)
        plan = made_now(c, app, desk.context.plans, desk.now)
        dropped = (one.change for one in ledger.in_state(c, plan.id, State.DROPPED))
        found = [one for one in dropped if one.digest == digest and one.reason == THROWN_AWAY]
        if not digest or not found:
            return None
        actions.take_back(c, app, found[0], desk.now, actor=desk.actor)
        return f"Taken back: {WORDS[found[0].kind].lower()} {found[0].object} {found[0].name} is planned again."

    text = await desk.write(work)
    back = f"/admin/apps/{app_id}/plan"
    return desk.go(f"{back}?show=dropped", MOVED, "warning") if text is None else desk.go(back, text)


async def release(desk: Desk) -> Response:
    """Let through, or throw away, what is held in the plan that was on the page."""
    digest, kind, discard = desk.value("held"), desk.value("kind") or None, desk.value("do") == "discard"

    def act(c: Connection, app: App, made: View) -> str:
        counts = actions.release(c, app, kind, discard=discard, now=desk.now, actor=desk.actor)
        _settle(c, made.plan, State.HELD, drop=discard, limited=kind or "")
        words = ", ".join(f"{LIMITED.get(name, name)} ({count:,})" for name, count in counts.items())
        if discard:
            return f"Thrown away until those objects change again: {words}."
        return f"Let through: {words}. A running worker does it at once; otherwise press “Sync now”."

    return await _decide(desk, act, same=lambda made: digest != "" and made.held_digest == digest)
