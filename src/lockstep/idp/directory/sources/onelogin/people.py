"""Users of OneLogin as people, and its roles as groups.  Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.onelogin.records import (
    CUSTOM,
    FIELDS,
    GROUP,
    LOGIN,
    MANAGER_KEY,
    NO_ATTRIBUTES,
    ROLES,
    OneLoginSettings,
)
from lockstep.idp.directory.sources.records import Group, Person, Values

Row = dict[str, Any]


@dataclass(slots=True)
class Names:
    """What numbers stand for: roles and groups by name, and users by their key."""

    roles: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)

    def user(self, number: object) -> str:
        """The key of a user, who may be named by a number or its text; "" for nobody whom we read."""
        try:
            return self.users.get(int(str(number)), "")
        except ValueError:
            return ""


def key_of(row: Row, settings: OneLoginSettings, faults: Faults, taken: dict[str, int]) -> str:
    """The key of a user, "" where there is none or somebody else has it, which is noted."""
    key = text_of(row.get(settings.key))
    if not key:
        rest = f"no {settings.key}, by which"
        faults.add(
            f"user has {rest} they would be known: give them one, or choose another key",
            f"users have {rest} they would be known: give them one, or choose another key",
            where(row),
        )
        return ""
    other = taken.setdefault(key, row["id"])
    if other != row["id"]:
        rest = "give each user their own, or choose another key"
        faults.add(
            f"key is that of two users: {rest}",
            f"keys are those of two users: {rest}",
            f"{settings.key} {key} of user {other} and {where(row)}",
        )
        return ""
    return key


def where(row: Row) -> str:
    """Which user it is, for people."""
    name = text_of(row.get("email")) or text_of(row.get("username"))
    return f"user {row['id']}{f' ({name})' if name else ''}"


def person(row: Row, key: str, names: Names, settings: OneLoginSettings) -> Person:
    """A user."""
    return Person(
        key=key,
        attributes=_attributes(row, names),
        where=where(row),
        disabled=row.get("status") in settings.disabled_statuses or row.get("state") in settings.disabled_states,
    )


def _attributes(row: Row, names: Names) -> dict[str, Values]:
    found = {name: text_of(row.get(name)) for name in FIELDS if name not in NO_ATTRIBUTES}
    found[LOGIN] = found["username"] or found["email"]
    found[MANAGER_KEY] = names.user(row.get("manager_user_id"))
    group = row.get("group_id")
    found[GROUP] = names.groups.get(group, "") if isinstance(group, int) else ""
    custom = row.get("custom_attributes")
    for name, value in custom.items() if isinstance(custom, dict) else ():
        found[f"{CUSTOM}{name}"] = text_of(value)
    attributes: dict[str, Values] = {name: (value,) for name, value in found.items() if value}
    roles = [names.roles[number] for number in role_ids(row) if number in names.roles]
    if roles:
        attributes[ROLES] = tuple(sorted(roles))
    return attributes


def role_ids(row: Row) -> list[int]:
    """The roles that a user says they have."""
    listed = row.get("role_ids")
    return [number for number in listed if isinstance(number, int)] if isinstance(listed, list) else []


def text_of(value: object) -> str:
    """A value as text: nothing for null, small letters for booleans, several joined by `;`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(text_of(one) for one in value)
    return str(value)


def groups(roles: Mapping[int, str], members: Mapping[int, Iterable[str]]) -> list[Group]:
    """Roles with the keys of who is in them; of those that `members` knows nothing of, nothing."""
    return [
        Group(key=str(number), name=name, where=f"role {number}", members=tuple(members[number]))
        for number, name in roles.items()
        if number in members
    ]
