"""A roster, and how it differs from what is there.  Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from lockstep.idp.directory.records import FOLDER, PROFILE, Role, User


class Seat(NamedTuple):
    """One person in one group, by their keys.  Attributes are as they are stored: a roster may hold very many of these."""

    group_id: str
    employee_id: str
    attributes: str
    source: int = FOLDER
    mapped: int = 0
    """See `Membership`."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everyone, every group, and who is in which; each list in the order of its keys (code points)."""

    people: list[User]
    roles: list[Role]
    seats: list[Seat]
    source: int = FOLDER
    """Whose people, roles and memberships they are."""
    fields: tuple[str, ...] = PROFILE
    """What it says of a person, besides custom attributes; all else stays as it is."""


class Tally(msgspec.Struct, frozen=True):
    """How many of a kind an import added, changed and removed."""

    added: int
    changed: int
    removed: int


class Summary(msgspec.Struct, frozen=True):
    """What an import did."""

    people: Tally
    roles: Tally
    memberships: Tally


class Sourced(Protocol):
    """Something that came from a source or was made by hand."""

    @property
    def source(self) -> int:
        """Where it came from (see `User`)."""


Item = TypeVar("Item", bound=Sourced)


@dataclass(slots=True)
class Difference(Generic[Item]):
    """What has to be done to one kind of thing, in the order of its keys."""

    added: list[Item] = field(default_factory=list)
    changed: list[tuple[Item, Item]] = field(default_factory=list)
    """What the roster says, and what is there."""
    removed: list[Item] = field(default_factory=list)
    kept: list[Item] = field(default_factory=list)
    """Made by hand, or another source's, and not in the roster."""

    def tally(self) -> Tally:
        """Its figures."""
        return Tally(len(self.added), len(self.changed), len(self.removed))

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def difference(
    wanted: Iterable[Item],
    held: Iterable[Item],
    key: Callable[[Item], Any],
    content: Callable[[Item], Any],
    source: int = FOLDER,
) -> Difference[Item]:
    """Compare a source's things with those that are there, both in the order of `key`, none held but what differs."""
    found: Difference[Item] = Difference()
    for want, have in _side_by_side(wanted, held, key):
        if want is None:
            if have is not None:
                (found.removed if have.source == source else found.kept).append(have)
        elif have is None:
            found.added.append(want)
        elif have.source != source or content(want) != content(have):
            found.changed.append((want, have))
    return found


def _side_by_side(
    left: Iterable[Item], right: Iterable[Item], key: Callable[[Item], Any]
) -> Iterator[tuple[Item | None, Item | None]]:
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and key(one) < key(other)):
            yield one, None
            one = next(lefts, None)
        elif one is None or key(other) < key(one):
            yield None, other
            other = next(rights, None)
        else:
            yield one, other
            one, other = next(lefts, None), next(rights, None)


@dataclass(frozen=True, slots=True)
class Changes:
    """All that an import has to do."""

    people: Difference[User]
    roles: Difference[Role]
    seats: Difference[Seat]

    def __bool__(self) -> bool:
        return bool(self.people or self.roles or self.seats)

    def summary(self) -> Summary:
        """Its figures."""
        return Summary(self.people.tally(), self.roles.tally(), self.seats.tally())


def person_key(person: User) -> str:
    """What a person is known by over time."""
    return person.employee_id


def person_content(person: User, fields: Sequence[str] = PROFILE) -> tuple[Any, ...]:
    """What a roster says of a person; whether they may log in is not its business."""
    return (*(getattr(person, name) for name in fields), person.custom)


def role_key(role: Role) -> str:
    """What a role is known by over time."""
    return role.group_id


def role_content(role: Role) -> tuple[Any, ...]:
    """What a roster says of a role."""
    return (role.name, role.attributes)


def seat_key(seat: Seat) -> tuple[str, str]:
    """Who is in which group."""
    return (seat.group_id, seat.employee_id)


def seat_content(seat: Seat) -> str:
    """What a roster says of a membership."""
    return seat.attributes
