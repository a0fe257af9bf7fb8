"""The made company, as a folder of CSV files: 200 people, 25 groups, the same every time.

It holds what trips up provisioning in real life: accents, long names, suffixes, people without a phone, managers that come
after those they manage, a group without members and groups too large for one request.
"""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from lockstep.cli.demo import company_names as names

PEOPLE = 200
PEOPLE_COLUMNS = (
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
    "locale",
    "timezone",
    "office",
)
GROUP_COLUMNS = ("group_id", "display_name")
MEMBERSHIP_COLUMNS = ("group_id", "employee_id")
REMOTE_WORKERS = 125
_LONG_NAME = 60
"""Which person has the longest name."""

Row = dict[str, str]
T = TypeVar("T")


class Company(NamedTuple):
    """The rows of the three files."""

    people: list[Row]
    groups: list[Row]
    memberships: list[Row]


def made_company() -> Company:
    """The company."""
    people = [_person(number) for number in range(PEOPLE)]
    _give_user_names(people)
    groups: list[Row] = []
    memberships: list[Row] = []
    for number, (name, members) in enumerate(_groups(people), 1):
        group_id = f"G{number:02}"
        groups.append({"group_id": group_id, "display_name": name})
        memberships += [{"group_id": group_id, "employee_id": member["employee_id"]} for member in members]
    return Company(people, groups, memberships)


def write_company(folder: Path) -> None:
    """Write the three files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    company = made_company()
    _write(folder / "people.csv", PEOPLE_COLUMNS, company.people)
    _write(folder / "groups.csv", GROUP_COLUMNS, company.groups)
    _write(folder / "memberships.csv", MEMBERSHIP_COLUMNS, company.memberships)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _employee_id(number: int) -> str:
    return f"E{number + 1:04}"


def _person(number: int) -> Row:
    department, (division, work) = _nth(names.DEPARTMENTS, number)
    office, (locale, timezone) = _nth(names.OFFICES, number // 3)
    given, family = _name(number)
    middle = _seldom(number, 7, names.MIDDLE[number % len(names.MIDDLE)])
    suffix = _seldom(number, 23, names.SUFFIXES[number % len(names.SUFFIXES)])
    return {
        "employee_id": _employee_id(number),
        "given_name": given,
        "middle_name": middle,
        "family_name": family,
        "suffix": suffix,
        "nickname": _seldom(number, 9, given[:3]),
        "display_name": f"{given} {family}" + (f", {suffix}" if suffix else ""),
        "phone": "" if _seldom(number, 8, "none") else f"+1 {202 + number // 100} 555 01{number % 100:02}",
        "title": _title(number, department, work),
        "department": department,
        "division": division,
        "cost_center": "" if _seldom(number, 19, "none") else f"CC-{4100 + 10 * (number % len(names.DEPARTMENTS))}",
        "manager_id": _manager(number),
        "locale": locale,
        "timezone": timezone,
        "office": office,
    }


def _seldom(number: int, every: int, text: str) -> str:
    """The text for one person in so many, else nothing."""
    return text if number % every == every // 2 else ""


def _nth(table: dict[str, T], number: int) -> tuple[str, T]:
    return list(table.items())[number % len(table)]


def _name(number: int) -> tuple[str, str]:
    """Both lists are walked together; as their lengths have no common divisor, no pair comes twice."""
    if number == _LONG_NAME:
        return names.LONG_GIVEN, names.LONG_FAMILY
    return names.GIVEN[number % len(names.GIVEN)], names.FAMILY[number % len(names.FAMILY)]


def _heads() -> range:
    """The last ones lead a department each, the very last one the company: managers come after those they manage."""
    return range(PEOPLE - len(names.DEPARTMENTS), PEOPLE)


def _manager(number: int) -> str:
    heads = _heads()
    if number == heads[-1]:
        return ""
    return _employee_id(heads[-1] if number in heads else heads[number % len(heads)])


def _title(number: int, department: str, work: str) -> str:
    heads = _heads()
    if number == heads[-1]:
        return "Chief executive"
    return f"Head of {department}" if number in heads else work


def _give_user_names(people: list[Row]) -> None:
    """User names and e-mail addresses in plain letters."""
    taken: set[str] = set()
    for person in people:
        user_name = _plain(f"{person['given_name']}.{person['family_name']}")
        if user_name in taken:
            user_name += f".{person['employee_id'].lower()}"
        taken.add(user_name)
        person["user_name"] = person["email"] = f"{user_name}@example.com"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(names.PLAIN))
    return "".join(letter for letter in decomposed.lower() if letter.isascii() and (letter.isalnum() or letter in ".-"))


def _groups(people: list[Row]) -> list[tuple[str, list[Row]]]:
    def having(column: str, value: str) -> list[Row]:
        return [person for person in people if person[column] == value]

    divisions = sorted({division for division, _ in names.DEPARTMENTS.values()})
    return [
        (names.EVERYBODY, people),
        *((f"Division {name}", having("division", name)) for name in divisions),
        *((f"Department {name}", having("department", name)) for name in names.DEPARTMENTS),
        *((f"Office {name}", having("office", name)) for name in names.OFFICES),
        (names.REMOTE, people[:REMOTE_WORKERS]),
        ("Managers", people[_heads().start :]),
        ("On call", people[2:160:8]),
        ("AWS billing readers", [*having("department", "Treasury")[:6], *people[-3:]]),
        ("Project Fjörd", people[5:90:7]),
        (names.LONG_GROUP, people[1::17]),
        (names.EMPTY_GROUP, []),
    ]
