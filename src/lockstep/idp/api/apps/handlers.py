"""`/api/2/apps` (facts 24 to 26)."""

from functools import partial
from typing import Any

from lockstep.idp.api.apps import parameters, wire
from lockstep.idp.api.apps.connectors import connector_of
from lockstep.idp.api.apps.lookup import app_of
from lockstep.idp.api.bodies import ids_of, read_object
from lockstep.idp.api.call import Answer, Call
from lockstep.idp.api.filters import Pattern
from lockstep.idp.api.listing import page_of
from lockstep.idp.api.paging import wanted
from lockstep.idp.api.problems import invalid
from lockstep.idp.api.users import store as users_store
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem

LIMIT, MOST = 100, 1_000
_CONFIGURED = ("scim_base_url", "scim_bearer_token", "allow_loopback")
_SHOWN = ("signature_algorithm", "certificate_id")
_FIELDS = {
    "connector": "connector_id",
    "scim_url": "configuration.scim_base_url",
    "loopback": "configuration.allow_loopback",
    "token": "configuration.scim_bearer_token",
}


def show_all(call: Call, c: Connection) -> Answer:
    """The apps by their ids; `name` may hold `*`, `connector_id` and `auth_method` are exact."""
    name, connector, method = call.text("name"), call.text("connector_id"), call.text("auth_method")
    found = {
        app.id: one
        for app in sorted(store.all_apps(c), key=lambda one: one.id)
        if (one := wire.short(c, app))
        and (not name or Pattern(name).fits(app.name))
        and (not connector or str(one["connector_id"]) == connector)
        and (not method or str(one["auth_method"]) == method)
    }

    def ids(start: int, descending: bool, limit: int) -> list[int]:
        known = [one for one in found if (one < start if descending else one > start)]
        return (known[::-1] if descending else known)[:limit]

    page = page_of(wanted(call, default=LIMIT, most=MOST), ids, lambda ones: [found[one] for one in ones])
    return Answer(page.rows, headers=page.headers)


def show(call: Call, c: Connection) -> Answer:
    """One app."""
    return Answer(wire.full(c, call.context, app_of(call, c)))


def create(call: Call, c: Connection) -> Answer:
    """A new app of a connector; where its target is elsewhere, `configuration` says where, and with which token."""
    sent = _sent(call)
    connector = connector_of(sent["connector_id"]) if _is_number(sent.get("connector_id")) else None
    if connector is None:
        raise invalid("connector_id", "is the id of no connector that there is: GET /api/2/connectors")
    if not isinstance(sent.get("name"), str):
        raise invalid("name", "has to be a text")
    given = _configuration(sent)
    try:
        app = actions.create_app(
            c,
            call.context.engine.vault,
            call.now,
            name=sent["name"],
            connector=connector,
            scim_url=given.get("scim_base_url") or "",
            token=given.get("scim_bearer_token") or "",
            allow_loopback=given.get("allow_loopback") is True,
            actor=call.actor,
        )
    except ValueProblem as problem:
        raise invalid(_FIELDS.get(problem.field, problem.field), problem.what) from None
    _rest(call, c, app, sent)
    return Answer(wire.full(c, call.context, actions.find_app(c, app.name)))  # 200, as OneLogin's client wants it


def change(call: Call, c: Connection) -> Answer:
    """Change what is sent; of `role_ids` the whole is replaced, and parameters are merged."""
    app, sent = app_of(call, c), _sent(call)
    if "connector_id" in sent and (not _is_number(sent["connector_id"]) or connector_of(sent["connector_id"]) != app.connector):
        raise invalid("connector_id", "cannot be changed: make another app")
    given = _configuration(sent)
    for name in _CONFIGURED:
        if name in given and not (name == "scim_base_url" and given[name] == app.scim_url):
            what = (
                "is not changed here, because it has to be proved that it is the same target: use the app's page Configuration"
            )
            raise invalid(f"configuration.{name}", what)
    if "name" in sent:
        if not isinstance(sent["name"], str):
            raise invalid("name", "has to be a text")
        actions.rename(c, app, sent["name"], call.now, actor=call.actor)
    renamed = store.app_by_id(c, app.id) or app
    _rest(call, c, renamed, sent)
    return Answer(wire.full(c, call.context, store.app_by_id(c, app.id) or app))


def remove_parameter(call: Call, c: Connection) -> Answer:
    """Delete a parameter of an app."""
    return parameters.remove(call, c, app_of(call, c))


def users(call: Call, c: Connection) -> Answer:
    """Who has an app."""
    app = app_of(call, c)

    def rows(ids: list[int]) -> list[dict[str, Any]]:
        found = [user for number in ids if (user := directory.user_by_id(c, number)) is not None]
        return [
            {
                "id": user.id,
                "username": user.user_name,
                "email": user.email or None,
                "firstname": user.given_name or None,
                "lastname": user.family_name or None,
            }
            for user in found
        ]

    filters = users_store.Filters(app=app.id)
    page = page_of(wanted(call, default=LIMIT, most=MOST), partial(users_store.ids, c, filters), rows)
    return Answer(page.rows, headers=page.headers)


def _sent(call: Call) -> dict[str, Any]:
    sent = read_object(call, wire.SENT)
    for name, fixed in wire.FIXED.items():
        if sent.get(name) is not None and sent[name] != fixed:
            raise invalid(name, f"is always {fixed!r} here".replace("None", "null").replace("True", "true"))
    return sent


def _configuration(sent: dict[str, Any]) -> dict[str, Any]:
    found = sent.get("configuration")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise invalid("configuration", "has to be an object")
    for name, value in found.items():
        if name not in (*_CONFIGURED, *_SHOWN):
            raise invalid(f"configuration.{name[:100]}", f"is not known here; there are {', '.join((*_CONFIGURED, *_SHOWN))}")
        kind = bool if name == "allow_loopback" else str
        if name in _CONFIGURED and value is not None and not isinstance(value, kind):
            raise invalid(f"configuration.{name}", "has to be true or false" if kind is bool else "has to be a text")
    if found.get("signature_algorithm") not in (None, wire.SIGNATURE):
        raise invalid("configuration.signature_algorithm", f"is always {wire.SIGNATURE} here")
    return {name: value for name, value in found.items() if value is not None}


def _rest(call: Call, c: Connection, app: App, sent: dict[str, Any]) -> None:
    """Roles, provisioning and parameters, as far as they were sent."""
    if sent.get("role_ids") is not None:
        _set_roles(call, c, app, ids_of(sent["role_ids"], "role_ids"))
    provisioning = sent.get("provisioning")
    if provisioning is not None:
        if not isinstance(provisioning, dict) or not isinstance(provisioning.get("enabled"), bool):
            raise invalid("provisioning.enabled", "has to be true or false")
        switch = "on" if provisioning["enabled"] else "off"
        actions.change_settings(c, app, [f"provisioning={switch}"], call.now, actor=call.actor)
    if sent.get("parameters") is not None:
        parameters.put(call, c, app, sent["parameters"])


def _set_roles(call: Call, c: Connection, app: App, ids: list[int]) -> None:
    having = wire.role_ids(c, app)
    for place, number in enumerate(ids):
        role = directory.role_by_id(c, number)
        if role is None:
            raise invalid(f"role_ids.[{place}]", f"there is no role {number}")
        if number not in having:
            actions.assign(c, app, role.group_id, call.now, actor=call.actor)
    for number in having:
        if number not in ids:
            actions.unassign(c, app, number, call.now, actor=call.actor)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
