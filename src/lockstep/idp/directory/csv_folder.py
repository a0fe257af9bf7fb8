"""A roster as a folder of three CSV files: reading and checking, nothing else.

`people.csv`, `groups.csv` and `memberships.csv` are RFC 4180 in UTF-8 (a byte order mark is passed over).  A folder is taken
whole or not at all: whatever is wrong is a Problem that names file and line, the line of the file as an editor counts.
Text is kept to the letter.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from sys import intern
from typing import Any

from lockstep.idp.directory.checks import FieldProblem, check_key, check_length, check_name
from lockstep.idp.directory.csv_records import Record, malformed, records
from lockstep.idp.directory.records import FOLDER, PROFILE, Role, User, folded, to_text
from lockstep.idp.directory.roster import Roster, Seat, seat_key
from lockstep.kit.problems import Problem

PEOPLE = "people.csv"
GROUPS = "groups.csv"
MEMBERSHIPS = "memberships.csv"

_PEOPLE_COLUMNS = ("employee_id", "user_name", "given_name", "family_name", "display_name", "email")
_GROUP_COLUMNS = ("group_id", "display_name")
_MEMBERSHIP_COLUMNS = ("group_id", "employee_id")


class _Header:
    """Where the known columns are, and the names of the others."""

    def __init__(self, file: str, record: Record, required: Sequence[str], known: Sequence[str]) -> None:
        names = record.cells
        self.width = len(names)
        for name in names:
            if not name.strip():
                raise malformed(file, record.line, "a column has no name")
            if names.count(name) > 1:
                raise malformed(file, record.line, f"column {name} is there twice")
        for name in required:
            if name not in names:
                raise malformed(file, record.line, f"column {name} is missing")
        self.known = {name: index for index, name in enumerate(names) if name in known}
        self.others = [(name, index) for index, name in enumerate(names) if name not in known]

    def attributes(self, cells: Sequence[str]) -> dict[str, str]:
        """What stands in columns that we do not know."""
        return {name: cells[index] for name, index in self.others if cells[index]}


def read_folder(folder: Path) -> Roster:
    """Read and check the roster in `folder`.  Raises Problem, naming file and line, for anything that is wrong."""
    if not folder.is_dir():
        raise Problem(f"{folder} is not a folder")
    people = _people(folder / PEOPLE)
    roles = _roles(folder / GROUPS)
    seats = _seats(folder / MEMBERSHIPS, {role.group_id: role.group_id for role in roles}, _ids(people))
    return Roster(people, roles, seats)


def _ids(people: Sequence[User]) -> dict[str, str]:
    return {person.employee_id: person.employee_id for person in people}


def _people(path: Path) -> list[User]:
    people: list[User] = []
    line_of_id: dict[str, int] = {}
    line_of_name: dict[str, int] = {}
    for record, header in _table(path, _PEOPLE_COLUMNS, PROFILE):
        cells = record.cells
        profile: dict[str, Any] = {name: cells[index] for name, index in header.known.items()}
        person = User(**profile, custom=header.attributes(cells), source=FOLDER)
        _checked(path.name, record, check_key, employee_id=person.employee_id, user_name=person.user_name)
        _checked(path.name, record, check_length, email=person.email, manager_id=person.manager_id)
        _once(path.name, record, line_of_id, employee_id=person.employee_id)
        _once(path.name, record, line_of_name, folded, user_name=person.user_name)
        people.append(person)
    if not people:
        raise Problem(f"{path.name}, line 1: there are no people; a folder without people is not believed, nothing was applied")
    people.sort(key=lambda person: person.employee_id)
    return people


def _roles(path: Path) -> list[Role]:
    roles: list[Role] = []
    line_of_id: dict[str, int] = {}
    for record, header in _table(path, _GROUP_COLUMNS, _GROUP_COLUMNS):
        group_id, name = (record.cells[header.known[column]] for column in _GROUP_COLUMNS)
        _checked(path.name, record, check_key, group_id=group_id)
        _checked(path.name, record, check_name, display_name=name)
        _once(path.name, record, line_of_id, group_id=group_id)
        roles.append(Role(group_id=group_id, name=name, attributes=header.attributes(record.cells), source=FOLDER))
    roles.sort(key=lambda role: role.group_id)
    return roles


def _seats(path: Path, groups: dict[str, str], people: dict[str, str]) -> list[Seat]:
    seats: list[Seat] = []
    for record, header in _table(path, _MEMBERSHIP_COLUMNS, _MEMBERSHIP_COLUMNS):
        group, person = _seat_key(record, header)
        # Many rows, few different texts: keep the one that is held already, and look closer only at what is unknown.
        group_id, employee_id = groups.get(group), people.get(person)
        if group_id is None or employee_id is None:
            raise _dangling(path.name, record, group, person, known_group=group_id is not None)
        seats.append(Seat(group_id, employee_id, intern(to_text(header.attributes(record.cells)))))
    seats.sort(key=seat_key)
    for one, other in pairwise(seats):
        if seat_key(one) == seat_key(other):
            raise _repeated(path, other)
    return seats


def _seat_key(record: Record, header: _Header) -> tuple[str, str]:
    return record.cells[header.known["group_id"]], record.cells[header.known["employee_id"]]


def _dangling(file: str, record: Record, group: str, person: str, *, known_group: bool) -> Problem:
    _checked(file, record, check_name, group_id=group, employee_id=person)
    missing = f"employee_id {person!r} is not in {PEOPLE}" if known_group else f"group_id {group!r} is not in {GROUPS}"
    return malformed(file, record.line, missing)


def _repeated(path: Path, seat: Seat) -> Problem:
    """Reads the file again for the lines of a membership that is there twice: rare, so nobody pays to have them at hand."""
    rows = _table(path, _MEMBERSHIP_COLUMNS, _MEMBERSHIP_COLUMNS)
    first, second = [record.line for record, header in rows if _seat_key(record, header) == seat_key(seat)][:2]
    return malformed(path.name, second, f"{seat.employee_id!r} is in {seat.group_id!r} already, on line {first}")


def _table(path: Path, required: Sequence[str], known: Sequence[str]) -> Iterator[tuple[Record, _Header]]:
    """The rows of a file under its header, each of the right width."""
    rows = records(path)
    first = next(rows, None)
    if first is None:
        raise malformed(path.name, 1, "the file is empty; a header line is expected")
    header = _Header(path.name, first, required, known)
    for record in rows:
        if len(record.cells) != header.width:
            found = f"{len(record.cells)} cell{'s' if len(record.cells) != 1 else ''}"
            raise malformed(path.name, record.line, f"{found} where the header has {header.width}")
        yield record, header


def _checked(file: str, record: Record, check: Callable[[str, str], None], **values: str) -> None:
    try:
        for column, value in values.items():
            check(column, value)
    except FieldProblem as problem:
        raise malformed(file, record.line, str(problem)) from None


def _once(file: str, record: Record, seen: dict[str, int], key: Callable[[str], str] = str, **values: str) -> None:
    for column, value in values.items():
        before = seen.setdefault(key(value), record.line)
        if before != record.line:
            raise malformed(file, record.line, f"{column} {value!r} is there already, on line {before}")
