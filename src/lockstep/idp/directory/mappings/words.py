"""Mappings as sentences, for pages and commands."""

from collections.abc import Mapping as Names

from lockstep.idp.directory.conditions.attributes import CUSTOM
from lockstep.idp.directory.mappings.records import ADD_ROLE, GROUP, STATUS, Action, field_of
from lockstep.idp.directory.records import Status

NAMED = 5
"""Roles that a sentence names; the rest is counted."""
GONE = "a role that is deleted"


def action_words(action: Action, labels: Names[str, str], roles: Names[str, str], groups: Names[str, str]) -> str:
    """`Set Role: Sellers, Buyers`, `Set Status: Suspended`, `Set Title: Agent`.

    `labels` call fields, `roles` and `groups` are names by ids as text; what is missing is called by its own name.
    """
    if action.action == ADD_ROLE:
        names = [roles.get(one, GONE) for one in action.values]
        more = len(names) - NAMED
        return f"Set Role: {', '.join(names[:NAMED])}" + (f" and {more} more" if more > 0 else "")
    name = field_of(action)
    value = action.values[0] if action.values else ""
    if name == STATUS:
        return f"Set Status: {_status(value)}"
    if name == GROUP:
        return f"Set Group: {groups.get(value, value)}"
    return f"Set {label_of(name, labels)}: {value or '(nothing)'}"


def label_of(name: str, labels: Names[str, str]) -> str:
    """What a field that a mapping sets is called: `Title`, and of a custom attribute its own name."""
    if name in labels:
        return labels[name]
    return name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else name.replace("_", " ").capitalize()


def value_words(name: str, value: str, groups: Names[str, str]) -> str:
    """A value of a field as text, for people: a status by its word, a group by its name."""
    if name == STATUS:
        return _status(value)
    return groups.get(value, value) if name == GROUP else value


def _status(value: str) -> str:
    return next((one.name.replace("_", " ").capitalize() for one in Status if str(int(one)) == value), value)
