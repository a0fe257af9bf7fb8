"""What a source hands over, whatever it is, and what a reader of one does."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from lockstep.kit.problems import Problem

Values = tuple[str, ...]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person as the source has them.

    `key` is what the source knows the person by over time, to the letter; it becomes the employee_id.  `attributes` are the
    source's own, by its own names; `where` says to a person where it stands: `people.csv, line 7`, `entry uid=ann,ou=people`.
    """

    key: str
    attributes: Mapping[str, Values]
    where: str
    disabled: bool = False
    """The source says that the person may not sign in."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group; `key` becomes the role's group_id.  `groups` are the keys of groups directly inside it."""

    key: str
    name: str
    where: str
    attributes: Mapping[str, str] = {}
    members: tuple[str, ...] = ()
    """The keys of the people directly in it."""
    groups: tuple[str, ...] = ()


class Reading(msgspec.Struct, kw_only=True):
    """What was read: all of it, or what has changed since a watermark.

    Of a complete reading, whoever is not in it has left.  Of one that is not, nobody leaves but those named in
    `removed_people` and `removed_groups`, and who is of the source and not in `present_people` or `present_groups`, where these
    are there; a group in it has all its members.  `watermark` is what to read on from the next time; "" where the source has
    none.
    """

    complete: bool
    people: Iterable[Person]
    groups: Iterable[Group] = ()
    removed_people: tuple[str, ...] = ()
    removed_groups: tuple[str, ...] = ()
    watermark: str = ""
    present_people: frozenset[str] | None = None
    """The keys of everybody there, of a reading that is not complete; None where the source does not list them cheaply."""
    present_groups: frozenset[str] | None = None
    requests: int = 0
    """Sent to the source, as far as it counts them."""
    notes: tuple[str, ...] = ()
    """What was seen and left alone, in sentences for the report: members who are not read, referrals that are not followed."""


class SourceProblem(Problem):
    """A source that cannot be read, or not to its end: nothing of it is applied.  Its text says where, and what to do."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a test of the connection says: `problem` and `fix` are empty where it is well."""

    ok: bool
    problem: str = ""
    fix: str = ""
    sees: str = ""
    """What is there, in words: `10,000 people and 400 groups below ou=people,dc=example,dc=com`."""


class Reader(Protocol):
    """Reads one source.  Everything is read before anything is applied: a reading that breaks off raises SourceProblem."""

    def check(self) -> Check:
        """Try the connection and the settings."""

    def attributes(self) -> tuple[str, ...]:
        """The names of attributes that people have there, to be mapped; from a look at a few where it has no schema."""

    def read(self, watermark: str = "") -> Reading:
        """Everything, or what has changed since `watermark` where the source can say that, else everything, too.

        Raises SourceProblem.
        """
