"""Why a person has an app, and why they are in its groups."""

from dataclasses import dataclass

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.words import fed_words
from lockstep.idp.console.words import RULE_SOURCES
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning.preview import of_person
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Why:
    """What gives a person the app, and each of their groups with what feeds it.

    `rule` is the name of the rule that decides, "" where none does; `groups` is empty, too, where the app sends none.
    """

    by: tuple[str, ...]
    groups: tuple[tuple[str, str], ...] = ()
    rule: str = ""


def why(c: Connection, app: App, user: User, roles: list[Role]) -> Why:
    """By the rules in force.  `roles` are those that the user has."""
    ids = {role.id: role.name for role in roles}
    given = [one.role_id for one in apps.assignments(c, app.id)]
    by = tuple("everyone has it" if one is None else f"role {ids[one]}" for one in given if one is None or one in ids)
    if not app.settings.groups:
        return Why(by)
    found = of_person(c, app, rules.applied(c, app.id).rules, user.employee_id)
    names = {role.group_id: role.name for role in roles}
    fed: dict[str, list[str]] = {}
    for one in found.groups:
        fed.setdefault(one.name, []).append(fed_words(one, dict(RULE_SOURCES), names))
    groups = tuple((name, ", ".join(fed[name])) for name in sorted(fed, key=str.casefold))
    return Why(by, groups, "" if found.winner is None else found.winner.name)
