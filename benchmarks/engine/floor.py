"""The fewest requests that a target with AWS's limits allows, by formula from the rosters alone.

Nothing of Lockstep is asked: this is what its own floor is held against.
"""

from collections.abc import Set as AbstractSet

from benchmarks.engine.rosters import Roster

AT_ONCE = 100
"""Members in a CreateGroup, changes in a PatchGroup, results in a page."""


def requests_for(items: int) -> int:
    """Requests that carry so many members."""
    return -(-items // AT_ONCE)


def first_run(roster: Roster) -> int:
    """Into an empty target: each user, each group with its first 100 members, 100 more with each request."""
    return len(roster.people) + len(roster.groups) + sum(max(0, requests_for(size) - 1) for size in roster.sizes)


def change(before: Roster, after: Roster) -> int:
    """From one roster to the next: what is gone, new or other, and 100 membership changes with each request.

    The memberships of a person or group that goes fall with it.
    """
    stayed = before.people.keys() & after.people.keys()
    people = len(before.people.keys() ^ after.people.keys()) + sum(before.people[key] != after.people[key] for key in stayed)
    kept = before.groups.keys() & after.groups.keys()
    groups = len(before.groups.keys() - after.groups.keys()) + sum(before.groups[key] != after.groups[key] for key in kept)
    new = after.groups.keys() - before.groups.keys()
    made = len(new) + sum(max(0, requests_for(len(after.members[key])) - 1) for key in new)
    members = sum(requests_for(len(_moved(before, after, key, stayed))) for key in kept)
    return people + groups + made + members


def _moved(before: Roster, after: Roster, group: str, stayed: AbstractSet[str]) -> AbstractSet[str]:
    """Those who have to be put into the group, or taken out of it."""
    return (after.members[group] - before.members[group]) | ((before.members[group] - after.members[group]) & stayed)


def full_check(roster: Roster) -> int:
    """Reading everything: pages of users and of groups, and memberships by group or by user, whichever costs fewer."""
    by_group = sum(max(1, requests_for(size)) for size in roster.sizes)
    return requests_for(len(roster.people)) + requests_for(len(roster.groups)) + min(by_group, len(roster.people))
