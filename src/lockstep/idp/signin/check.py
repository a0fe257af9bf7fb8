"""Who could not sign in to an app, and why: looked up before anybody tries."""

from dataclasses import dataclass, field

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.records import Status
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


def parameters_for(c: Connection, app: App) -> tuple[Parameter, ...]:
    """The parameters of an app, as both wires use them."""
    return parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id))


def check_app(c: Connection, app: App) -> Checked:
    """Look at every Active person who has the app."""
    parameters, checked = parameters_for(c, app), Checked()
    given = apps.assignments(c, app.id)
    everyone = any(one.role_id is None for one in given)
    members = {user.id for one in given if one.role_id is not None for user in directory.members_of_role(c, one.role_id)}
    with_password = people.with_password(c)
    for user in directory.stream_users(c):
        if user.status != Status.ACTIVE or not (everyone or user.id in members):
            continue
        checked.people += 1
        checked.without_password += user.id not in with_password
        checked.found.extend(Found(user.user_name, trouble) for trouble in troubles(parameters, user))
    return checked
