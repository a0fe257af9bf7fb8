"""Random directories for properties, and what they should come to, worked out without the engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import strategies as st

from lockstep.idp.apps import connectors
from lockstep.idp.provisioning import exchange, tokens
from lockstep.scim import client
from lockstep.scim.messages import ENTERPRISE
from tests.idp.provisioning.databases import QuickDatabase
from tests.idp.provisioning.target import Target
from tests.idp.provisioning.world import World

MEMBERS_PER_REQUEST = 3
AWS = "aws-iam-identity-center"
UNLIMITED = ("limit-deletions=1000000", "limit-deletions-share=1")
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Directory:
    """People as a roster gives them, and roles with their members."""

    people: dict[str, dict[str, str]]
    roles: dict[str, tuple[str, list[str]]]

    def has_circle(self) -> bool:
        """Whether somebody manages themselves, over others."""
        for start in self.people:
            key, path = start, [start]
            while (key := self.people.get(key, {}).get("manager_id", "")) in self.people and key != path[-1]:
                if key in path:
                    return True
                path.append(key)
        return False


KEYS = [f"E{one}" for one in range(7)]
ROLE_NAMES = ["Team", "TEAM", "Crew", "Staff", "Straße", "STRASSE"]


@st.composite
def directories(draw: Draw, *, shared_names: bool = False) -> Directory:
    """Few people, few roles, few names; with `shared_names` people take each other's userNames and addresses."""
    keys = sorted(draw(st.sets(st.sampled_from(KEYS), min_size=1)))
    people = {key: _person(draw, key) for key in keys}
    if shared_names:  # and nobody manages anybody: that has its own order
        for fields in people.values():
            fields["manager_id"] = ""
        for field, pool in (("user_name", ["u1", "U1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"]), ("email", _ADDRESSES)):
            values = draw(st.lists(st.sampled_from(pool), min_size=len(keys), max_size=len(keys), unique_by=str.casefold))
            for key, value in zip(keys, values, strict=True):
                people[key][field] = value
    roles = {}
    for key in draw(st.sets(st.sampled_from("GHIJK"))):
        roles[key] = (draw(st.sampled_from(ROLE_NAMES)), sorted(draw(st.sets(st.sampled_from(keys)))))
    return Directory(people, roles)


_ADDRESSES = ["a@x", "b@x", "c@x", "d@x", "e@x", "f@x", "g@x", "h@x"]


def _person(draw: Draw, key: str) -> dict[str, str]:
    fields = {"user_name": f"{key}{draw(st.sampled_from(['', 'x']))}@x.example"}
    for name, values in (("title", ["", "a", "b"]), ("department", ["", "D"]), ("phone", ["", "+1"])):
        fields[name] = draw(st.sampled_from(values))
    fields["manager_id"] = draw(st.sampled_from(["", *KEYS]))
    return fields


@contextmanager
def fresh(empty_file: Path, *settings: str) -> Iterator[World]:
    """A world of its own for one example, with an app, whose target takes few members in a request."""
    few = replace(connectors.CONNECTORS[AWS], members_per_request=MEMBERS_PER_REQUEST)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        database = QuickDatabase(Path(copy(empty_file, Path(folder) / "idp.db")))
        world = World(database)
        patch.setattr(tokens, "ScimClient", world.target.client)
        patch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
        patch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))
        patch.setitem(connectors.CONNECTORS, AWS, few)
        world.make_app(*UNLIMITED, *settings)
        try:
            yield world
        finally:
            database.close()


@dataclass(frozen=True)
class Snapshot:
    """What a target holds, to compare two moments; everything by id."""

    users: dict[str, Any]
    groups: dict[str, str]
    members: dict[str, frozenset[str]]

    @classmethod
    def of(cls, target: Target) -> "Snapshot":
        """As it is now."""
        users = {number: {key: value for key, value in one.items() if key != "meta"} for number, one in target.users.items()}
        return cls(
            users,
            {number: one["displayName"] for number, one in target.groups.items()},
            {number: frozenset(target.members(number)) for number in target.groups},
        )


def cost(before: Snapshot, after: Snapshot, limit: int = MEMBERS_PER_REQUEST) -> int:
    """The fewest requests that lead from one to the other, as DESIGN says: counted from the two, not from a plan."""
    both = before.users.keys() & after.users.keys()
    users = len(before.users.keys() ^ after.users.keys()) + sum(before.users[one] != after.users[one] for one in both)
    kept = before.groups.keys() & after.groups.keys()
    groups = len(before.groups.keys() ^ after.groups.keys()) + sum(before.groups[one] != after.groups[one] for one in kept)
    stayed = {one: before.members[one] & after.users.keys() for one in kept}  # who is deleted falls out by itself
    patches = sum(ceil(len(stayed[one] ^ after.members[one]) / limit) for one in kept)
    made = after.groups.keys() - before.groups.keys()
    patches += sum(max(0, ceil(len(after.members[one]) / limit) - 1) for one in made)
    return int(users + groups + patches)


def expected_people(directory: Directory) -> dict[str, dict[str, Any]]:
    """externalId → what matters of each person, with the manager's userName."""
    found = {}
    for key, fields in directory.people.items():
        manager = fields["manager_id"]
        named = directory.people[manager]["user_name"] if manager in directory.people and manager != key else ""
        found[key] = {
            "userName": fields["user_name"],
            "title": fields["title"],
            "department": fields["department"],
            "phone": fields["phone"],
            "email": fields.get("email", ""),
            "manager": named,
            "active": True,
        }
    return found


def people_there(target: Target) -> dict[str, dict[str, Any]]:
    """The same of what the target holds."""
    return {
        key: {
            "userName": one["userName"],
            "title": one.get("title", ""),
            "department": one.get(ENTERPRISE, {}).get("department", ""),
            "phone": one.get("phoneNumbers", [{}])[0].get("value", ""),
            "email": one.get("emails", [{}])[0].get("value", ""),
            "manager": one.get(ENTERPRISE, {}).get("manager", ""),
            "active": one["active"],
        }
        for key, one in target.people().items()
    }


def expected_teams(directory: Directory) -> dict[str, set[str]]:
    """displayName → userNames: one group for each name without case, spelt as by the lowest group_id."""
    spelt: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for _, (name, members) in sorted(directory.roles.items()):
        shown = spelt.setdefault(name.casefold(), name)
        found.setdefault(shown, set()).update(directory.people[key]["user_name"] for key in members)
    return found
