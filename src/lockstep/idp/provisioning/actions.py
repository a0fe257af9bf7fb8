"""What an administrator may say about a plan: approve, reject, release, throw away.  In the caller's transaction."""

from collections.abc import Collection

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import LIMITED_KINDS
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.approval import ONLY_MAKES, lets_loose, removal_item
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.ledger import Placed, Plan
from lockstep.idp.provisioning.records import Change, Kind, State
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem


def start(c: Connection, app: App, now: int, *, actor: str = apps.ADMIN) -> None:
    """Let the engine work on the app again.  Ends a quarantine: what vanished at the target is made again.

    Raises NotComparedProblem for an app that the guard holds and that nobody has compared with its target.
    """
    installation.let_go(c, app, now, actor=actor)
    if app.quarantine:
        ledger.decide(c, app.id, "released", [ledger.BELIEVED], now)
    apps.start(c, app, now, actor=actor)


Chosen = str | Collection[str] | None
"""What a decision is about: all that waits (None, or the plan's digest), one change, or several, by their digests."""


def approve(c: Connection, app: App, digest: Chosen, now: int, *, actor: str = apps.ADMIN) -> int:
    """Approve what waits in the plan that was shown last: all of it, or what is chosen.

    Returns how many changes.  Raises Problem where there is nothing of the kind.
    """
    return _decide(c, app, "approved", digest, EventType.APPROVAL_GIVEN, now, actor)


def reject(c: Connection, app: App, digest: Chosen, now: int, *, actor: str = apps.ADMIN) -> int:
    """Throw away what waits: it is not asked again until those objects change again."""
    return _decide(c, app, "rejected", digest, EventType.APPROVAL_REFUSED, now, actor)


def _decide(c: Connection, app: App, decision: str, digest: Chosen, kind: EventType, now: int, actor: str) -> int:
    plan = _shown(c, app)
    waiting = [placed.change.digest for placed in ledger.in_state(c, plan.id, State.WAITING)]
    wanted = {digest} if isinstance(digest, str) else set(digest or ())
    chosen = waiting if digest in (None, plan.digest) else [one for one in waiting if one in wanted]
    if not chosen:
        raise Problem(
            f"nothing waits for approval in {app.name}{_only_makes(c, app, plan)}"
            if digest is None
            else f"no change with the digest {digest} waits in {app.name}: it has changed, or was done. Plan anew"
        )
    ledger.decide(c, app.id, decision, chosen, now)
    _event(c, kind, app, f"{len(chosen)} changes", now, actor)
    return len(chosen)


def _only_makes(c: Connection, app: App, plan: Plan) -> str:
    """What else is in the way of the changes shown: while an app only makes what is missing, nobody has to approve them."""
    held = sum(one.change.reason.startswith(ONLY_MAKES) for one in ledger.in_state(c, plan.id, State.BLOCKED))
    if not held:
        return ""
    verb = "change is" if held == 1 else "changes are"
    return f"; {held} {verb} held by creates-only=on: let them go with `{lets_loose(app.name)}`"


def release(c: Connection, app: App, kind: str | None, *, discard: bool, now: int, actor: str = apps.ADMIN) -> dict[str, int]:
    """Let through, or throw away, what is held in the plan that was shown last: exactly that.

    `kind` is one of the limited kinds, None for all.  Returns how many objects of each kind.  Raises Problem.
    """
    if kind is not None and kind not in LIMITED_KINDS:
        raise Problem(f"--kind {kind}: use one of {', '.join(LIMITED_KINDS)}")
    plan = _shown(c, app)
    held = [placed for placed in ledger.in_state(c, plan.id, State.HELD) if kind in (None, placed.change.limited)]
    if not held:
        raise Problem(f"nothing is held in {app.name}")
    ledger.decide(c, app.id, "discarded" if discard else "released", [item for one in held for item in items_of(one)], now)
    counts: dict[str, int] = {}
    for one in held:
        name = str(one.change.limited)
        counts[name] = counts.get(name, 0) + one.change.weight
    notes = ", ".join(f"{count} {name}" for name, count in counts.items())
    _event(c, EventType.PLAN_DISCARDED if discard else EventType.PLAN_RELEASED, app, notes, now, actor)
    return counts


def take_back(c: Connection, app: App, change: Change, now: int, *, actor: str = apps.ADMIN) -> None:
    """Forget that a person has rejected or thrown away a change: it is judged anew."""
    ledger.undecide(c, app.id, [change.digest])
    _event(c, EventType.PLAN_RELEASED, app, f"taken back: {change.kind.value} {change.object} {change.name}", now, actor)


def items_of(placed: Placed) -> list[str]:
    """What a decision about a held change is bound to: its digest, or each single membership."""
    change = placed.change
    if change.kind is Kind.MEMBERS:
        return [removal_item(change.target_id, member) for _, member in change.payload["remove"]]
    return [change.digest]


def _shown(c: Connection, app: App) -> Plan:
    plan = ledger.last_shown(c, app.id)
    if plan is None:
        raise Problem(f"no plan of {app.name} was shown yet: read it first, `lockstep idp plan {app.name}`")
    return plan


def _event(c: Connection, kind: EventType, app: App, notes: str, now: int, actor: str) -> None:
    events.append(c, Event(type=kind, actor=actor, app_id=app.id, app_name=app.name, object="plan", notes=notes), now)
