"""Which role contains which, as a value.  Pure."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Roles = Mapping[int, tuple[int, ...]]
"""The ids of the roles right below, or right above, each role that has any."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """Role ids by what they contain and by what contains them.  Whether it is a circle does not matter to who reads it."""

    children: Roles = field(default_factory=dict)
    parents: Roles = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.children)

    def __contains__(self, role_id: int) -> bool:
        """Whether a role contains another, or is in one."""
        return role_id in self.children or role_id in self.parents

    def below(self, *role_ids: int) -> tuple[int, ...]:
        """These roles and every role in them, each once, nearest first."""
        return _reached(role_ids, self.children)

    def above(self, *role_ids: int) -> tuple[int, ...]:
        """These roles and every role that contains one of them, each once, nearest first."""
        return _reached(role_ids, self.parents)

    def path(self, top: int, role_id: int) -> tuple[int, ...]:
        """The shortest way down from `top` to `role_id`, both named; empty where it is not in there."""
        came: dict[int, int] = {top: top}
        queue = deque([top])
        while queue and role_id not in came:
            here = queue.popleft()
            for child in self.children.get(here, ()):
                if child not in came:
                    came[child] = here
                    queue.append(child)
        return tuple(reversed(list(_back(came, role_id, top)))) if role_id in came else ()


NONE = Nesting()
"""No role contains another."""


def nesting_of(pairs: Iterable[tuple[int, int]]) -> Nesting:
    """From (parent, child)."""
    children: dict[int, list[int]] = {}
    parents: dict[int, list[int]] = {}
    for parent, child in pairs:
        children.setdefault(parent, []).append(child)
        parents.setdefault(child, []).append(parent)
    if not children:
        return NONE
    return Nesting(
        {key: tuple(found) for key, found in children.items()}, {key: tuple(found) for key, found in parents.items()}
    )


def _reached(start: Iterable[int], steps: Roles) -> tuple[int, ...]:
    found = dict.fromkeys(start)
    if not steps:
        return tuple(found)
    queue = deque(found)
    while queue:
        for one in steps.get(queue.popleft(), ()):
            if one not in found:
                found[one] = None
                queue.append(one)
    return tuple(found)


def _back(came: Mapping[int, int], role_id: int, top: int) -> Iterator[int]:
    here = role_id
    while here != top:
        yield here
        here = came[here]
    yield top
