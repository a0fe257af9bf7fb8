"""What a SCIM target holds in memory, under AWS IAM Identity Center's rules, for tests.

Written from AWS's pages and independent of `lockstep.center` and `lockstep.scim`, so that neither can hide the other's mistake.
No network here: `faulty_target` serves it.
"""

import copy
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tests.support.scim_patch import Refused, apply_operations, operations_of

Document = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MOST_MEMBERS = 100
"""Membership changes that one request may hold."""
_ONE_VALUE = ("emails", "phoneNumbers", "addresses", "roles")
_FILTER = re.compile(r'^\s*([A-Za-z.]+) eq ("(?:[^"\\]|\\.)*")\s*$')
_LETTERS = "LMNPS"
"""Unicode categories that names may hold; the rest are spaces, controls and the like."""


@dataclass(slots=True)
class Kept:
    """One resource.  `number` orders lists; `foreign` says that somebody else than the client made it."""

    number: int
    document: Document
    foreign: bool = False


@dataclass(slots=True)
class ScimStore:
    """Users, groups and memberships of one tenant."""

    name: str = "tenant"
    users: dict[str, Kept] = field(default_factory=dict)
    groups: dict[str, Kept] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    """Group id → user ids."""
    lost: set[str] = field(default_factory=set)
    """Ids that went behind the client's back."""
    created: Counter[str] = field(default_factory=Counter)
    """How often a user ("user:NAME") or a group ("group:NAME") was made."""
    ahead_seconds: int = 0
    """How far its clock is ahead."""
    _number: int = 0

    def create_user(self, body: Document, *, foreign: bool = False, age_seconds: int = 0) -> Document:
        """POST /Users."""
        document = {key: value for key, value in body.items() if key != "id"}
        _check_user(document)
        self._refuse_twin(document, "")
        kept = self._keep("user", str(document["userName"]), document, foreign=foreign, age_seconds=age_seconds)
        self.users[kept.document["id"]] = kept
        return copy.deepcopy(kept.document)

    def patch_user(self, user: str, body: Document) -> Document:
        """PATCH /Users/{id}."""
        kept = _there(self.users, user)
        document = copy.deepcopy(kept.document)
        apply_operations(document, operations_of(body))
        _check_user(document)
        self._refuse_twin(document, user)
        kept.document = document
        return copy.deepcopy(document)

    def delete_user(self, user: str) -> None:
        """DELETE /Users/{id}: memberships fall with it."""
        _there(self.users, user)
        del self.users[user]
        for members in self.members.values():
            members.discard(user)

    def create_group(self, body: Document, *, foreign: bool = False, age_seconds: int = 0) -> Document:
        """POST /Groups."""
        members = _member_ids(body.get("members", []))
        if len(members) > MOST_MEMBERS:
            raise Refused(400, "More than 100 members")
        document = {key: value for key, value in body.items() if key not in ("id", "members")}
        self._check_group(document, "")
        self._check_members(members)
        kept = self._keep("group", str(document["displayName"]), document, foreign=foreign, age_seconds=age_seconds)
        self.groups[kept.document["id"]] = kept
        self.members[kept.document["id"]] = set(members)
        return copy.deepcopy(kept.document)

    def patch_group(self, group: str, body: Document) -> None:
        """PATCH /Groups/{id}: the name, and up to 100 memberships; all of it or nothing."""
        kept = _there(self.groups, group)
        document = copy.deepcopy(kept.document)
        members = set(self.members[group])
        changes = 0
        for operation in operations_of(body):
            if operation.path == "members":
                ids = _member_ids(operation.value or [])
                changes += len(ids)
                if operation.op == "replace" or not ids:
                    raise Refused(400, "Replacing group memberships is not supported.")
                self._check_members(ids)
                members = members | set(ids) if operation.op == "add" else members - set(ids)
            else:
                apply_operations(document, [operation])
        if changes > MOST_MEMBERS:
            raise Refused(400, "More than 100 membership changes")
        self._check_group(document, group)
        kept.document, self.members[group] = document, members

    def delete_group(self, group: str) -> None:
        """DELETE /Groups/{id}."""
        _there(self.groups, group)
        del self.groups[group]
        del self.members[group]

    def find_users(self, text: str | None) -> list[Kept]:
        """The users that a filter names, in order."""
        if text is None:
            return list(self.users.values())
        name, value = _parsed(text)
        if name == "groups.value":
            return [self.users[user] for user in sorted(self.members.get(value, ()), key=lambda user: self.users[user].number)]
        if name not in ("userName", "externalId", "id"):
            raise Refused(400, "Invalid Filter format")
        fold = str.casefold if name == "userName" else str
        return [kept for kept in self.users.values() if fold(str(kept.document.get(name, ""))) == fold(value)]

    def find_groups(self, text: str | None) -> list[Kept]:
        """The groups that a filter names, in order.  A member whom nobody knows is 404."""
        if text is None:
            return list(self.groups.values())
        name, value = _parsed(text)
        if name in ("members.value", "member.value"):
            _there(self.users, value)
            return [kept for group, kept in self.groups.items() if value in self.members[group]]
        if name not in ("displayName", "externalId", "id"):
            raise Refused(400, "Invalid Filter format")
        fold = str.casefold if name == "displayName" else str
        return [kept for kept in self.groups.values() if fold(str(kept.document.get(name, ""))) == fold(value)]

    # Behind the client's back.

    def lose_user(self, user: str) -> None:
        """Somebody deletes a user at the target."""
        self.delete_user(user)
        self.lost.add(user)

    def lose_group(self, group: str) -> None:
        """Somebody deletes a group at the target."""
        self.delete_group(group)
        self.lost.add(group)

    def edit_user(self, user: str, **values: Any) -> None:
        """Somebody changes attributes of a user at the target."""
        document = {**self.users[user].document, **values}
        self._refuse_twin(document, user)
        self.users[user].document = document

    def edit_group(self, group: str, name: str) -> None:
        """Somebody renames a group at the target."""
        document = {**self.groups[group].document, "displayName": name}
        self._check_group(document, group)
        self.groups[group].document = document

    def _keep(self, kind: str, name: str, document: Document, *, foreign: bool, age_seconds: int) -> Kept:
        """A new resource.  Its id depends on its name alone, so that a run with the same seed meets the same ids."""
        self._number += 1
        key = f"{kind}:{name}"
        self.created[key] += 0 if foreign else 1
        turn = f"{'foreign' if foreign else self.created[key]}"
        instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.ahead_seconds - age_seconds))
        meta = {"resourceType": kind.capitalize(), "created": instant, "lastModified": instant}
        made = {**copy.deepcopy(document), "id": str(uuid5(NAMESPACE_OID, f"{self.name}|{key}|{turn}")), "meta": meta}
        return Kept(self._number, made, foreign)

    def _refuse_twin(self, document: Document, but: str) -> None:
        for key, kept in self.users.items():
            if key != but and _identities(document) & _identities(kept.document):
                raise Refused(409, "Refused to create a new, duplicate resource.")

    def _check_group(self, document: Document, but: str) -> None:
        name = document.get("displayName")
        if not isinstance(name, str) or not 1 <= len(name) <= 1024 or not _spelt(name, spaces=True):
            raise Refused(400, "Request is unparsable, syntactically incorrect, or violates schema.")
        if any(kept.document["displayName"].casefold() == name.casefold() for key, kept in self.groups.items() if key != but):
            raise Refused(409, "Duplicate GroupDisplayName")

    def _check_members(self, ids: Iterable[str]) -> None:
        for user in ids:
            _there(self.users, user)


def _there(kept: dict[str, Kept], key: str) -> Kept:
    if key not in kept:
        raise Refused(404, f"{key} not found")
    return kept[key]


def _identities(document: Document) -> set[tuple[str, str]]:
    """What must be unique among users."""
    found = {("userName", str(document.get("userName", "")).casefold())}
    if document.get("externalId"):
        found.add(("externalId", str(document["externalId"])))
    for email in document.get("emails") or []:
        found.add(("email", str(email.get("value", "")).casefold()))
    return found


def _member_ids(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, dict) and one.get("value") for one in value):
        raise Refused(400, "Request is unparsable, syntactically incorrect, or violates schema.")
    return [str(one["value"]) for one in value]


def _check_user(document: Document) -> None:
    name = document.get("name") or {}
    for value in (document.get("displayName"), name.get("givenName"), name.get("familyName")):
        if not isinstance(value, str) or not value or not _spelt(value, spaces=True):
            raise Refused(400, "1 validation errors detected: a name is missing or holds what it must not")
    user_name = document.get("userName")
    if not isinstance(user_name, str) or not 1 <= len(user_name) <= 128 or not _spelt(user_name, spaces=False):
        raise Refused(400, "1 validation errors detected: Value at 'userName' failed to satisfy constraint")
    for key in _ONE_VALUE:
        if len(document.get(key) or []) > 1:
            raise Refused(400, f"List attribute {key} exceeds allowed limit of 1")
    if any(not email.get("primary") for email in document.get("emails") or []):
        raise Refused(400, "An e-mail address has to be primary")
    if _has_empty(document):
        raise Refused(400, "1 validation errors detected: Member must have length greater than or equal to 1")


def _spelt(text: str, *, spaces: bool) -> bool:
    return all(unicodedata.category(letter)[0] in _LETTERS or (spaces and letter in "\t\n\r \u00a0\u3000") for letter in text)


def _has_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_empty(one) for one in value.values())
    if isinstance(value, list):
        return any(_has_empty(one) for one in value)
    return bool(value == "")


def _parsed(text: str) -> tuple[str, str]:
    found = _FILTER.match(text)
    if found is None:
        raise Refused(400, "Invalid Filter format")
    return found.group(1), str(json.loads(found.group(2)))
