"""One change of a plan as rows of before and after."""

from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.console.words import joined
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
"""Members that a row names; the rest is counted."""


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
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    """(attribute, before, after); "" where there is nothing."""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    more: int = 0


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
    row.more = max(0, len(added) - MEMBERS) + max(0, len(removed) - MEMBERS)


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
