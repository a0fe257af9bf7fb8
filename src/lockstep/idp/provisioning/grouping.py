"""Which groups an app should have, and who should be in them: by its rules, or, while none sets Groups, by role.

Reads the directory; what it decides by is pure (`apps.rules.evaluate`, `desired`).
"""

from array import array
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from lockstep.idp.apps.rules.evaluate import Fed, at_login, group_rules, groups_by, standing
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting_store
from lockstep.idp.directory.nesting.records import Nesting
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning import desired, links
from lockstep.idp.provisioning.records import DesiredGroup, Logins, name_key
from lockstep.idp.provisioning.source import Source, members_of_role, people, subjects
from lockstep.kit.db import Connection

NOBODY: Mapping[str, tuple[str, ...]] = MappingProxyType({})
"""At no login is any group added."""


class Grouping(Protocol):
    """Desired groups and their members."""

    groups: list[DesiredGroup]

    def wanted(self, group: DesiredGroup) -> dict[str, str]:
        """employee_id → userName of everyone who should be in the group, in order."""


@dataclass
class Some:
    """The groups of some people.  Looking at all groups is put off until somebody has to."""

    given: "ByRules"
    all_groups: Callable[[], Grouping]
    """All desired groups."""
    knows_all: bool
    """Whether all members of each are known: without rules.  With rules, those of `given` are."""


def of_everyone(c: Connection, source: Source, target: int) -> Grouping:
    """What the rules in force say of everyone who has the app."""
    rules = group_rules(source.rules)
    if not rules:
        return _by_role(c, source)
    return by_rules(c, rules, source.logins, remembered=remembered_at(c, target), added=source.added)


def of_some(c: Connection, source: Source, target: int, only: Collection[str]) -> Some:
    """What the rules in force say of some people (employee_ids), as far as the app is not limited to others."""
    rules = group_rules(source.rules)
    given, fed = asked(c, rules, source.insiders(only), only, source.added)

    def all_groups() -> Grouping:
        if not rules:
            return _by_role(c, source)
        there = standing(rules, directory.roles(c), remembered_at(c, target))
        groups = desired.for_fed({*fed, *there, *named_at_logins(source.added)})
        return ByRules(groups, given.people, given.members)

    return Some(given, all_groups, knows_all=not rules)


def of_one(c: Connection, source: Source, target: int, only: Collection[str] | None) -> Grouping:
    """What they say of one group: `only` are those whom rules are asked about, None for everyone."""
    return of_everyone(c, source, target) if only is None else of_some(c, source, target, only).all_groups()


def remembered_at(c: Connection, target: int) -> Iterator[Fed]:
    """The groups that are known to be at a target, each with all that feeds it."""
    return (Fed(link.name, feeder) for link in links.groups(c, target) for feeder in link.feeders)


def named_at_logins(added: Mapping[str, tuple[str, ...]]) -> Iterator[Fed]:
    """The groups that were added at logins; they are there as long as any login names them."""
    return (one for names in added.values() for one in at_login(names))


def _by_role(c: Connection, source: Source) -> Grouping:
    by_role = ByRole(c, source.logins)
    return WithLogins(by_role, source.added) if source.added else by_role


@dataclass
class ByRole:
    """Each role is the group of its name.  One group's members are read at a time."""

    c: Connection
    logins: Logins
    groups: list[DesiredGroup] = field(init=False)
    nesting: Nesting = field(init=False)

    def __post_init__(self) -> None:
        self.groups = desired.for_roles(directory.roles(self.c))
        self.nesting = nesting_store.load(self.c)

    def wanted(self, group: DesiredGroup) -> dict[str, str]:
        """The members of the group's roles, and of the roles in those, who have the app."""
        found: dict[str, str] = {}
        for role in self.nesting.below(*group.role_ids):
            found.update(members_of_role(self.c, role))
        keys = self.logins.intersection(found)  # walks `found`; `found.keys() & logins` would walk everybody who has the app
        return {key: found[key] for key in sorted(keys)}


@dataclass
class WithLogins:
    """By role, and whoever was put into a group at their login besides."""

    base: ByRole
    added: Mapping[str, tuple[str, ...]]
    groups: list[DesiredGroup] = field(init=False)
    _people: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._people = {}
        for person, names in self.added.items():
            for name in names:
                self._people.setdefault(name_key(name), set()).add(person)
        there = {group.key: group for group in self.base.groups}
        for one in desired.for_fed(named_at_logins(self.added)):
            own = there.get(one.key)
            there[one.key] = one if own is None else replace(own, feeders=(*own.feeders, *one.feeders))
        self.groups = [there[key] for key in sorted(there)]

    def wanted(self, group: DesiredGroup) -> dict[str, str]:
        """The members by role, and those whose login says so, as far as they have the app."""
        found = self.base.wanted(group)
        more = self.base.logins.intersection(self._people.get(group.key, ())) - found.keys()
        if not more:
            return found
        found.update((user.employee_id, user.user_name) for user in people(self.base.c, more))
        return dict(sorted(found.items()))


@dataclass
class ByRules:
    """What rules gave each person, in the order of employee_ids; a membership is one number."""

    groups: list[DesiredGroup] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    members: dict[str, "array[int]"] = field(default_factory=dict)

    def wanted(self, group: DesiredGroup) -> dict[str, str]:
        """Whom the rules put into the group."""
        return self.of_key(group.key)

    def of_key(self, key: str) -> dict[str, str]:
        """Whom the rules put into the group of this key."""
        return dict(self.people[number] for number in self.members.get(key, ()))


def by_rules(
    c: Connection,
    rules: tuple[Rule, ...],
    logins: Logins,
    *,
    only: Collection[str] | None = None,
    remembered: Iterable[Fed] = (),
    added: Mapping[str, tuple[str, ...]] = NOBODY,
) -> ByRules:
    """Ask the rules about everyone who has the app, or about some people (`only`), one after the other.

    `added` are the groups that were added at logins: whoever the rules put where, they are in these besides.
    """
    found, fed = asked(c, rules, logins, only, added)
    fed.update(standing(rules, directory.roles(c), remembered))
    fed.update(named_at_logins(added))
    found.groups = desired.for_fed(fed)
    return found


def asked(
    c: Connection,
    rules: tuple[Rule, ...],
    logins: Container[str],
    only: Collection[str] | None,
    added: Mapping[str, tuple[str, ...]] = NOBODY,
) -> tuple[ByRules, set[Fed]]:
    """Who the rules (those that set Groups) and logins put into which group, and what feeds those groups."""
    found, fed = ByRules(), set[Fed]()
    for user, roles, days in subjects(c, rules, only):
        if user.employee_id not in logins:
            continue
        given = (*groups_by(rules, user, roles, days), *at_login(added.get(user.employee_id, ())))
        if given:
            _put(found, user, given)
            fed.update(given)
    return found, fed


def _put(found: ByRules, user: User, given: Iterable[Fed]) -> None:
    for key in {name_key(one.name) for one in given}:
        found.members.setdefault(key, array("q")).append(len(found.people))
    found.people.append((user.employee_id, user.user_name))
