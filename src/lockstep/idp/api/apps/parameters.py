"""The parameters of an app over the API: an object, by their keys (facts 27 to 30), in the words of `apps.parameters.wire`."""

from collections.abc import Mapping
from typing import Any

from lockstep.idp.api.call import NO_CONTENT, Answer, Call, whole
from lockstep.idp.api.problems import FORBIDDEN, ApiProblem, invalid, not_found
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.connectors.parameters import GROUPS
from lockstep.idp.apps.parameters.actions import BuiltInProblem, delete_by_number
from lockstep.idp.apps.parameters.wire import KEYS, all_to_wire, from_wire, groups_of, number_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem, sentence

MOST = 200
_FIELDS = {"source": "user_attribute_mappings", "saml": "include_in_saml_assertion", "transform": "attributes_transformations"}
"""What `actions.set_parameter` calls a member."""


def known(c: Connection, app: App) -> dict[str, Parameter]:
    """The parameters of an app, its own laid over the connector's, and Groups."""
    rows = parameters_of(CONNECTORS[app.connector], store.parameters(c, app.id))
    return {one.key: one for one in (*rows, groups_of(app.settings))}


def written(c: Connection, app: App) -> dict[str, Any]:
    """All of them."""
    return all_to_wire(parameters_of(CONNECTORS[app.connector], store.parameters(c, app.id)), app.settings)


def put(call: Call, c: Connection, app: App, sent: Any) -> None:
    """Change or add those that were sent; the others stay (facts 26).  Raises ApiProblem (422)."""
    if not isinstance(sent, Mapping):
        raise invalid("parameters", "has to be an object of parameters by their keys")
    if len(sent) > MOST:
        raise invalid("parameters", f"send at most {MOST} parameters")
    before = known(c, app)
    for key, value in sent.items():
        place = f"parameters.{key[:100]}"
        if not isinstance(value, Mapping):
            raise invalid(place, "has to be an object")
        try:
            parameter = from_wire(key, value, before.get(key))
            if parameter == before.get(key):
                continue
            if key == GROUPS:
                raise ValueProblem("", "is changed by the app's settings: groups, safe-entitlements")
            actions.set_parameter(c, app, parameter, call.now, actor=call.actor)
        except ValueProblem as problem:
            member = _FIELDS.get(problem.field, problem.field)
            raise invalid(f"{place}.{member}" if member in KEYS else place, problem.what) from None


def remove(call: Call, c: Connection, app: App) -> Answer:
    """Delete an app's own parameter, by its id or its key; the connector's stay."""
    wanted = call.places["parameter"]
    found = known(c, app)
    number = number_of(found[wanted]) if wanted in found else whole(wanted)
    if number is None or all(number_of(one) != number for one in found.values()):
        raise not_found(f"{app.name} has no parameter {wanted[:100]}.")
    try:
        delete_by_number(c, app, number, call.now, actor=call.actor)
    except BuiltInProblem as problem:
        raise ApiProblem(FORBIDDEN, sentence(str(problem))) from None
    return NO_CONTENT
