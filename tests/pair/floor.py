"""The floor: the fewest requests that bring a target from one roster to the next.

Written from the text of the design, section 4, and from two rosters, knowing nothing of how the engine does it, so that each
holds the other.  It speaks of a target with a hundred memberships to a request, every group included, leavers deleted.

- One request for each user who is made, changed or deleted.
- A group belongs to its name, compared without case: roles of one name feed one group, spelt as by the lowest group_id.  So a
  role that takes a leaving role's name inherits its group, for nothing.
- When all feeders of a group take a name that was free, the group is renamed: one request.  A new spelling is a rename, too.
  Where the feeders part, or several groups want the same free name, the lowest group_id decides, as it does for the spelling.
- What is left over is deleted, what has no past is made: one request each, the first hundred members inside the making.
- Every other hundred memberships that come or go in a group cost one request, comings and goings together.
- The memberships of a deleted user or group cost nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.pair.rosters import Person, Roster

PER_REQUEST = 100
SENT = (
    "user_name",
    "employee_id",
    "display_name",
    "given_name",
    "family_name",
    "middle_name",
    "suffix",
    "nickname",
    "title",
    "email",
    "phone",
    "department",
    "division",
    "cost_center",
)
"""What the default template sends, beside the manager."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it should be: `feeders` are the group_ids of its roles, lowest first, `members` employee_ids."""

    name: str
    feeders: tuple[str, ...]
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moves:
    """Memberships that come and go in one group that stays."""

    adds: int
    removes: int


@dataclass(slots=True)
class Floor:
    """What one day costs at least."""

    users: int = 0
    groups: int = 0
    inside: list[int] = field(default_factory=list)
    """Members of each group that is made."""
    touched: list[Moves] = field(default_factory=list)
    heirs: dict[str, str] = field(default_factory=dict)
    """Name after → name before, without case, of every group that keeps its id."""

    @property
    def requests(self) -> int:
        """All of it at once."""
        patches = sum(_hundreds(moves.adds + moves.removes) for moves in self.touched)
        return self.users + self.groups + self._more_members() + patches

    @property
    def without_removals(self) -> int:
        """The part that goes while membership removals are held."""
        return self.users + self.groups + self._more_members() + sum(_hundreds(moves.adds) for moves in self.touched)

    @property
    def removals_alone(self) -> int:
        """The part that follows once they are released: requests made necessary by the hold are counted."""
        return sum(_hundreds(moves.removes) for moves in self.touched)

    @property
    def removals(self) -> int:
        """Memberships that end although user and group stay."""
        return sum(moves.removes for moves in self.touched)

    def _more_members(self) -> int:
        return sum(max(0, _hundreds(members) - 1) for members in self.inside)


def floor(before: Roster, after: Roster) -> Floor:
    """What bringing the target from `before` to `after` costs at least."""
    found = Floor(users=_users(before, after))
    old, new = groups_of(before), groups_of(after)
    found.heirs = _heirs(old, new)
    leaving = before.people.keys() - after.people.keys()
    for key, group in new.items():
        if key not in found.heirs:
            found.groups += 1
            found.inside.append(len(group.members))
            continue
        past = old[found.heirs[key]]
        found.groups += group.name != past.name
        found.touched.append(Moves(len(group.members - past.members), len(past.members - group.members - leaving)))
    found.groups += len(old.keys() - set(found.heirs.values()))
    return found


def check_floor(users: int, sizes: Sequence[int]) -> int:
    """What reading a target costs at least: so many users, and groups of so many members each."""
    by_group = sum(max(1, _hundreds(size)) for size in sizes)
    return max(1, _hundreds(users)) + max(1, _hundreds(len(sizes))) + min(by_group, users)


def sizes_of(roster: Roster) -> list[int]:
    """How many members each group of a roster has."""
    return [len(group.members) for group in groups_of(roster).values()]


def groups_of(roster: Roster) -> dict[str, Group]:
    """The groups that a roster wants, by name without case."""
    feeders: dict[str, list[str]] = defaultdict(list)
    for group_id in sorted(roster.groups):
        feeders[roster.groups[group_id].casefold()].append(group_id)
    members: dict[str, set[str]] = defaultdict(set)
    for group_id, employee_id in roster.seats:
        members[roster.groups[group_id].casefold()].add(employee_id)
    return {key: Group(roster.groups[ids[0]], tuple(ids), frozenset(members[key])) for key, ids in feeders.items()}


def _users(before: Roster, after: Roster) -> int:
    made_or_changed = [key for key in after.people if _sent(before, key) != _sent(after, key)]
    return len(made_or_changed) + len(before.people.keys() - after.people.keys())


def _sent(roster: Roster, key: str) -> tuple[str, ...] | None:
    one: Person | None = roster.people.get(key)
    if one is None:
        return None
    manager = one["manager_id"]
    # A manager is named by an id of the target, so somebody who is not there cannot be named.
    return (*(one[column] for column in SENT), manager if manager in roster.people else "")


def _heirs(old: dict[str, Group], new: dict[str, Group]) -> dict[str, str]:
    heirs = {key: key for key in new if key in old}
    feeds_now = {feeder: key for key, group in new.items() for feeder in group.feeders}
    unwanted = sorted((group.feeders, key) for key, group in old.items() if key not in new)
    for feeders, key in unwanted:
        free = (feeds_now[feeder] for feeder in feeders if feeder in feeds_now and feeds_now[feeder] not in heirs)
        heir = next(free, None)
        if heir is not None:
            heirs[heir] = key
    return heirs


def _hundreds(memberships: int) -> int:
    return -(-memberships // PER_REQUEST)
