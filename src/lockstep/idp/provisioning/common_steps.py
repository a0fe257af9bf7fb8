"""The steps that a user and a group have in common: what stands in the way, what was said before, what would be sent."""

from collections.abc import Sequence
from typing import TypeVar

from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import ledger
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.records import ObjectKind, State
from lockstep.idp.provisioning.shown import MOST_ROWS, ShownRequest, Step, Verdict
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection

Item = TypeVar("Item")


def first(rows: Sequence[Item]) -> tuple[tuple[Item, ...], int]:
    """As many rows as a step lists, and how many are left off."""
    return tuple(rows[:MOST_ROWS]), max(0, len(rows) - MOST_ROWS)


def hindrances(app: App) -> list[str]:
    """What keeps the engine from sending anything to the app, the worst first."""
    found = []
    if app.quarantine:
        found.append(f"{app.name} is in quarantine: {app.quarantine}")
    if app.stopped:
        found.append(f"{app.name} is stopped")
    if not app.settings.provisioning:
        found.append(f"provisioning is off for {app.name}")
    return found


def said_before(c: Connection, target: int, plan: Plan, about: tuple[ObjectKind, str], sends: Sequence[ShownRequest]) -> Step:
    """What saved decisions, limits, approvals and earlier failures say about it."""
    rows = [
        (f"{one.kind} {one.object} {one.name}", _STANDS.get(one.state, one.state), one.reason)
        for one in sends
        if one.state != State.READY or one.reason
    ]
    rows += [("limit", "held", str(one["reason"])) for one in plan.held]
    troubles = [one for (obj, key, _), one in ledger.troubled(c, target).items() if (obj, key) == about] if target else []
    for one in troubles:
        tried = f"failed {one.attempts} times" if one.attempts > 1 else "failed once"
        rows.append(
            (f"{one.kind} {one.object} {one.name}", tried, f"{one.error}; tried again by itself after {iso(one.next_at)}")
        )
    waiting = sum(one.state == State.WAITING for one in sends)
    stands = {one.state for one in sends} & {State.HELD, State.BLOCKED, State.LATER, State.DROPPED}
    verdict, state = _verdict(failed=bool(troubles), waiting=waiting, some=bool(stands))
    listed, more = first(rows)
    return Step("said", "What was said before", state, verdict, ("About", "Stands", "Why"), listed, more)


def _verdict(*, failed: bool, waiting: int, some: bool) -> tuple[str, Verdict]:
    if failed:
        return "It failed before. Sent by hand, it is tried again without waiting.", "warning"
    if waiting:
        return "An administrator has to approve it first.", "pending"
    if some:
        return "Some of it is not sent now.", "warning"
    return "Nothing: no decision, limit or failure is in the way.", "success"


_STANDS = {
    "ready": "ready",
    "waiting": "waits for approval",
    "held": "held",
    "blocked": "waits for another change",
    "later": "later",
    "dropped": "thrown away",
}


def would_send(sends: Sequence[ShownRequest], stopped: str) -> Step:
    """How many requests that are, and what becomes of them."""
    title = "What would be sent"
    able = [one for one in sends if one.state in (State.READY, State.WAITING)]
    if stopped and able:
        return Step("send", title, "error", f"{_requests(len(able))}, but nothing is sent: {stopped}.")
    if not sends:
        return Step("send", title, "success", "Nothing: the target is as it should be, as far as is known.")
    if not able:
        return Step("send", title, "warning", "Nothing now.")
    waiting = sum(one.state == State.WAITING for one in able)
    if waiting:
        what = "it waits" if len(able) == 1 else f"{waiting} of them wait" if waiting < len(able) else "all of them wait"
        return Step("send", title, "pending", f"{_requests(len(able))}; {what} for approval.")
    return Step("send", title, "info", f"{_requests(len(able))}.")


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"
