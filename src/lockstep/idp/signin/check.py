"""Who could not sign in to an app, and why: looked up before anybody tries."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import Given
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.subject import user_name_of
from lockstep.idp.apps.template.actions import recipe_of
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.records import User, may_enter
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.source import given_to, people_given
from lockstep.idp.signin.claims import Trouble, troubles
from lockstep.idp.signin.people import store as people
from lockstep.kit.db import Connection


@dataclass(frozen=True, slots=True)
class Found:
    """What is in one person's way."""

    user_name: str
    trouble: Trouble


@dataclass(slots=True)
class Checked:
    """How many Active people have the app, and what is in their way.

    Having no password is not in `found`: everybody begins without one.
    """

    people: int = 0
    without_password: int = 0
    found: list[Found] = field(default_factory=list)


def given_by_rules(c: Connection, app: App, user: User) -> Given:
    """What the rules in force set for a person."""
    return given_to(c, rules.applied(c, app.id).rules, user)


def check_app(c: Connection, app: App) -> Checked:
    """Look at every Active person who has the app."""
    recipe, checked = recipe_of(c, app), Checked()
    provisioned = _Provisioned(c, app, recipe)
    given = apps.assignments(c, app.id)
    everyone = any(one.role_id is None for one in given)
    roles = nesting.load(c).below(*(one.role_id for one in given if one.role_id is not None))
    members = {user.id for role in roles for user in directory.members_of_role(c, role)}
    with_password = people.with_password(c)
    for user, set_by_rules in people_given(c, rules.applied(c, app.id).rules):
        if not may_enter(user) or not (everyone or user.id in members):
            continue
        checked.people += 1
        checked.without_password += user.id not in with_password
        found = [*troubles(recipe, user, set_by_rules), *provisioned.troubles(user, set_by_rules)]
        checked.found.extend(Found(user.user_name, trouble) for trouble in found)
    return checked


class _Provisioned:
    """What the target is known to hold.  Nothing is said of an app that has never provisioned anybody: others may do it."""

    def __init__(self, c: Connection, app: App, recipe: Recipe) -> None:
        self._recipe = recipe
        target = links.find_target(c, app.id, app.scim_url)
        self._app = app.name
        self._known = app.settings.provisioning or (target != 0 and links.count_users(c, target) > 0)
        self._names = {link.key: link for link in links.users(c, target)} if self._known and target else {}

    def troubles(self, user: User, given: Given) -> Iterator[Trouble]:
        """Why the target would not know the person by the name that the assertion says."""
        if not self._known:
            return
        link = self._names.get(user.employee_id)
        fix = f"Provision: lockstep idp plan {self._app}; lockstep idp sync {self._app}"
        if link is None or link.missing:
            yield Trouble("The person is not at the target yet, so nobody there has that name.", fix)
        elif not link.value.get("active", True):
            yield Trouble("The person is switched off at the target.", fix)
        elif name_of(link.value) != user_name_of(self._recipe, user, given):
            yield Trouble(f"The target still has the userName {name_of(link.value)[:80]!r}.", fix)
