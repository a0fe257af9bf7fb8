"""What a person may do with roles inside roles: check, write, append the event, as `directory.actions` does.

An event names the role that contains: it is the one whose members, for apps, are others now.  Each of those has one, too.
"""

from collections.abc import Iterable, Iterator

from lockstep.idp.directory.lookup import role_of_id
from lockstep.idp.directory.mappings import run as mappings
from lockstep.idp.directory.nesting import store
from lockstep.idp.directory.records import Role, User
from lockstep.idp.directory.store import members_of_role
from lockstep.idp.events import Event, EventType, append, append_many
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem

_SHOWN = 80
"""Of a name in a message."""


class CircleProblem(ValueProblem):
    """A role would be inside itself; the message names both roles, and the circle from the one that would contain."""

    def __init__(self, parent: str, child: str, circle: str) -> None:
        into = f"into {parent}" if parent != child else "into itself"
        what = f"would be inside itself: {circle}"
        super().__init__("child", what, f"{child} cannot be put {into}: it {what}")


def nest_role(c: Connection, parent_id: int, child_id: int, *, actor: str, now: int) -> bool:
    """Put a role into another, whose members are, for apps, those of both; False if it was there.

    However deep, only a circle is refused.  Raises CircleProblem, or NotThereProblem for a role that is not there.
    """
    parent, child = role_of_id(c, parent_id), role_of_id(c, child_id)
    _refuse_circle(c, parent, child)
    if not store.add(c, parent.id, child.id):
        return False
    append(c, _about(EventType.ROLE_NESTED, parent, f"contains {_called(child)}", actor), now)
    _moved(c, members_below(c, child.id), actor, now)
    return True


def unnest_role(c: Connection, parent_id: int, child_id: int, *, actor: str, now: int) -> bool:
    """Take a role out of another; False if it was not in there.  Raises NotThereProblem."""
    parent, child = role_of_id(c, parent_id), role_of_id(c, child_id)
    if not store.remove(c, parent.id, child.id):
        return False
    append(c, _about(EventType.ROLE_UNNESTED, parent, f"contains {_called(child)} no more", actor), now)
    _moved(c, members_below(c, child.id), actor, now)
    return True


def members_below(c: Connection, *role_ids: int) -> list[User]:
    """Who is in one of these roles, or in one inside them, each once."""
    below = store.load(c).below(*role_ids)
    return list({user.id: user for role_id in below for user in members_of_role(c, role_id)}.values())


def members_moved(users: Iterable[User], actor: str) -> Iterator[Event]:
    """The events of people whose roles are others now, by what contains them."""
    for user in users:
        yield Event(
            type=EventType.USER_ROLES_CHANGED,
            actor=actor,
            user_id=user.id,
            user_name=user.user_name,
            user_key=user.employee_id,
        )


def _moved(c: Connection, users: list[User], actor: str, now: int) -> None:
    append_many(c, members_moved(users, actor), now)
    mappings.run(c, [user.employee_id for user in users], now)


def _refuse_circle(c: Connection, parent: Role, child: Role) -> None:
    chain = store.load(c).path(child.id, parent.id)
    if chain:
        names = [_called(role_of_id(c, one)) for one in (parent.id, *chain)]
        raise CircleProblem(_called(parent), _called(child), " → ".join(names))


def _called(role: Role) -> str:
    name = role.name if len(role.name) <= _SHOWN else f"{role.name[: _SHOWN - 1]}…"
    return f"{name} ({role.group_id[:_SHOWN]})"


def _about(what: EventType, parent: Role, notes: str, actor: str) -> Event:
    return Event(type=what, actor=actor, role_id=parent.id, role_name=parent.name, notes=notes)
