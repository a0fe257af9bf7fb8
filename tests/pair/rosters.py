"""A roster as a value: who is there, which roles there are, who is in which; and its folder of three CSV files."""

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROSTERS = "LOCKSTEP_ROSTERS"
"""Names a folder of real rosters, one sub-folder a day, named so that their order is the order of time."""

Person = dict[str, str]
COLUMNS = (
    "employee_id",
    "user_name",
    "given_name",
    "middle_name",
    "family_name",
    "suffix",
    "nickname",
    "display_name",
    "email",
    "phone",
    "title",
    "department",
    "division",
    "cost_center",
    "manager_id",
)


@dataclass(slots=True)
class Roster:
    """One day.  `people` by employee_id, `groups` group_id → name, `seats` (group_id, employee_id)."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    seats: set[tuple[str, str]] = field(default_factory=set)

    def copy(self) -> "Roster":
        """The same, to be changed on its own."""
        people = {key: dict(person) for key, person in self.people.items()}
        return Roster(people, dict(self.groups), set(self.seats))

    def name_of(self, employee_id: str) -> str:
        """The user name of a person."""
        return self.people[employee_id]["user_name"]


def person(employee_id: str, **values: str) -> Person:
    """A person with the least that the target wants, `values` laid over it."""
    name = employee_id.lower()
    least = {
        "employee_id": employee_id,
        "user_name": f"{name}@x.example",
        "given_name": "Given",
        "family_name": employee_id,
        "display_name": f"Person {employee_id}",
        "email": f"{name}@x.example",
    }
    return {**dict.fromkeys(COLUMNS, ""), **least, **values}


def small(people: str, groups: Mapping[str, str]) -> Roster:
    """A roster in short: `small("E1 E2", {"Readers": "E1 E2", "Nobody": ""})`; group_ids are R0, R1 … in that order."""
    roster = Roster({key: person(key) for key in people.split()})
    for number, (name, members) in enumerate(groups.items()):
        roster.groups[f"R{number}"] = name
        roster.seats |= {(f"R{number}", key) for key in members.split()}
    return roster


def write(roster: Roster, folder: Path) -> Path:
    """Write the three files, quoted where RFC 4180 wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "people.csv", COLUMNS, ([row[column] for column in COLUMNS] for row in roster.people.values()))
    _write(folder / "groups.csv", ("group_id", "display_name"), roster.groups.items())
    _write(folder / "memberships.csv", ("group_id", "employee_id"), sorted(roster.seats))
    return folder


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])


def read(folder: Path) -> Roster:
    """Read the three files.  Columns that are not there are empty."""
    people = {row["employee_id"]: {column: row.get(column, "") for column in COLUMNS} for row in _rows(folder / "people.csv")}
    groups = {row["group_id"]: row["display_name"] for row in _rows(folder / "groups.csv")}
    seats = {(row["group_id"], row["employee_id"]) for row in _rows(folder / "memberships.csv")}
    return Roster(people, groups, seats)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def given_days() -> list[Path]:
    """The days of the folder that LOCKSTEP_ROSTERS names, in order; none where it names none."""
    named = os.environ.get(ROSTERS)
    return sorted(day for day in Path(named).iterdir() if (day / "people.csv").is_file()) if named else []
