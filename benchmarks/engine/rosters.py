"""Made rosters of a chosen size, and the changes that are made to them.  The same every time."""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

PEOPLE_COLUMNS = (
    *("employee_id", "user_name", "given_name", "family_name", "display_name", "email", "phone", "title", "department"),
    *("division", "cost_center", "manager_id"),
)
GIVEN = ("Ada", "Björn", "Chloé", "Émile", "Håkon", "Jürgen", "Łukasz", "Noël", "Priya", "Renée", "Søren", "Yuki")
FAMILY = ("Achterberg", "Brânză", "Dąbrowski", "Eriksson", "Grünwald", "Kovács", "Müller", "O'Brien", "Vågen", "Xu")
DEPARTMENTS = ("Research", "Treasury", "Platform", "Support", "Legal", "Sales", "Design", "People")
REPORTS = 8
"""People under one manager."""

Person = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roster:
    """People by employee_id, group names by group_id, members by group_id."""

    people: Mapping[str, Person]
    groups: Mapping[str, str]
    members: Mapping[str, frozenset[str]]

    @property
    def sizes(self) -> list[int]:
        """Members of each group."""
        return [len(members) for members in self.members.values()]

    def write(self, folder: Path) -> Path:
        """Write the three files of `lockstep idp import` into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        memberships = ((group, person) for group, members in self.members.items() for person in sorted(members))
        _write(
            folder / "people.csv",
            PEOPLE_COLUMNS,
            ([person[name] for name in PEOPLE_COLUMNS] for person in self.people.values()),
        )
        _write(folder / "groups.csv", ("group_id", "display_name"), self.groups.items())
        _write(folder / "memberships.csv", ("group_id", "employee_id"), memberships)
        return folder


def _write(path: Path, head: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def made(people: int, sizes: Sequence[int]) -> Roster:
    """A roster of so many people, and a group for each of `sizes` with so many of them."""
    chance = random.Random(people)
    known = {employee_id(number): person(number) for number in range(people)}
    keys = list(known)
    groups = {f"G{number:05}": f"Group {number} of {DEPARTMENTS[number % len(DEPARTMENTS)]}" for number in range(len(sizes))}
    members = {group: frozenset(chance.sample(keys, size)) for group, size in zip(groups, sizes, strict=True)}
    return Roster(known, groups, members)


def employee_id(number: int) -> str:
    return f"E{number:07}"


def person(number: int) -> Person:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
    address = f"person{number}@example.com"
    return {
        "employee_id": employee_id(number),
        "user_name": address,
        "given_name": given,
        "family_name": family,
        "display_name": f"{given} {family}",
        "email": address,
        "phone": f"+1 202 555 {number % 10_000:04}",
        "title": f"Engineer {number % 7}",
        "department": DEPARTMENTS[number % len(DEPARTMENTS)],
        "division": f"Division {number % 3}",
        "cost_center": f"CC-{number % 40}",
        "manager_id": employee_id((number - 1) // REPORTS) if number else "",
    }


def with_members_added(roster: Roster, count: int) -> Roster:
    """`count` more people in the group in the middle."""
    group = _middle(roster)
    added = sorted(roster.people.keys() - roster.members[group])[:count]
    return _with_members(roster, group, roster.members[group] | set(added))


def with_members_swapped(roster: Roster, count: int) -> Roster:
    """`count` people out of the group in the middle, and as many others into it."""
    group = _middle(roster)
    gone = sorted(roster.members[group])[:count]
    new = sorted(roster.people.keys() - roster.members[group])[-count:]
    return _with_members(roster, group, (roster.members[group] - set(gone)) | set(new))


def with_one_edit(roster: Roster) -> Roster:
    """One person in another department."""
    key = sorted(roster.people)[len(roster.people) // 2]
    return replace(roster, people={**roster.people, key: {**roster.people[key], "department": "Moved"}})


def _middle(roster: Roster) -> str:
    return sorted(roster.groups)[len(roster.groups) // 2]


def _with_members(roster: Roster, group: str, members: frozenset[str]) -> Roster:
    return replace(roster, members={**roster.members, group: members})
