"""The requests of a plan as they would be sent now, without sending them: exactly what `sending.prepare` makes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lockstep.idp.provisioning.ledger import Placed
from lockstep.idp.provisioning.plan import manager_of
from lockstep.idp.provisioning.records import Change, Kind, State
from lockstep.idp.provisioning.sending import NotSent, prepare
from lockstep.idp.provisioning.shown import ShownRequest
from lockstep.kit.db import Connection
from lockstep.scim.client import headers_of

_HIDDEN = "…"
"""What stands in the place of the token."""
_SENT = (State.READY, State.WAITING, State.HELD, State.LATER, State.BLOCKED)


def requests_of(c: Connection, target: int, plan: int, placed: Iterable[Placed]) -> tuple[ShownRequest, ...]:
    """What each change of a plan would send.  An id that a request of the same plan brings stands in ‹ ›."""
    every = list(placed)
    made: dict[tuple[str, str], str] = {
        (one.change.object, one.change.key): one.change.name for one in every if one.change.kind is Kind.CREATE
    }
    return tuple(_shown(c, target, plan, one, made) for one in every)


def _shown(c: Connection, target: int, plan: int, placed: Placed, made: Mapping[tuple[str, str], str]) -> ShownRequest:
    change = placed.change
    told = ShownRequest(change.digest, change.kind.value, change.object, change.name, change.state.value, change.reason)
    if change.state not in _SENT:
        return told
    filled = _filled(change, made)
    request = prepare(c, target, plan, replace(placed, change=filled))
    if isinstance(request, NotSent):
        return replace(told, state=request.state.value, reason=change.reason or request.reason)
    return replace(
        told,
        reason=change.reason or _left_out(filled, request.body),
        method=request.method,
        path=request.path,
        headers=headers_of(_HIDDEN),
        body=request.body,
        open_ids=filled is not change,
    )


def _filled(change: Change, made: Mapping[tuple[str, str], str]) -> Change:
    """The change with a word in the place of each id that the target gives while this plan is sent."""
    if change.object != "group" or change.kind not in (Kind.CREATE, Kind.MEMBERS):
        return change
    add = [[key, number or _id_of(made.get(("user", key), ""))] for key, number in change.payload["add"]]
    group = change.target_id or (_id_of(made.get(("group", change.key), "")) if change.kind is Kind.MEMBERS else "")
    if add == change.payload["add"] and group == change.target_id:
        return change
    return replace(change, payload={**change.payload, "add": add}, target_id=group)


def _id_of(name: str) -> str:
    return f"‹id of {name}›" if name else ""


def _left_out(change: Change, body: Any) -> str:
    """What a create does not say yet."""
    if change.object == "user" and change.kind is Kind.CREATE:
        manager = manager_of(change.payload["document"])
        if manager and not manager_of(body):
            return f"the manager {manager} is not at the target yet, and follows once they are"
    return ""
