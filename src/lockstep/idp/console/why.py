"""Why a person has an app, and why they are in its groups."""

from dataclasses import dataclass

from lockstep.idp.apps.logins.actions import groups_of_user
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.evaluate import at_login
from lockstep.idp.console.words import RULE_SOURCES
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning.groups.why import app_ways, fed_ways, roles_of, way_words
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


def why(c: Connection, app: App, user: User) -> Why:
    """By the rules in force, and by the roles that the user is in, in itself or through others."""
    roles = roles_of(c, user)
    by = tuple(way_words(way) for way in app_ways(c, app, roles))
    if not app.settings.groups:
        return Why(by)
    found = of_person(c, app, rules.applied(c, app.id).rules, user.employee_id)
    fed: dict[str, list[str]] = {}
    for one in (*found.groups, *at_login(groups_of_user(c, app, user.id))):
        fed.setdefault(one.name, []).extend(way_words(way) for way in fed_ways(c, roles, one, dict(RULE_SOURCES)))
    groups = tuple((name, "; ".join(fed[name])) for name in sorted(fed, key=str.casefold))
    return Why(by, groups, "" if found.winner is None else found.winner.name)
