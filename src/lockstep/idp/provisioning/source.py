"""What the planner reads of the directory and the app, in the shapes that deciding wants."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import sqlalchemy as sa

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.capabilities.actions import connector_of
from lockstep.idp.apps.connectors import NOTHING, Connector, Given
from lockstep.idp.apps.logins.actions import groups_of
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.apps.rules import store as rules_store
from lockstep.idp.apps.rules.evaluate import days_asked, value_rules, values_of
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.apps.template.actions import recipe_of
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.days import days_since
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import Role, State, User
from lockstep.idp.directory.store import members_table, users_table
from lockstep.idp.provisioning.records import Logins
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

# Only somebody who is approved has an app.
_APPROVED = users_table.c.state == int(State.APPROVED)
_MEMBERS = Statement(
    sa.select(users_table.c.employee_id, users_table.c.user_name)
    .select_from(members_table.join(users_table, members_table.c.user_id == users_table.c.id))
    .where(members_table.c.role_id == sa.bindparam("role", type_=sa.BigInteger), _APPROVED)
)
_KEYS = Statement(sa.select(users_table.c.employee_id).where(_APPROVED))
_KNOWN_KEYS = Statement(sa.select(users_table.c.employee_id).where(among(users_table.c.employee_id, "keys"), _APPROVED))
_KEYS_IN_ROLES = Statement(
    sa.select(users_table.c.employee_id)
    .select_from(users_table.join(members_table, members_table.c.user_id == users_table.c.id))
    .where(among(users_table.c.employee_id, "keys"), among(sa.cast(members_table.c.role_id, sa.Text), "roles"), _APPROVED)
    .distinct()
)
_FIRST, _MOST = sa.bindparam("first", type_=sa.Integer), sa.bindparam("most", type_=sa.Integer)
_NEXT_KEYS = Statement(
    sa.select(users_table.c.employee_id).where(_APPROVED).order_by(users_table.c.employee_id).limit(_MOST).offset(_FIRST)
)
_NEXT_KEYS_IN_ROLES = Statement(
    sa.select(users_table.c.employee_id)
    .where(
        sa.exists().where(
            members_table.c.user_id == users_table.c.id, among(sa.cast(members_table.c.role_id, sa.Text), "roles")
        ),
        _APPROVED,
    )
    .order_by(users_table.c.employee_id)
    .limit(_MOST)
    .offset(_FIRST)
)


@dataclass(frozen=True, slots=True)
class Source:
    """An app with everything that decides what should be at its target.

    `logins` are the employee_ids who have the app, `pilot` those of them whom it is limited to, for now.  `rules` are those in
    force; `parameters` has what they set, too.
    """

    app: App
    connector: Connector
    recipe: Recipe
    logins: Logins
    pilot: "Pilot | None" = None
    rules: tuple[Rule, ...] = ()
    added: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """employee_id → the groups that were added at that login."""

    @property
    def value_rules(self) -> tuple[Rule, ...]:
        """Those of the rules that set anything but Groups."""
        return value_rules(self.rules)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What feeds single attributes."""
        return self.recipe.parameters

    def is_outside(self, key: str) -> bool:
        """Whether a person has the app, and is left as they are while it is tried with others."""
        return self.pilot is not None and key not in self.pilot and key in self.logins

    def insiders(self, keys: Iterable[str]) -> set[str]:
        """Those of some people who have the app, and whom it is limited to."""
        having = self.logins.intersection(keys)
        return set(having) if self.pilot is None else {key for key in having if key in self.pilot}


@dataclass(frozen=True, slots=True)
class Pilot:
    """Whom an app is limited to: people of a role (`keys`), and no further than one employee_id (`last`)."""

    keys: Logins | None
    last: str | None

    def __contains__(self, key: object) -> bool:
        """Whether somebody is one of them."""
        return isinstance(key, str) and (self.keys is None or key in self.keys) and (self.last is None or key <= self.last)


class Asked:
    """Who is in one of some roles, or everyone, asked for one after the other and remembered, inside one transaction."""

    def __init__(self, c: Connection, roles: Iterable[int], *, everyone: bool = False) -> None:
        self._c = c
        self._everyone = everyone
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

    def between(self, first: int, end: int) -> list[str]:
        """Those of them who come first by employee_id, from number `first` up to number `end`, counted from 0."""
        statement = _NEXT_KEYS if self._everyone else _NEXT_KEYS_IN_ROLES
        return [key for (key,) in self._c.all(statement, roles=self._roles, first=first, most=max(0, end - first))]


def asked_logins(c: Connection, app_id: int) -> Asked:
    """Who has an app, asked for one after the other."""
    given = apps.assignments(c, app_id)
    roles = nesting.load(c).below(*(one.role_id for one in given if one.role_id is not None))
    return Asked(c, roles, everyone=any(one.role_id is None for one in given))


def source_of(c: Connection, app: App, *, with_logins: bool = True, asked: bool = False) -> Source:
    """Read what belongs to `app`.

    Who has it is needed for planning only, and costs a look at everybody, unless it is `asked` of one after the other.
    """
    connector = connector_of(c, app)
    logins = _logins_of(c, app.id, asked=asked) if with_logins else frozenset[str]()
    pilot = _pilot(c, app, asked=asked) if with_logins and app.settings.is_pilot else None
    rules = rules_store.applied(c, app.id).rules
    return Source(app, connector, recipe_of(c, app, rules, asked=asked), logins, pilot, rules, groups_of(c, app))


def left_out(c: Connection, app: App, key: str) -> bool:
    """Whether an app is limited to some people, and somebody is none of them."""
    return app.settings.is_pilot and key not in _pilot(c, app, asked=True)


def _pilot(c: Connection, app: App, *, asked: bool) -> Pilot:
    """A role that is not there has nobody in it: then nobody is provisioned."""
    roles, most = _pilot_roles(c, app), app.settings.pilot_people
    last = pilots_between(c, app, most - 1, most) if most else []
    keys: Logins | None = None
    if app.settings.pilot_role:
        keys = Asked(c, roles) if asked else _members_of_roles(c, roles)
    return Pilot(keys, last[0] if last else None)


def _pilot_roles(c: Connection, app: App) -> tuple[int, ...]:
    wanted = app.settings.pilot_role
    if not wanted:
        return ()
    one = directory.role_by_group_id(c, wanted)
    named = {role.id for role in directory.roles_by_name(c, wanted)}
    return nesting.load(c).below(*sorted(named | ({one.id} if one is not None else set())))


def pilots_between(c: Connection, app: App, first: int, end: int) -> list[str]:
    """Of those who have the app, and are in the role that it is limited to, some by their numbers (see `Asked.between`)."""
    having = asked_logins(c, app.id)
    if not app.settings.pilot_role:
        return having.between(first, end)
    return sorted(having.intersection(_members_of_roles(c, _pilot_roles(c, app))))[first:end]


def _logins_of(c: Connection, app_id: int, *, asked: bool) -> Logins:
    return asked_logins(c, app_id) if asked else _logins(c, app_id)


def _logins(c: Connection, app_id: int) -> frozenset[str]:
    given = apps.assignments(c, app_id)
    if any(assignment.role_id is None for assignment in given):
        return frozenset(key for (key,) in c.stream(_KEYS))
    return _members_of_roles(
        c, nesting.load(c).below(*(assignment.role_id for assignment in given if assignment.role_id is not None))
    )


def _members_of_roles(c: Connection, roles: Iterable[int]) -> frozenset[str]:
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


Subject = tuple[User, list[Role], int | None]
"""Whom rules are asked about: the person, their roles and all that contain those, the days since their last login."""


def subjects(c: Connection, rules: Iterable[Rule], only: Collection[str] | None = None) -> Iterator[Subject]:
    """Everyone, or some people, with what `rules` ask about; logins are looked up only where one does."""
    asked = bool(days_asked(rules))
    if only is not None:
        for user in people(c, only):
            yield subject_of(c, user, asked=asked)
        return
    tree, today = nesting.load(c), activity.today(c)
    known = {role.id: (number, role) for number, role in enumerate(directory.roles(c))}
    seats = directory.stream_seats(c)
    seat = next(seats, None)
    logins = activity.stream_last_logins(c) if asked else iter(())
    login = next(logins, None)
    for user in directory.stream_users(c):
        his = []
        while seat is not None and seat[0] == user.employee_id:
            his.append(seat[1])
            seat = next(seats, None)
        days = None
        if login is not None and login[0] == user.employee_id:
            days = days_since(today, login[1])
            login = next(logins, None)
        yield user, [role for _, role in sorted((known[one] for one in tree.above(*his)), key=lambda one: one[0])], days


def subject_of(c: Connection, user: User, *, asked: bool = True) -> Subject:
    """One person as rules are asked about them; without the last login where nobody has `asked` about it."""
    days = days_since(activity.today(c), activity.of(c, user.id).last_login) if asked else None
    return user, nesting.roles_held(c, user.id), days


def people_given(c: Connection, rules: Sequence[Rule], only: Collection[str] | None = None) -> Iterable[tuple[User, Given]]:
    """Everyone, or some people, with what rules set for them beside Groups; roles are read only where rules set anything."""
    setting = value_rules(rules)
    if not setting:
        return zip(people(c, only), repeat(NOTHING), strict=False)
    return ((one[0], values_of(setting, *one)) for one in subjects(c, setting, only))


def given_to(c: Connection, rules: Sequence[Rule], user: User) -> Given:
    """What rules set for one person beside Groups."""
    setting = value_rules(rules)
    return values_of(setting, *subject_of(c, user, asked=bool(days_asked(setting)))) if setting else NOTHING


PIECE = 500
"""People who are looked up together."""


def pieces(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """`keys` in pieces that one statement takes."""
    return (keys[first : first + PIECE] for first in range(0, len(keys), PIECE))
