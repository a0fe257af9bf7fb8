"""Words of the pages that are not in their templates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lockstep.idp.directory.records import State, Status
from lockstep.idp.provisioning.retries import NEVER, minute, when_again

FIELD_NAMES = {
    "employee_id": "Employee ID (key)",
    "user_name": "Username",
    "given_name": "First name",
    "middle_name": "Middle name",
    "family_name": "Last name",
    "suffix": "Suffix",
    "nickname": "Nickname",
    "display_name": "Display name",
    "email": "Email",
    "phone": "Phone number",
    "title": "Title",
    "department": "Department",
    "division": "Division",
    "cost_center": "Cost center",
    "manager_id": "Manager (employee_id)",
    "locale": "Preferred locale",
    "timezone": "Time zone",
    "company": "Company",
    "comment": "Comment",
    "external_id": "External ID",
    "member_of": "MemberOf",
    "samaccountname": "sAMAccountName",
    "userprincipalname": "User principal name",
    "distinguished_name": "Distinguished name",
}
"""The fields of a user as the pages call them."""

BATCHES = {
    "suspend": "Suspend",
    "activate": "Activate",
    "lock": "Lock",
    "unlock": "Unlock",
    "approve": "Approve",
    "reject": "Reject",
    "add-role": "Add to a role",
    "take-role": "Take from a role",
    "set-group": "Set the group",
    "delete": "Delete",
}
"""What can be done to many users at once."""

MAP_SOURCES = [
    ("role", "Role"),
    *FIELD_NAMES.items(),
    ("email_name_part", "Email name part"),
    ("email_domain_part", "Email domain part"),
]
"""What a rule maps groups from."""
RULE_SOURCES = [
    MAP_SOURCES[0],
    ("status", "Status"),
    ("state", "State"),
    ("group_id", "Group"),
    ("last_login", "Last login (days ago)"),
    *MAP_SOURCES[1:],
]
"""What the conditions of a rule look at."""


def when(at: int) -> str:
    """An instant for people to read: `2026-11-24 07:22:45 UTC`; a dash for never."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else "–"


_STEPS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"))


def ago(passed: int) -> str:
    """How long ago something was, in the largest unit: `3 minutes ago`, `just now`."""
    for size, unit in _STEPS:
        if passed >= size:
            return f"{counted(passed // size, unit)} ago"
    return "just now"


def status(number: int) -> str:
    """A user's status in words."""
    try:
        return Status(number).name.replace("_", " ").capitalize()
    except ValueError:
        return f"Status {number}"


def status_kind(number: int) -> str:
    """The kind of indicator that a status has."""
    return {Status.ACTIVE: "success", Status.SUSPENDED: "stopped", Status.LOCKED: "warning"}.get(Status(number), "pending")


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 user`, `2 users`, `12,345 users`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


SHORT = 80


def short(text: str, most: int = SHORT) -> str:
    """A name for headings and lists; the whole of a longer one is in its own field."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def joined(value: Any) -> str:
    """A value of a plan as one line of text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {joined(one)}" for key, one in value.items() if key != "schemas")
    if isinstance(value, list | tuple):
        return ", ".join(joined(one) for one in value) or "–"
    return str(value)


def joined_names(names: list[str], count: int) -> str:
    """`Ann, Ben and 3 more` of `count` objects."""
    rest = count - len(names)
    shown = ", ".join(short(name) for name in names)
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def when_next(at: int) -> str:
    """When something that failed is tried again, to the minute."""
    return "Given up" if at >= NEVER else minute(at)


def state(number: int) -> str:
    """A user's state in words."""
    try:
        return State(number).name.capitalize()
    except ValueError:
        return f"State {number}"


def state_kind(number: int) -> str:
    """The kind of indicator that a state has."""
    kinds = {State.APPROVED: "success", State.UNAPPROVED: "pending", State.REJECTED: "stopped", State.UNLICENSED: "warning"}
    return kinds.get(State(number), "pending")


FILTERS: dict[str, Callable[..., str]] = {
    "when": when,
    "status": status,
    "status_kind": status_kind,
    "state": state,
    "state_kind": state_kind,
    "counted": counted,
    "joined": joined,
    "short": short,
    "again": when_again,
}
