"""Both sides held against each other: what the identity provider's directory says, and what the centre answered.  Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Flat = dict[str, str]

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

_PLAIN = {
    "user_name": "userName",
    "employee_id": "externalId",
    "display_name": "displayName",
    "nickname": "nickName",
    "title": "title",
}
_NAME = {"given_name": "givenName", "family_name": "familyName", "middle_name": "middleName", "suffix": "honorificSuffix"}
_WORK = {
    "employee_number": "employeeNumber",
    "department": "department",
    "division": "division",
    "cost_center": "costCenter",
}
_SUSPENDED = 2


@dataclass(slots=True)
class Side:
    """How many of one kind each side has, and what differs, in words."""

    kind: str
    idp: int = 0
    center: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether both have the same, to the letter."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its name, and the user names of its members."""

    name: str
    members: frozenset[str]


def compare_users(people: Sequence[Document], users: Sequence[Document]) -> Side:
    """The people of the directory against the SCIM users, attribute by attribute."""
    side = Side("users", len(people), len(users))
    known = {person["employee_id"] for person in people}
    by_id = {user["id"]: user.get("externalId", "") for user in users}
    there = {user.get("externalId", ""): _of_user(user, by_id) for user in users}
    for person in people:
        wanted, found = _of_person(person, known), there.pop(person["employee_id"], None)
        if found is None:
            side.differences.append(f"{person['user_name']} is not at the centre")
        else:
            side.differences += _differing(person["user_name"], wanted, found)
    side.differences += [f"{found.get('user_name', '')} is at the centre only" for found in there.values()]
    return side


def _of_person(person: Document, known: set[str]) -> Flat:
    """What the app's template sends of a person; what is empty is not sent."""
    values = {key: person[key] for key in (*_PLAIN, *_NAME, "email", "phone", "department", "division", "cost_center")}
    manager = person["manager_id"]
    values["manager"] = manager if manager in known and manager != person["employee_id"] else ""
    values["employee_number"] = person["employee_id"]
    values["active"] = "no" if person["status"] == _SUSPENDED else "yes"
    return {key: value for key, value in values.items() if value}


def _of_user(user: Document, by_id: Mapping[str, str]) -> Flat:
    name, work = user.get("name", {}), user.get(ENTERPRISE, {})
    manager = work.get("manager", {}).get("value", "")
    values = {
        **{key: user.get(there, "") for key, there in _PLAIN.items()},
        **{key: name.get(there, "") for key, there in _NAME.items()},
        **{key: work.get(there, "") for key, there in _WORK.items()},
        "email": _first(user, "emails"),
        "phone": _first(user, "phoneNumbers"),
        "manager": by_id.get(manager, manager),
        "active": "yes" if user.get("active") else "no",
    }
    return {key: value for key, value in values.items() if value}


def _first(user: Document, key: str) -> str:
    return str(user[key][0].get("value", "")) if user.get(key) else ""


def _differing(who: str, wanted: Flat, found: Flat) -> list[str]:
    return [
        f"{who}: {key} is {found.get(key, '')!r} at the centre, and {wanted.get(key, '')!r} here"
        for key in sorted({*wanted, *found})
        if wanted.get(key) != found.get(key)
    ]


def wanted_groups(roles: Iterable[Document]) -> list[Group]:
    """The groups that roles come to: those of one name are one group, spelt as by the lowest group_id."""
    names: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    for role in sorted(roles, key=lambda role: str(role["group_id"])):
        key = role["name"].casefold()
        names.setdefault(key, role["name"])
        members.setdefault(key, set()).update(role["members"])
    return [Group(names[key], frozenset(found)) for key, found in members.items()]


def compare_groups(wanted: Sequence[Group], found: Sequence[Group]) -> tuple[Side, Side]:
    """The groups, and the memberships in them."""
    groups = Side("groups", len(wanted), len(found))
    seats = Side("memberships", sum(len(one.members) for one in wanted), sum(len(one.members) for one in found))
    there = {group.name: group.members for group in found}
    for group in wanted:
        members = there.pop(group.name, None)
        if members is None:
            groups.differences.append(f"{group.name} is not at the centre")
            members = frozenset()
        seats.differences += [f"{name} is not in {group.name} at the centre" for name in sorted(group.members - members)]
        seats.differences += [f"{name} is in {group.name} at the centre only" for name in sorted(members - group.members)]
    groups.differences += [f"{name} is at the centre only" for name in there]
    return groups, seats


def reading_floor(users: int, groups: Iterable[int], page: int) -> int:
    """The fewest requests that read so many users, and groups of these sizes, with their members."""
    sizes = list(groups)
    pages = sum(max(1, -(-size // page)) for size in sizes)
    return max(1, -(-users // page)) + max(1, -(-len(sizes) // page)) + pages
