"""Makes evidence of a full check of the target, at the floor, and of a plan of what should be there.

Both sides are equal where the check finds no difference and the plan no change: then the target holds what is remembered, and
that is what should be there.  Nothing is sent, and what is remembered stays as it is.
"""

from typing import Any

from lockstep import __version__
from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.eventlog import store as eventlog
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.check import Checked
from lockstep.idp.provisioning.evidence import actions
from lockstep.idp.provisioning.evidence.state import Compared, compared
from lockstep.idp.provisioning.installation import store as installation
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.planner import make_plan
from lockstep.kit.clock import iso
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

FORMAT = "lockstep evidence 1"
LISTED = 200
"""Differences that a record lists by name."""


def make(c: Connection, vault: Vault, app: App, found: Checked, now: int) -> dict[str, Any]:
    """After a check has found `found`: plan, sign, keep; `{number, equal, differences, changes, requests, floor}`.

    `c` is a serial write transaction.  Raises Problem while the app is limited to some people: of the others nothing is known.
    """
    if app.settings.is_pilot:
        raise Problem(f"{app.name} is limited to some people (pilot-role, pilot-people): let it loose before a record is made")
    target = links.target_of(c, app.id, app.scim_url)
    plan = make_plan(c, app, now, everything=True, retry_now=True)
    known = installation.read(c)
    record = {
        **_about(app, now, "" if known is None else known.id),
        **_result(found, compared(c, target), plan, _open(c, plan)),
        "as_of_event": events.latest(c),
        "events_head": str(eventlog.head(c) or ""),
    }
    kept = actions.keep(c, vault, app, record, now).record
    return {
        "number": kept["number"],
        "equal": kept["equal"],
        "differences": kept["check"]["differences"],
        "changes": sum(kept["plan"]["changes"].values()),
        "requests": found.requests,
        "floor": found.floor,
    }


def _open(c: Connection, plan: Plan) -> dict[str, int]:
    """The changes of a plan by their state: what should be otherwise, whatever it waits for."""
    found: dict[str, int] = {}
    for one in ledger.counts(c, plan.id):
        found[one.state] = found.get(one.state, 0) + one.changes
    return found


def _about(app: App, now: int, number: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "software": __version__,
        "installation": number,
        "app": app.name,
        "target": app.scim_url,
        "groups_included": app.settings.groups,
        "made_at": iso(now),
    }


def _result(found: Checked, state: Compared, plan: Plan, changes: dict[str, int]) -> dict[str, Any]:
    listed = [{"object": one.object, "name": one.name, "kind": one.kind} for one in found.differences[:LISTED]]
    return {
        "equal": not found.differences and not changes,
        "compared": {"users": state.users, "groups": state.groups, "memberships": state.memberships},
        "state_digest": state.digest,
        "check": {
            "differences": len(found.differences),
            "listed": listed,
            "users_not_ours": found.unmatched,
            "requests": found.requests,
            "floor": found.floor,
        },
        "plan": {"digest": plan.digest, "changes": changes},
    }
