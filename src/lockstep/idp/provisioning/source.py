"""What the planner reads of the directory and the app, in the shapes that deciding wants."""

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS, Connector, parameters_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import members_table, users_table
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

_MEMBERS = Statement(
    sa.select(users_table.c.employee_id, users_table.c.user_name)
    .select_from(members_table.join(users_table, members_table.c.user_id == users_table.c.id))
    .where(members_table.c.role_id == sa.bindparam("role", type_=sa.BigInteger))
)
_KEYS = Statement(sa.select(users_table.c.employee_id))
_KNOWN_KEYS = Statement(sa.select(users_table.c.employee_id).where(among(users_table.c.employee_id, "keys")))
_KEYS_IN_ROLES = Statement(
    sa.select(users_table.c.employee_id)
    .select_from(users_table.join(members_table, members_table.c.user_id == users_table.c.id))
    .where(among(users_table.c.employee_id, "keys"), among(sa.cast(members_table.c.role_id, sa.Text), "roles"))
    .distinct()
)


class Logins(Protocol):
    """Who has an app, by employee_id."""

    def __contains__(self, key: object, /) -> bool:
        """Whether one person has it."""

    def intersection(self, keys: Iterable[str], /) -> "Set[str]":
        """Those of some people who have it."""


@dataclass(frozen=True, slots=True)
class Source:
    """An app with everything that decides what should be at its target.  `logins` are the employee_ids who have the app."""

    app: App
    connector: Connector
    parameters: tuple[Parameter, ...]
    logins: Logins


class AskedLogins:
    """Who has an app, asked for one after the other and remembered, inside one transaction."""

    def __init__(self, c: Connection, app_id: int) -> None:
        given = apps.assignments(c, app_id)
        self._c = c
        self._everyone = any(one.role_id is None for one in given)
        self._roles = listed(str(one.role_id) for one in given if one.role_id is not None)
        self._known: dict[str, bool] = {}

    def __contains__(self, key: object) -> bool:
        """See `Logins`."""
        return isinstance(key, str) and bool(self.intersection((key,)))

    def intersection(self, keys: Iterable[str]) -> set[str]:
        """See `Logins`."""
        wanted = list(keys)
        unknown = [key for key in wanted if key not in self._known]
        if unknown:
            self._known.update(dict.fromkeys(unknown, False))
            if self._everyone:
                rows = self._c.all(_KNOWN_KEYS, keys=listed(unknown))
            else:
                rows = self._c.all(_KEYS_IN_ROLES, keys=listed(unknown), roles=self._roles)
            self._known.update((key, True) for (key,) in rows)
        return {key for key in wanted if self._known[key]}


def source_of(c: Connection, app: App, *, with_logins: bool = True, asked: bool = False) -> Source:
    """Read what belongs to `app`.

    Who has it is needed for planning only, and costs a look at everybody, unless it is `asked` of one after the other.
    """
    connector = CONNECTORS[app.connector]
    logins = _logins_of(c, app.id, asked=asked) if with_logins else frozenset[str]()
    return Source(app, connector, parameters_of(connector, apps.parameters(c, app.id)), logins)


def _logins_of(c: Connection, app_id: int, *, asked: bool) -> Logins:
    return AskedLogins(c, app_id) if asked else _logins(c, app_id)


def _logins(c: Connection, app_id: int) -> frozenset[str]:
    given = apps.assignments(c, app_id)
    if any(assignment.role_id is None for assignment in given):
        return frozenset(key for (key,) in c.stream(_KEYS))
    return frozenset(
        key for assignment in given if assignment.role_id is not None for key in members_of_role(c, assignment.role_id)
    )


def members_of_role(c: Connection, role_id: int) -> dict[str, str]:
    """employee_id → userName of everyone in a role."""
    return dict(c.all(_MEMBERS, role=role_id))


def people(c: Connection, only: Collection[str] | None) -> Iterator[User]:
    """Everyone, or some (employee_ids), by employee_id."""
    if only is None:
        yield from directory.stream_users(c)
        return
    for keys in pieces(sorted(only)):
        yield from directory.users_by_employee_ids(c, keys)


PIECE = 500
"""People who are looked up together."""


def pieces(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """`keys` in pieces that one statement takes."""
    return (keys[first : first + PIECE] for first in range(0, len(keys), PIECE))
