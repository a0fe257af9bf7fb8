"""A made company that changes from day to day, as a roster and as what a target should hold of it.

`expected` says in its own words what the connector's template sends, so that the engine's rendering is not judged by itself.
"""

import csv
import random
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.directory.roster import Roster, Seat
from tests.support.scim_rules import ENTERPRISE, Document

FIRST = ("Anaïs", "Bjørn", "Chloé", "Dmitri", "Eluned", "Fátima", "Günther", "Hồng", "İpek", "Jürgen", "Kateřina", "Łukasz")
LAST = ("Ångström", "Brontë", "Castañeda", "Dvořák", "Eriksson", "Fernández", "O'Neill", "Nguyễn", "Şahin", "Yılmaz")
DEPARTMENTS = ("Research", "Treasury", "Legal & Compliance", "Operations", "Marketing")
TITLES = ("", "Analyst", "Engineer II", "Head of Desk")
COLUMNS = (
    "employee_id",
    "user_name",
    "given_name",
    "family_name",
    "display_name",
    "email",
    "title",
    "department",
    "manager_id",
)


@dataclass(slots=True)
class Company:
    """People by employee_id, groups by group_id, and who is in which."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    seats: set[tuple[str, str]] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    nested: set[tuple[str, str]] = field(default_factory=set)
    """(group that contains, group inside it), put there by hand: no roster says so."""
    _hired: int = 0
    _founded: int = 0

    @classmethod
    def made(cls, rng: random.Random, *, people: int, groups: int, seats: int) -> "Company":
        """A company of that size."""
        company = cls()
        for _ in range(people):
            company.hire(rng)
        for _ in range(groups):
            company.found()
        pairs = [(group, person) for group in company.groups for person in company.people]
        company.seats = set(rng.sample(pairs, seats))
        return company

    def hire(self, rng: random.Random) -> str:
        """A new person; the employee_id."""
        self._hired += 1
        key, first, last = f"E{self._hired:05}", rng.choice(FIRST), rng.choice(LAST)
        self.people[key] = {
            "employee_id": key,
            "user_name": f"person.{self._hired}@company.example",
            "given_name": first,
            "family_name": last,
            "display_name": f"{first} {last}",
            "email": f"person.{self._hired}@company.example",
            "title": rng.choice(TITLES),
            "department": rng.choice(DEPARTMENTS),
            "manager_id": rng.choice(["", *list(self.people)[:10]]),
        }
        return key

    def leave(self, key: str) -> None:
        """A person goes."""
        del self.people[key]
        self.suspended.discard(key)
        self.seats = {seat for seat in self.seats if seat[1] != key}

    def found(self) -> str:
        """A new group; its group_id."""
        self._founded += 1
        key = f"G{self._founded:04}"
        self.groups[key] = f"Groupe №{self._founded}"
        return key

    def dissolve(self, key: str) -> None:
        """A group goes."""
        del self.groups[key]
        self.seats = {seat for seat in self.seats if seat[0] != key}
        self.nested = {pair for pair in self.nested if key not in pair}

    def day(self, rng: random.Random) -> None:
        """What a day brings: hires and leavers, moves, renames, groups that come and go."""
        for key in rng.sample(sorted(self.people), 2):
            self.leave(key)
        newcomers = [self.hire(rng) for _ in range(3)]
        for key in rng.sample(sorted(self.people), max(1, len(self.people) // 10)):
            self.people[key].update(department=rng.choice(DEPARTMENTS), title=rng.choice(TITLES))
        renamed = rng.choice(sorted(self.people))
        self.people[renamed]["user_name"] = f"renamed.{renamed}.{rng.randrange(10**6)}@company.example"
        self.people[rng.choice(sorted(self.people))]["manager_id"] = rng.choice(sorted(self.people))
        self.dissolve(rng.choice(sorted(self.groups)))
        fresh = self.found()
        self.groups[rng.choice(sorted(self.groups))] += " (renamed)"
        leaving = rng.sample(sorted(self.seats), max(1, len(self.seats) // 20))
        self.seats -= set(leaving)
        for _ in leaving:
            self.seats.add((rng.choice(sorted(self.groups)), rng.choice(sorted(self.people))))
        self.seats |= {(fresh, key) for key in newcomers}

    def roster(self) -> Roster:
        """The company as an import brings it."""
        people = [User(**self.people[key], source=FOLDER) for key in sorted(self.people)]  # type: ignore[arg-type]
        roles = [Role(group_id=key, name=self.groups[key], source=FOLDER) for key in sorted(self.groups)]
        return Roster(people, roles, [Seat(group, person, "{}") for group, person in sorted(self.seats)])

    def write(self, folder: Path) -> Path:
        """The company as a folder for `lockstep idp import`."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "people.csv", COLUMNS, ([self.people[key][name] for name in COLUMNS] for key in sorted(self.people)))
        _write(folder / "groups.csv", ("group_id", "display_name"), sorted(self.groups.items()))
        _write(folder / "memberships.csv", ("group_id", "employee_id"), sorted(self.seats))
        return folder

    def members_of(self, group: str) -> set[str]:
        """The employee_ids in one group."""
        return {person for one, person in self.seats if one == group}

    def above(self, *groups: str) -> set[str]:
        """These groups, and all that contain them."""
        found, more = set[str](), set(groups)
        while more:
            found |= more
            more = {parent for parent, child in self.nested if child in more} - found
        return found

    def groups_of(self, person: str) -> set[str]:
        """The groups that a person is in: by a seat, or because one of theirs is inside."""
        return self.above(*(group for group, one in self.seats if one == person))

    def everyone_in(self, group: str) -> set[str]:
        """The employee_ids in one group and in all that are inside it."""
        return {person for one, person in self.seats if group in self.above(one)}

    def requests_since(self, before: "Company", limit: int = 100) -> int:
        """The fewest requests that bring a target from `before` to here, for groups whose names nobody shares."""
        was, is_now = before.expected().people, self.expected().people
        users = sum(was.get(key) != is_now.get(key) for key in was.keys() | is_now.keys())
        groups = sum(before.groups.get(key) != name for key, name in self.groups.items())
        groups += len(before.groups.keys() - self.groups.keys())
        patches = 0
        for key in self.groups:
            were = {person for person in before.members_of(key) if person in self.people}
            touched = len(were ^ self.members_of(key))
            patches += max(0, -(-touched // limit) - (key not in before.groups))
        return users + groups + patches

    def expected(self, having: Container[str] | None = None) -> "Held":
        """What the target should hold of it; of those who are `having` the app, where not everybody is."""
        held = Held()
        people = {key: person for key, person in self.people.items() if having is None or key in having}
        for key, person in people.items():
            held.people[key] = {"active": str(key not in self.suspended), **_flat(person, people)}
        spelt: dict[str, str] = {}
        for key in sorted(self.groups):
            name = spelt.setdefault(self.groups[key].casefold(), self.groups[key])
            held.groups[name] = held.groups.get(name, frozenset()) | (self.everyone_in(key) & people.keys())
        return held


@dataclass(slots=True)
class Held:
    """What a target holds: people by employee_id (externalId) with what they look like, groups by name with their members."""

    people: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """"person KEY" or "group NAME" → id at the target; not compared."""

    def differences(self, other: "Held") -> list[str]:
        """What `other` has otherwise, in words; empty where both are equal."""
        found = []
        for key in sorted(self.people.keys() | other.people.keys()):
            if self.people.get(key) != other.people.get(key):
                found.append(f"person {key}: {self.people.get(key)} != {other.people.get(key)}")
        for name in sorted(self.groups.keys() | other.groups.keys()):
            one, two = self.groups.get(name), other.groups.get(name)
            if one != two:
                lacking, extra = sorted((one or frozenset()) - (two or frozenset())), sorted((two or set()) - (one or set()))
                found.append(f"group {name}: there {one is not None} {two is not None}, lacks {lacking}, has besides {extra}")
        return found


def held_of(users: Iterable[Document], groups: Iterable[Document], members: dict[str, set[str]]) -> Held:
    """What SCIM documents say; `members` are user ids by group id.

    Raises AssertionError for whoever is there twice.
    """
    held, keys = Held(), {}
    for document in users:
        key = str(document.get("externalId") or document["userName"])
        assert key not in held.people, f"{key} is there twice"
        keys[document["id"]] = key
        held.people[key] = {}
        held.ids[f"person {key}"] = document["id"]
        held.people[key] = _flat_document(document)
    for flat in held.people.values():
        if "manager" in flat:
            flat["manager"] = keys.get(flat["manager"], f"nobody's id {flat['manager']}")
    for document in groups:
        name = str(document["displayName"])
        assert name not in held.groups, f"{name} is there twice"
        held.groups[name] = frozenset(keys.get(user, f"a stranger {user}") for user in members[document["id"]])
        held.ids[f"group {name}"] = document["id"]
    return held


def _flat(person: dict[str, str], people: dict[str, dict[str, str]]) -> dict[str, str]:
    found = {
        "userName": person["user_name"],
        "displayName": person["display_name"],
        "givenName": person["given_name"],
        "familyName": person["family_name"],
        "email": person["email"],
        "title": person["title"],
        "employeeNumber": person["employee_id"],
        "department": person["department"],
    }
    if person["manager_id"] in people and person["manager_id"] != person["employee_id"]:
        found["manager"] = person["manager_id"]
    return {name: value for name, value in found.items() if value}


def _flat_document(document: Document) -> dict[str, str]:
    name, extension = document.get("name") or {}, document.get(ENTERPRISE) or {}
    found = {
        "active": str(document.get("active", True)),
        "userName": document.get("userName"),
        "displayName": document.get("displayName"),
        "givenName": name.get("givenName"),
        "familyName": name.get("familyName"),
        "email": "; ".join(one["value"] for one in document.get("emails") or []),
        "title": document.get("title"),
        "employeeNumber": extension.get("employeeNumber"),
        "department": extension.get("department"),
        "manager": (extension.get("manager") or {}).get("value"),
    }
    return {key: str(value) for key, value in found.items() if value}


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
