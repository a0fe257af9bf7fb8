"""Whether what an identity centre holds equals a roster, to the letter, and nothing else is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.pair.floor import groups_of
from tests.pair.rosters import Roster

Json = dict[str, Any]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_PLAIN = {
    "userName": "user_name",
    "externalId": "employee_id",
    "displayName": "display_name",
    "nickName": "nickname",
    "title": "title",
}
_NAME = {
    "givenName": "given_name",
    "familyName": "family_name",
    "middleName": "middle_name",
    "honorificSuffix": "suffix",
}
_EXTENSION = {
    "employeeNumber": "employee_id",
    "department": "department",
    "division": "division",
    "costCenter": "cost_center",
}


@dataclass(frozen=True, slots=True)
class Held:
    """What a centre holds: SCIM users, and SCIM groups whose members are shown by userName."""

    users: list[Json]
    groups: list[Json]

    def user_ids(self) -> dict[str, str]:
        """externalId → id."""
        return {str(user.get("externalId", user["userName"])): user["id"] for user in self.users}

    def group_ids(self) -> dict[str, str]:
        """Name without case → id."""
        return {group["displayName"].casefold(): group["id"] for group in self.groups}

    def group(self, name: str) -> set[str]:
        """The userNames in the group spelt like this."""
        (found,) = [group for group in self.groups if group["displayName"] == name]
        return {member["display"] for member in found["members"]}

    def user(self, employee_id: str) -> Json:
        """The one user with this externalId."""
        (found,) = [user for user in self.users if user.get("externalId") == employee_id]
        return found


def differences(roster: Roster, held: Held, *, members: bool = True) -> list[str]:
    """What is not as the roster says, in words; nothing where all is equal.  `members` False leaves memberships aside."""
    return [*_users(roster, held.users), *_groups(roster, held.groups, members)]


def _users(roster: Roster, users: Iterable[Json]) -> Iterable[str]:
    users = list(users)
    ids = {user.get("externalId", ""): user["id"] for user in users}
    found = {user.get("externalId", ""): {key: user[key] for key in user if key not in ("id", "meta")} for user in users}
    if len(found) != len(users):
        yield f"{len(users)} users share {len(found)} externalIds"
    for key in sorted(found.keys() - roster.people.keys()):
        yield f"nobody of the roster is {found[key]}"
    for key in sorted(roster.people):
        wanted = expected_user(roster, key, ids)
        if found.get(key) != wanted:
            yield f"user {key} should be {wanted}, is {found.get(key)}"


def expected_user(roster: Roster, key: str, ids: Mapping[str, str]) -> Json:
    """The SCIM user of the default template for a person; `ids` are the target's, by employee_id."""
    one = roster.people[key]
    user: Json = {"schemas": [USER, ENTERPRISE], "active": True}
    user |= {name: one[column] for name, column in _PLAIN.items() if one[column]}
    user["name"] = {name: one[column] for name, column in _NAME.items() if one[column]}
    if one["email"]:
        user["emails"] = [{"value": one["email"], "type": "work", "primary": True}]
    if one["phone"]:
        user["phoneNumbers"] = [{"value": one["phone"], "type": "work"}]
    user[ENTERPRISE] = {name: one[column] for name, column in _EXTENSION.items() if one[column]}
    if one["manager_id"] in roster.people:
        user[ENTERPRISE]["manager"] = {"value": ids.get(one["manager_id"], "is not there")}
    return user


def _groups(roster: Roster, groups: Iterable[Json], members: bool) -> Iterable[str]:
    wanted = {
        group.name: {roster.name_of(key) for key in group.members} if members else set() for group in groups_of(roster).values()
    }
    found: dict[str, set[str]] = {}
    for group in groups:
        if group["displayName"] in found:
            yield f"two groups are called {group['displayName']}"
        found[group["displayName"]] = {member["display"] for member in group["members"]} if members else set()
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found or name not in wanted:
            yield f"group {name!r} is {'missing' if name in wanted else 'too many'}"
        elif found[name] != wanted[name]:
            yield f"group {name!r} lacks {wanted[name] - found[name]}, has {found[name] - wanted[name]} too many"
