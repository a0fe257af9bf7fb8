"""A plan in figures and in JSON: its digest, its floor of requests, and what people and scripts read of it."""

import hashlib
from collections import Counter
from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.apps.records import App
from lockstep.idp.apps.settings import LIMITED_KINDS, LimitedKind
from lockstep.idp.provisioning import drift_actions, ledger, links, troubles
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.records import Change, Kind, Stage, State
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection

SHOWN = 1_000
"""Changes that a plan lists; the rest is counted."""
COVERED = (State.READY, State.WAITING, State.LATER, State.BLOCKED)
"""The changes that a plan's digest covers: all but what is held or thrown away."""


class Total:
    """The digest of a plan: of its changes' digests, in the order of the run."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def add(self, digest: str) -> None:
        """One more change."""
        self._sha.update(digest.encode())

    @property
    def digest(self) -> str:
        """The digest."""
        return self._sha.hexdigest()[:32]


class Floor:
    """Counts the fewest requests that bring about a set of changes at a kind of target.

    One for each user (two for one who gives up a name for a moment, so that two can swap), one for each group made, deleted or
    renamed, and for each touched group one for every `limit` memberships, of which the first `limit` of a new group are part of
    its making (unless the target takes none there).  Where objects are changed by PUT (`replaces`), each change costs a read
    besides.  With Bulk, ⌈changes ÷ `bulk`⌉ for each stage of the run, because a stage begins when the one before has ended.
    """

    def __init__(self, limit: int, *, inside: bool = True, replaces: bool = False, bulk: int = 0) -> None:
        self._limit = limit
        self._inside = inside
        self._replaces = replaces
        self._bulk = bulk
        self._new_users = 0
        self._users: set[str] = set()
        self._changed: set[str] = set()
        """Users whom an update touches, among `_users`."""
        self._groups = 0
        self._renamed = 0
        self._members: Counter[str] = Counter()
        self._made: set[str] = set()
        self._stages: Counter[int] = Counter()

    def add(self, change: Change) -> None:
        """One more change."""
        payload = change.payload if change.object == "group" else None
        self.count(change.stage, change.object, change.key, change.kind, payload)

    def count(self, stage: int, obj: str, key: str, kind: str, payload: Any) -> None:
        """One more change, by what it needs of it; the payload of groups only."""
        self._stages[stage] += 1
        if obj == "user":
            self._count_user(f"{key}\0" if stage == Stage.NAMES_LENT else key, kind)
            return
        if kind == Kind.MEMBERS:
            self._members[key] += len(payload["add"]) + len(payload["remove"])
            return
        self._groups += 1
        self._renamed += kind == Kind.RENAME
        if kind == Kind.CREATE and self._inside:
            self._made.add(key)
            self._members[key] += len(payload["add"])

    def _count_user(self, key: str, kind: str) -> None:
        if kind == Kind.CREATE:
            self._new_users += 1
            return
        self._users.add(key)  # who is switched off and changed besides is one user
        if kind in (Kind.UPDATE, Kind.SWITCH_OFF):
            self._changed.add(key)

    @property
    def requests(self) -> int:
        """The floor."""
        if self._bulk and not self._replaces:
            return sum(-(-changes // self._bulk) for changes in self._stages.values())
        limit = self._limit
        patches = sum(max(0, -(-members // limit) - (1 if key in self._made else 0)) for key, members in self._members.items())
        reads = len(self._changed) + self._renamed + patches if self._replaces else 0
        return self._new_users + len(self._users) + self._groups + patches + reads


def floor_at(connector: Connector) -> Floor:
    """A floor to count with, at such a target."""
    return Floor(
        connector.members_per_request,
        inside=connector.create_takes_members,
        replaces=connector.writes == "put",
        bulk=connector.bulk_operations,
    )


def finish(c: Connection, plan: int, held: list[dict[str, Any]], connector: Connector) -> Plan:
    """Compute and store the digest and the floor of a plan whose changes are all written."""
    total, floor = Total(), floor_at(connector)
    for digest, state, *about in ledger.outline(c, plan):
        if state in COVERED:
            total.add(digest)
        if state == State.READY:
            floor.count(*about)
    return ledger.finish_plan(c, plan, total.digest, floor.requests, held)


def as_json(c: Connection, app: App, plan: Plan) -> dict[str, Any]:
    """A plan as `lockstep idp plan --json` prints it."""
    listed: list[dict[str, Any]] = []
    held: dict[str, list[dict[str, Any]]] = {}
    requests = more = thrown_away = 0
    counts: Counter[str] = Counter()
    takes_away = dict.fromkeys(LIMITED_KINDS, 0)
    for placed in ledger.all_changes(c, plan.id):
        change = placed.change
        _take_away(takes_away, change)
        if change.state is State.HELD:
            held.setdefault(str(change.limited), []).append(change_json(change))
            continue
        thrown_away += change.state is State.DROPPED
        if change.state not in COVERED:
            continue
        requests += 1
        counts[f"{change.object} {change.kind}"] += 1
        if len(listed) < SHOWN:
            listed.append(change_json(change))
        else:
            more += 1
    return {
        "app": app.name,
        "connector": app.connector,
        "scim_url": app.scim_url,
        "made_at": iso(plan.made_at),
        "digest": plan.digest,
        "requests": requests,
        "floor": plan.floor,
        "counts": dict(counts),
        "changes": listed,
        "more": more,
        "thrown_away": thrown_away,
        "takes_away": takes_away,
        "failures": failures(c, app, SHOWN)[0],
        "quarantine": app.quarantine,
        "limited": app.settings.is_pilot,
        "undecided": drift_actions.waiting(c, app),
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


def _take_away(counts: dict[LimitedKind, int], change: Change) -> None:
    """Count what a change takes away, held or not: users and groups, and single memberships."""
    if change.state is not State.HELD and change.state not in COVERED:
        return
    if change.kind is Kind.MEMBERS:
        counts["removals"] += len(change.payload["remove"])
    elif change.limited is not None:
        counts[change.limited] += 1


def change_json(change: Change) -> dict[str, Any]:
    """One change as JSON, with all that its digest is of."""
    shown: dict[str, Any] = {
        "kind": change.kind.value,
        "object": change.object,
        "name": change.name,
        "key": change.key,
        "target_id": change.target_id,
        "before": change.before,
        "after": change.after,
        "digest": change.digest,
        "state": change.state.value,
    }
    if change.reason:
        shown["reason"] = change.reason
    return shown
