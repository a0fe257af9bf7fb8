"""The values of one login (user > Applications > app): what it has of its own, in the place of what the app gives."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.connectors.values import values_of
from lockstep.idp.apps.logins import actions, store
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store as rules
from lockstep.idp.apps.rules.records import GROUPS
from lockstep.idp.console.apps import WRONG, app_of, tab
from lockstep.idp.console.context import NOT_FOUND, number
from lockstep.idp.console.desk import Desk
from lockstep.idp.directory.records import User
from lockstep.idp.directory.store import user_by_id
from lockstep.idp.provisioning.entitlements.actions import names_to_choose
from lockstep.idp.provisioning.source import given_to
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

MOST_SUGGESTED = 500
"""Groups of the target that a browser offers while a name is typed."""


async def page(desk: Desk) -> Response:
    """The form, and what the login has of its own."""
    return await _page(desk, {}, {})


async def save(desk: Desk) -> Response:
    """Write the values of one parameter, or take them away."""
    app_id, user_id, key = number(desk.request), number(desk.request, "user"), desk.value("key")
    here = f"/admin/apps/{app_id}/users/{user_id}"
    if desk.value("do") == "remove":
        await desk.write(
            lambda c: actions.remove_values(c, app_of(c, app_id), _user(c, user_id), key, desk.now, actor=desk.actor)
        )
        return desk.go(here, f"{_words(key)}: what the app gives holds again.")
    typed = desk.value("values")
    values = tuple(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))

    def act(c: Connection) -> None:
        actions.set_values(c, app_of(c, app_id), _user(c, user_id), key, values, desk.now, actor=desk.actor)

    try:
        await desk.write(act)
    except ValueProblem as problem:
        return await _page(desk, {"key": key, "values": typed}, {problem.field: sentence(problem.what)}, WRONG)
    return desk.go(here, f"{_words(key)} has been saved for this login. They are looked at again.")


async def _page(desk: Desk, typed: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    user_id = number(desk.request, "user")

    def look(c: Connection, app: App) -> dict[str, Any]:
        user = _user(c, user_id)
        own = store.of_user(c, app.id, user.id)
        given = _given(c, app, user)
        keys = actions.editable(c, app)
        return {
            "user": user,
            "has_app": apps.has_app(c, app.id, user.id),
            "own": [(key, _words(key), own[key], given.get(key, ())) for key in sorted(own, key=str.casefold)],
            "keys": [(key, _words(key)) for key in keys],
            "given": [(_words(key), given.get(key, ())) for key in keys if key != GROUPS and key not in own and given.get(key)],
            "groups": names_to_choose(c, app, MOST_SUGGESTED),
        }

    shown = {"key": GROUPS, "values": "", **typed}
    return await tab(desk, "console/app_own_values.html", look, status, typed=shown, errors=errors)


def _given(c: Connection, app: App, user: User) -> dict[str, tuple[str, ...]]:
    """What the app gives them beside their own values: rules, else attributes, macros and defaults."""
    by_rules = given_to(c, rules.applied(c, app.id).rules, user)
    parameters = parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id))
    return {one.key: values_of(one, user, by_rules) for one in parameters}


def _words(key: str) -> str:
    return "Groups" if key == GROUPS else key


def _user(c: Connection, user_id: int) -> User:
    found = user_by_id(c, user_id)
    if found is None:
        raise HTTPException(NOT_FOUND)
    return found
