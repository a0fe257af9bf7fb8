"""A plan in figures and in JSON: its digest, its floor of requests, and what people and scripts read of it."""

import hashlib
from collections import Counter
from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import ledger, links, troubles
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.records import Change, Kind, State
from lockstep.kit.db import Connection

SHOWN = 1_000
"""Changes that a plan lists; the rest is counted."""
_COVERED = (State.READY, State.WAITING, State.LATER, State.BLOCKED)


class Floor:
    """Counts the fewest requests that bring about a set of changes.

    One for each user, one for each group made, deleted or renamed, and for each touched group one for every `limit`
    memberships, of which the first `limit` of a new group are part of its making.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._users: set[str] = set()
        self._groups = 0
        self._members: Counter[str] = Counter()
        self._made: set[str] = set()

    def add(self, change: Change) -> None:
        """One more change."""
        if change.object == "user":
            self._users.add(change.key)
            return
        if change.kind is Kind.MEMBERS:
            self._members[change.key] += len(change.payload["add"]) + len(change.payload["remove"])
            return
        self._groups += 1
        if change.kind is Kind.CREATE:
            self._made.add(change.key)
            self._members[change.key] += len(change.payload["add"])

    @property
    def requests(self) -> int:
        """The floor."""
        limit = self._limit
        patches = sum(max(0, -(-members // limit) - (1 if key in self._made else 0)) for key, members in self._members.items())
        return len(self._users) + self._groups + patches


def finish(c: Connection, plan: int, app_id: int, held: list[dict[str, Any]], limit: int) -> Plan:
    """Compute and store the digest and the floor of a plan whose changes are all written."""
    sha, floor = hashlib.sha256(), Floor(limit)
    for placed in ledger.all_changes(c, plan):
        change = placed.change
        if change.state in _COVERED:
            sha.update(change.digest.encode())
        if change.state is State.READY:
            floor.add(change)
    ledger.finish_plan(c, plan, sha.hexdigest()[:32], floor.requests, held)
    made = ledger.newest(c, app_id)
    assert made is not None  # noqa: S101 - finished in this transaction
    return made


def as_json(c: Connection, app: App, plan: Plan) -> dict[str, Any]:
    """A plan as `lockstep idp plan --json` prints it."""
    listed: list[dict[str, Any]] = []
    held: dict[str, list[dict[str, Any]]] = {}
    requests = more = thrown_away = 0
    counts: Counter[str] = Counter()
    for placed in ledger.all_changes(c, plan.id):
        change = placed.change
        if change.state is State.HELD:
            held.setdefault(str(change.limited), []).append(change_json(change))
            continue
        thrown_away += change.state is State.DROPPED
        if change.state not in _COVERED:
            continue
        requests += 1
        counts[f"{change.object} {change.kind}"] += 1
        if len(listed) < SHOWN:
            listed.append(change_json(change))
        else:
            more += 1
    return {
        "app": app.name,
        "digest": plan.digest,
        "requests": requests,
        "floor": plan.floor,
        "counts": dict(counts),
        "changes": listed,
        "more": more,
        "thrown_away": thrown_away,
        "assigned": bool(apps.assignments(c, app.id)),
        "held": [
            {"reason": one["reason"], "kind": one["kind"], "count": one["count"], "changes": held.get(one["kind"], [])[:SHOWN]}
            for one in plan.held
        ],
    }


def failures(c: Connection, app: App, most: int) -> tuple[list[str], int]:
    """Some of what failed at the app's target and was not mended since, with the reason, a line each; and how much more."""
    target = links.find_target(c, app.id, app.scim_url)
    found, _ = troubles.page(c, target, troubles.Chosen(), most=most)
    return [f"{one.object} {one.name}: {one.error}" for one in found], ledger.count_troubled(c, target) - len(found)


def change_json(change: Change) -> dict[str, Any]:
    """One change as JSON."""
    shown: dict[str, Any] = {
        "kind": change.kind.value,
        "object": change.object,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "digest": change.digest,
        "state": change.state.value,
    }
    if change.reason:
        shown["reason"] = change.reason
    return shown
