"""The apps of a user: one login each, and its provisioning in OneLogin's words (facts 79 to 81)."""

from typing import Any

from lockstep.idp.apps import store as apps
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning.onelogin import provisioning_of
from lockstep.idp.provisioning.standing import standings
from lockstep.kit.db import Connection

_APPS = 2**21
"""More apps than there are; a login is a user in an app, and its number is made of both."""


def logins_of(c: Connection, user: User) -> list[dict[str, Any]]:
    """The logins of a user, by the app's id."""
    having = [app for app in apps.all_apps(c) if apps.has_app(c, app.id, user.id)]
    found = []
    for app in sorted(having, key=lambda one: one.id):
        state, status = provisioning_of(standings(c, app, [user.employee_id])[user.employee_id])
        on = app.settings.provisioning
        found.append(
            {
                "id": app.id,
                "icon_url": None,
                "extension": False,
                "login_id": user.id * _APPS + app.id,
                "name": app.name,
                "provisioning_status": status.value if on else "disabled",
                "provisioning_state": state.value if on else "unknown",
                "provisioning_enabled": on,
            }
        )
    return found
