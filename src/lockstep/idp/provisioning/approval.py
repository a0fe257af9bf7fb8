"""What needs a person's word before it is done.  Pure.

Decisions are bound to the digest of the change that was shown, membership removals to the single membership.
"""

from dataclasses import dataclass, replace

from lockstep.idp.apps.settings import Settings
from lockstep.idp.provisioning.records import Change, Kind, State


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people have decided about single changes, by digest (or `removal_item`)."""

    approved: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    discarded: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    """Creates that met somebody else's object while `adopt=ignore`."""


def removal_item(group_id: str, member_id: str) -> str:
    """What a decision about one membership removal is bound to: both ids at the target."""
    return f"removal\n{group_id}\n{member_id}"


def member_of_item(item: str) -> tuple[str, str]:
    """(group's id, member's id) of a `removal_item`; "" twice for the digest of a change."""
    kind, _, rest = item.partition("\n")
    group, _, member = rest.partition("\n")
    return (group, member) if kind == "removal" else ("", "")


def needs_approval(change: Change, settings: Settings) -> bool:
    """Whether "Require admin approval before this action is performed" is on for this change's action."""
    return {
        "create": settings.approve_create,
        "update": settings.approve_update,
        "delete": settings.approve_delete,
    }[change.action]


ONLY_MAKES = "held by creates-only=on: the app only makes what is missing"


def lets_loose(app: str) -> str:
    """How an app that only makes what is missing is let loose."""
    return f"lockstep idp app set {app} creates-only=off"


def only_if_made(change: Change) -> Change:
    """The change as it stands while only what is missing is made: anything else is blocked."""
    makes = change.kind is Kind.CREATE or (change.kind is Kind.MEMBERS and not change.link_id)
    if makes or change.state is State.DROPPED:
        return change
    return replace(change, state=State.BLOCKED, reason=f"{ONLY_MAKES}; let loose with creates-only=off")


THROWN_AWAY = "thrown away by an administrator until the object changes again"


def judged(change: Change, settings: Settings, decisions: Decisions) -> Change:
    """The change with the state that people's decisions give it; limits come on top of it."""
    if change.digest in decisions.rejected or change.digest in decisions.discarded:
        return replace(change, state=State.DROPPED, reason=THROWN_AWAY)
    if change.digest in decisions.ignored and settings.adopt == "ignore":
        return replace(change, state=State.DROPPED, reason="exists at the target, and is left alone (adopt=ignore)")
    if needs_approval(change, settings) and change.digest not in decisions.approved:
        return replace(change, state=State.WAITING, reason=f"waits for approval of {change.action}")
    return change
