"""What the page of a role shows of roles inside roles."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lockstep.idp.console import store
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.nesting.records import Nesting
from lockstep.idp.directory.records import Role, User
from lockstep.kit.db import Connection

LISTED = 100
"""Roles that one list of the page shows; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What a role contains and what contains it, by name; `members` counts the people in all of it."""

    role: Role
    nesting: Nesting
    contains: list[Role] = field(default_factory=list)
    contained_in: list[Role] = field(default_factory=list)
    members: int = 0

    def ways(self, c: Connection, users: Iterable[User]) -> dict[int, "Ways"]:
        """How each of these users, who are in the role, came to be in it; by the user's id."""
        if not self.contains:
            return {}
        return {user.id: self._ways(directory.roles_of_user(c, user.id)) for user in users}

    def _ways(self, roles: list[Role]) -> "Ways":
        chains = [self.nesting.path(self.role.id, role.id) for role in roles]
        near = {chain[1] for chain in chains if len(chain) > 1}
        return Ways(any(len(chain) == 1 for chain in chains), [role for role in self.contains if role.id in near])


@dataclass(frozen=True, slots=True)
class Ways:
    """Whether somebody is in a role itself, and the roles right inside of it that they came through."""

    itself: bool
    through: list[Role]


def look_inside(c: Connection, role: Role) -> Inside:
    """What the role contains, and what contains it."""
    contains = nesting.roles_in(c, role.id)
    around = nesting.roles_around(c, role.id)
    if not contains:
        return Inside(role, Nesting(), [], around)
    return Inside(role, nesting.load(c), contains, around, store.all_member_count(c, role.id))
