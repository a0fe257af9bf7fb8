"""What other engines would send into AWS IAM Identity Center, by formulas read out of their public code.

Derived, not measured: none of them was run.  Where the reading left a range, this is its lower end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.engine.floor import requests_for
from benchmarks.engine.rosters import Roster


@dataclass(frozen=True, slots=True)
class Size:
    """What the formulas ask of a roster: people, groups, memberships, and members of each group."""

    people: int
    groups: int
    memberships: int
    members: tuple[int, ...]


def size_of(roster: Roster) -> Size:
    """The size of a roster."""
    return Size(len(roster.people), len(roster.groups), sum(roster.sizes), tuple(roster.sizes))


Formula = Callable[[Size], int | None]
"""Requests; None where the engine fails."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Requests of one engine: into an empty target, with nothing changed, for ten members more in one group, for one edit."""

    first_run: Formula
    no_change: Formula
    ten_members: Formula
    one_edit: Formula


def _batches(size: Size) -> int:
    return sum(requests_for(members) for members in size.members)


def _pages(items: int) -> int:
    return max(1, requests_for(items))


def _authentik_first(size: Size) -> int | None:
    """A POST of a group carries all members, and AWS takes 100."""
    return 3 + size.people + size.groups + size.memberships if max(size.members) <= 100 else None


PEERS: Mapping[str, Peer] = {
    "idp-scim-sync": Peer(
        first_run=lambda size: 2 + 2 * size.people + size.groups + _batches(size),
        no_change=lambda _size: 0,
        ten_members=lambda _size: 1,
        one_edit=lambda _size: 1,
    ),
    "Grouper": Peer(
        first_run=lambda size: 2 + size.people + size.groups + _batches(size),
        no_change=lambda size: _pages(size.people) + _pages(size.groups),
        ten_members=lambda _size: 1,
        one_edit=lambda _size: 1,
    ),
    "authentik, AWS mode": Peer(
        first_run=_authentik_first,
        no_change=lambda size: _pages(size.people) + _pages(size.groups) + size.groups,
        ten_members=lambda _size: 4,
        one_edit=lambda _size: 1,
    ),
    "rauthy": Peer(
        first_run=lambda size: 3 * size.people + 2 * size.groups + size.memberships,
        no_change=lambda size: 2 * size.people + _pages(size.groups) + size.groups,
        ten_members=lambda _size: 10,
        one_edit=lambda _size: 2,
    ),
    "ssosync, groups": Peer(
        first_run=lambda size: size.people + size.groups + 3 * size.memberships,
        no_change=lambda size: size.people,
        ten_members=lambda size: size.people + 20,
        one_edit=lambda size: size.people + 1,
    ),
}
