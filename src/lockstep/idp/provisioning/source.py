"""What the planner reads of the directory and the app, in the shapes that deciding wants."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.capabilities.actions import connector_of
from lockstep.idp.apps.connectors import Connector, parameters_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import members_table, users_table
from lockstep.idp.provisioning.records import Logins, name_key
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
_MOST = sa.bindparam("most", type_=sa.Integer)
_FIRST_KEYS = Statement(sa.select(users_table.c.employee_id).order_by(users_table.c.employee_id).limit(_MOST))
_FIRST_KEYS_IN_ROLES = Statement(
    sa.select(users_table.c.employee_id)
    .where(
        sa.exists().where(
            members_table.c.user_id == users_table.c.id, among(sa.cast(members_table.c.role_id, sa.Text), "roles")
        )
    )
    .order_by(users_table.c.employee_id)
    .limit(_MOST)
)


@dataclass(frozen=True, slots=True)
class Source:
    """An app with everything that decides what should be at its target.

    `logins` are the employee_ids who have the app, `pilot` those of them whom it is limited to, for now.
    """

    app: App
    connector: Connector
    parameters: tuple[Parameter, ...]
    logins: Logins
    pilot: "Pilot | None" = None

    def is_outside(self, key: str) -> bool:
        """Whether a person has the app, and is left as they are while it is tried with others."""
        return self.pilot is not None and key not in self.pilot and key in self.logins


@dataclass(frozen=True, slots=True)
class Pilot:
    """Whom an app is limited to: people of a role (`keys`), and no further than one employee_id (`last`)."""

    keys: frozenset[str] | None
    last: str | None

    def __contains__(self, key: object) -> bool:
        """Whether somebody is one of them."""
        return isinstance(key, str) and (self.keys is None or key in self.keys) and (self.last is None or key <= self.last)


class AskedLogins:
    """Who has an app, asked for one after the other and remembered, inside one transaction."""

    def __init__(self, c: Connection, app_id: int) -> None:
        given = apps.assignments(c, app_id)
        self._c = c
        self._everyone = any(one.role_id is None for one in given)
        roles = nesting.load(c).below(*(one.role_id for one in given if one.role_id is not None))
        self._roles = listed(map(str, roles))
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

    def first(self, most: int) -> list[str]:
        """The first of them by employee_id."""
        statement = _FIRST_KEYS if self._everyone else _FIRST_KEYS_IN_ROLES
        return [key for (key,) in self._c.all(statement, roles=self._roles, most=most)]


def source_of(c: Connection, app: App, *, with_logins: bool = True, asked: bool = False) -> Source:
    """Read what belongs to `app`.

    Who has it is needed for planning only, and costs a look at everybody, unless it is `asked` of one after the other.
    """
    connector = connector_of(c, app)
    logins = _logins_of(c, app.id, asked=asked) if with_logins else frozenset[str]()
    pilot = _pilot(c, app) if with_logins and app.settings.is_pilot else None
    return Source(app, connector, parameters_of(connector, apps.parameters(c, app.id)), logins, pilot)


def _pilot(c: Connection, app: App) -> Pilot:
    """A role that is not there has nobody in it: then nobody is provisioned."""
    wanted, most = app.settings.pilot_role, app.settings.pilot_people
    keys: frozenset[str] | None = None
    if wanted:
        roles = [role for role in directory.roles(c) if wanted == role.group_id or name_key(wanted) == name_key(role.name)]
        inside = nesting.load(c).below(*(role.id for role in roles))
        keys = frozenset(key for role in inside for key in members_of_role(c, role))
    if not most:
        return Pilot(keys, None)
    having = AskedLogins(c, app.id)
    first = having.first(most) if keys is None else sorted(having.intersection(keys))[:most]
    return Pilot(keys, first[-1] if first else "")


def _logins_of(c: Connection, app_id: int, *, asked: bool) -> Logins:
    return AskedLogins(c, app_id) if asked else _logins(c, app_id)


def _logins(c: Connection, app_id: int) -> frozenset[str]:
    given = apps.assignments(c, app_id)
    if any(assignment.role_id is None for assignment in given):
        return frozenset(key for (key,) in c.stream(_KEYS))
    roles = nesting.load(c).below(*(assignment.role_id for assignment in given if assignment.role_id is not None))
    return frozenset(key for role in roles for key in members_of_role(c, role))


def members_of_role(c: Connection, role_id: int) -> dict[str, str]:
    """employee_id → userName of everyone who is in a role itself."""
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
