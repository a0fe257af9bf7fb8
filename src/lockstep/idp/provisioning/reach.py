"""Whom a rule touches: the people who have the app, and of whom it holds, a page at a time.  Nothing is asked of the target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from lockstep.idp.apps.connectors import SEPARATOR
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules.evaluate import days_asked, deciding, verdict
from lockstep.idp.apps.rules.records import GROUPS, Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.days import days_since
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.nesting.records import Nesting
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning.source import PIECE, Subject, asked_logins
from lockstep.kit.db import Connection

MOST = 50
"""People on a page."""
LOOKED_AT = 5_000
"""People who are looked at for one page, so that a rule that holds of few answers as soon as one that holds of many."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One person of whom a rule holds: what it sets, and for which of that a later rule sets something else."""

    user: User
    sets: tuple[tuple[str, str], ...]
    """(parameter, value), Groups first; empty where it finds no value."""
    beaten: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """Some of those whom a rule touches, by employee_id.

    `after` is the key of the last one looked at, "" where everybody has been; `looked` how many were looked at.
    """

    people: list[Touched]
    looked: int
    after: str


def touched_by(c: Connection, app: App, rules: tuple[Rule, ...], rule: Rule, after: str = "", most: int = MOST) -> Reach:
    """Whom `rule`, one of `rules`, touches, after the person of an employee_id ("" for the first).

    A rule that is disabled is asked as if it were not.
    """
    rules = tuple(replace(one, enabled=True) if one.id == rule.id else one for one in rules)
    logins, tree = asked_logins(c, app.id), nesting.load(c)
    roles = {role.id: role for role in directory.roles(c)}
    found: list[Touched] = []
    looked = 0
    while looked < LOOKED_AT:
        users = directory.users_after(c, after, PIECE)
        having = logins.intersection(user.employee_id for user in users)
        people = [user for user in users if user.employee_id in having]
        for subject in _subjects(c, people, tree, roles, asked=bool(days_asked(rules))):
            one = _touched(rules, rule, subject)
            if one is not None:
                found.append(one)
            if len(found) > most:
                return Reach(found[:most], looked, found[most - 1].user.employee_id)
        looked += len(users)
        if len(users) < PIECE:
            return Reach(found, looked, "")
        after = users[-1].employee_id
    return Reach(found, looked, after)


def _touched(rules: tuple[Rule, ...], rule: Rule, subject: Subject) -> Touched | None:
    verdicts = [verdict(one, *subject) for one in rules]
    his = next((one for one in verdicts if one.rule.id == rule.id), None)
    if his is None or not his.applies:
        return None
    groups = ", ".join(sorted({fed.name for fed in his.groups}, key=str.casefold))
    sets = [*([(GROUPS, groups)] if groups else ()), *((key, SEPARATOR.join(values)) for key, values in his.values.items())]
    by = deciding(verdicts)
    return Touched(subject[0], tuple(sets), frozenset(key for key, _ in sets if by[key].id != rule.id))


def _subjects(c: Connection, users: list[User], tree: Nesting, known: Mapping[int, Role], *, asked: bool) -> Iterator[Subject]:
    """Some people as rules are asked about them, with one look at the roles, and one at the logins, of all."""
    today = activity.today(c)
    held: dict[str, list[int]] = {}
    for key, role in directory.seats_of(c, [user.employee_id for user in users]):
        held.setdefault(key, []).append(role)
    logins = activity.last_logins(c, [user.employee_id for user in users]) if asked else {}
    for user in users:
        roles = [known[one] for one in tree.above(*held.get(user.employee_id, ()))]
        yield user, sorted(roles, key=lambda role: role.group_id), days_since(today, logins.get(user.id, 0))
