"""`/api/2/apps/:id/rules` (facts 38 to 50).

What is saved here is in force once somebody has looked at what it changes and applied the rules, as in the console.
"""

from typing import Any

from lockstep.idp.api import conditional
from lockstep.idp.api.apps.lookup import app_of
from lockstep.idp.api.bodies import read_ids, read_object
from lockstep.idp.api.call import CREATED, NO_CONTENT, Answer, Call
from lockstep.idp.api.problems import invalid, not_found
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import actions, store, wire
from lockstep.idp.apps.rules.records import Rule
from lockstep.idp.directory import store as directory
from lockstep.idp.directory.conditions import wire as conditions
from lockstep.idp.directory.fields import store as custom_fields
from lockstep.kit.db import Connection

SENT = ("id", "name", "match", "enabled", "position", "conditions", "actions")


def show_all(call: Call, c: Connection) -> Answer:
    """Every rule of an app, in order."""
    return Answer(conditional.shown(call, _written(c, app_of(call, c))))


def show(call: Call, c: Connection) -> Answer:
    """One rule."""
    app = app_of(call, c)
    return Answer(_one(c, app, _known(call, c, app).id))


def create(call: Call, c: Connection) -> Answer:
    """A new rule, at its position, or the last."""
    return Answer(_save(call, c, app_of(call, c), None), CREATED)


def change(call: Call, c: Connection) -> Answer:
    """A rule; what is not sent stays as it is."""
    app = app_of(call, c)
    return Answer(_save(call, c, app, _known(call, c, app)))


def remove(call: Call, c: Connection) -> Answer:
    """Delete a rule."""
    app = app_of(call, c)
    actions.remove(c, app, _known(call, c, app).id, call.now, actor=call.actor)
    return NO_CONTENT


def sort(call: Call, c: Connection) -> Answer:
    """Put all rules of an app in this order."""
    app, ids = app_of(call, c), read_ids(call)
    if sorted(ids) != sorted(one.id for one in store.rules_of(c, app.id)):
        raise invalid("", "name every rule of the app once")
    actions.sort(c, app, ids, call.now, actor=call.actor)
    return Answer(ids)


def list_conditions(call: Call, c: Connection) -> Answer:
    """What conditions can look at."""
    app_of(call, c)
    return Answer(conditional.options(conditions.sources(one.shortname for one in custom_fields.everything(c))))


def list_operators(call: Call, c: Connection) -> Answer:
    """The operators of a source."""
    app_of(call, c)
    return Answer(conditional.options(conditions.operators(call.places["source"])))


def list_condition_values(call: Call, c: Connection) -> Answer:
    """The values of a source; none where any text can be written."""
    app_of(call, c)
    return Answer(conditional.options(conditions.values(call.places["source"], directory.roles(c))))


def list_actions(call: Call, c: Connection) -> Answer:
    """What rules of the app can do."""
    app = app_of(call, c)
    return Answer(conditional.options(wire.action_options(app.name, actions.settable_in(c, app))))


def list_action_values(call: Call, c: Connection) -> Answer:
    """The values of an action; none where any text can be written."""
    app = app_of(call, c)
    found = wire.action_values(call.places["action"], actions.settable_in(c, app))
    return Answer(conditional.options(found))


def _save(call: Call, c: Connection, app: App, before: Rule | None) -> dict[str, Any]:
    roles = {role.id for role in directory.roles(c)}
    sent = wire.read_rule(read_object(call, SENT), actions.settable_in(c, app), before, roles)
    saved = actions.save(c, app, sent.rule, call.now, actor=call.actor)
    if sent.position is not None:
        actions.move(c, app, saved.id, sent.position, call.now, actor=call.actor)
    return _one(c, app, saved.id)


def _known(call: Call, c: Connection, app: App) -> Rule:
    number = call.id("rule")
    for one in store.rules_of(c, app.id):
        if one.id == number:
            return one
    raise not_found(f"{app.name} has no rule {number}.")


def _one(c: Connection, app: App, rule_id: int) -> dict[str, Any]:
    return next(one for one in _written(c, app) if one["id"] == rule_id)


def _written(c: Connection, app: App) -> list[dict[str, Any]]:
    return [wire.write_rule(one, number) for number, one in enumerate(store.rules_of(c, app.id), 1)]
