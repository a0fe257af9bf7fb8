"""What somebody does at a target behind the client's back, drawn from a seed, a bounded number of times."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.support.fault_plan import Mischief
from tests.support.scim_rules import ScimStore


@dataclass(slots=True)
class Mischiefs:
    """Hooked in before each request (`FaultyTarget.before`): does what is left to do, one time in `one_in` requests.

    Only what the client made is touched.  `done` counts; what a user or group was lost for is in the store's `lost`.
    """

    rng: random.Random
    left: dict[Mischief, int]
    one_in: int = 4
    done: Counter[Mischief] = field(default_factory=Counter)

    def __call__(self, store: ScimStore, _number: int) -> None:
        """Perhaps do one thing."""
        waiting = sorted(kind for kind, left in self.left.items() if left > 0)
        if waiting and self.rng.randrange(self.one_in) == 0:
            self.do(store, self.rng.choice(waiting))

    def do(self, store: ScimStore, kind: Mischief) -> bool:
        """Do one thing now; False where there is nothing that it could be done to."""
        if not _DEEDS[kind](store, self.rng):
            return False
        self.left[kind] = self.left.get(kind, 0) - 1
        self.done[kind] += 1
        return True


def _users(store: ScimStore) -> list[str]:
    return sorted(key for key, kept in store.users.items() if not kept.foreign)


def _groups(store: ScimStore) -> list[str]:
    return sorted(key for key, kept in store.groups.items() if not kept.foreign)


def _lose_user(store: ScimStore, rng: random.Random) -> bool:
    users = _users(store)
    if users:
        store.lose_user(rng.choice(users))
    return bool(users)


def _lose_group(store: ScimStore, rng: random.Random) -> bool:
    groups = _groups(store)
    if groups:
        store.lose_group(rng.choice(groups))
    return bool(groups)


def _lose_member(store: ScimStore, rng: random.Random) -> bool:
    groups = [group for group in _groups(store) if store.members[group]]
    if groups:
        group = rng.choice(groups)
        store.members[group].discard(rng.choice(sorted(store.members[group])))
    return bool(groups)


def _add_member(store: ScimStore, rng: random.Random) -> bool:
    outside = [(group, user) for group in _groups(store) for user in sorted(store.users.keys() - store.members[group])]
    if outside:
        group, user = rng.choice(outside)
        store.members[group].add(user)
    return bool(outside)


def _edit_user(store: ScimStore, rng: random.Random) -> bool:
    users = _users(store)
    if users:
        user = rng.choice(users)
        values: list[dict[str, object]] = [
            {"title": f"Edited {rng.randrange(10**6)}"},
            {"active": False},
            {"userName": f"edited.{rng.randrange(10**9)}"},
            {"emails": []},
            {"displayName": f"Edited {rng.randrange(10**6)}"},
        ]
        store.edit_user(user, **rng.choice(values))
    return bool(users)


def _rename_group(store: ScimStore, rng: random.Random) -> bool:
    groups = _groups(store)
    if groups:
        store.edit_group(rng.choice(groups), f"Edited {rng.randrange(10**9)}")
    return bool(groups)


_DEEDS: Mapping[Mischief, Callable[[ScimStore, random.Random], bool]] = {
    Mischief.LOSE_USER: _lose_user,
    Mischief.LOSE_GROUP: _lose_group,
    Mischief.LOSE_MEMBER: _lose_member,
    Mischief.ADD_MEMBER: _add_member,
    Mischief.EDIT_USER: _edit_user,
    Mischief.RENAME_GROUP: _rename_group,
}
