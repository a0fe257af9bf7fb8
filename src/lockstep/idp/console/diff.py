"""One change of a plan as rows of before and after."""

from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.console.words import joined
from lockstep.idp.provisioning.approval import THROWN_AWAY
from lockstep.idp.provisioning.records import Change, Kind, State

WORDS = {
    Kind.CREATE: "Create",
    Kind.UPDATE: "Update",
    Kind.SWITCH_OFF: "Switch off",
    Kind.DELETE: "Delete",
    Kind.RENAME: "Rename",
    Kind.MEMBERS: "Members",
}
STATES = {
    State.READY: ("in-progress", "Ready"),
    State.WAITING: ("pending", "Waits for approval"),
    State.HELD: ("warning", "Held"),
    State.BLOCKED: ("pending", "Waits for another change"),
    State.LATER: ("pending", "Later"),
    State.SENDING: ("in-progress", "Being sent"),
    State.DONE: ("success", "Done"),
    State.FAILED: ("error", "Failed"),
    State.DROPPED: ("stopped", "Thrown away"),
}
MEMBERS = 20
"""Members that a row names at once."""
FOLDED = 2_000
"""Members that a row names when it is unfolded; one request has far fewer."""


@dataclass
class Row:
    """A change for people: what, of whom, from what to what."""

    what: str
    object: str
    name: str
    kind: str
    state: str
    reason: str
    digest: str
    waits: bool
    thrown: bool = False
    """An administrator has thrown it away, and may take that back."""
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    """(attribute, before, after); "" where there is nothing."""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)
    """(+ or −, member) of those that are folded away."""
    more: int = 0
    """Members beyond all that."""


def row_of(change: Change) -> Row:
    """The change as the page shows it."""
    kind, word = STATES[change.state]
    row = Row(
        WORDS[change.kind],
        change.object,
        change.name,
        kind,
        word,
        change.reason,
        change.digest,
        change.state is State.WAITING,
    )
    row.thrown = change.state is State.DROPPED and change.reason == THROWN_AWAY
    if change.kind is Kind.MEMBERS:
        _members(row, change.after)
    elif change.kind is Kind.RENAME:
        row.lines = [("name", joined(change.before), joined(change.after))]
    else:
        row.lines = _lines(change.before, change.after)
        if change.object == "group" and isinstance(change.after, dict):
            _members(row, change.after)
    return row


def _members(row: Row, after: Any) -> None:
    found = after if isinstance(after, dict) else {}
    added, removed = _names(found.get("add") or found.get("members")), _names(found.get("remove"))
    row.added, row.removed = added[:MEMBERS], removed[:MEMBERS]
    rest = [*(("−", one) for one in removed[MEMBERS:]), *(("+", one) for one in added[MEMBERS:])]
    row.rest, row.more = rest[:FOLDED], max(0, len(rest) - FOLDED)


def _names(value: Any) -> list[str]:
    return [joined(one) for one in value] if isinstance(value, list | tuple) else []


def _lines(before: Any, after: Any) -> list[tuple[str, str, str]]:
    old, new = _flat(before), _flat(after)
    names = dict.fromkeys((*old, *new))
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def _flat(value: Any) -> dict[str, str]:
    """Attributes one level deep, without the long name of the enterprise extension."""
    found: dict[str, str] = {}
    if not isinstance(value, dict):
        return found
    for key, one in value.items():
        if key in ("schemas", "add", "remove", "members"):
            continue
        if isinstance(one, dict):
            short = "" if key.startswith("urn:") else f"{key}."
            found.update({f"{short}{name}": joined(inner) for name, inner in one.items()})
        else:
            found[key] = joined(one)
    return found
