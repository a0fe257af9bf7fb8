"""The parameters of an app as OneLogin's API writes them: an object, by their keys (facts 27 to 30)."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec

from lockstep.idp.api.bodies import shaped
from lockstep.idp.api.call import NO_CONTENT, Answer, Call, whole
from lockstep.idp.api.problems import FORBIDDEN, ApiProblem, FieldError, invalid, not_found
from lockstep.idp.apps import actions, store
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.records import App, Parameter
from lockstep.idp.directory.conditions.attributes import ONELOGIN_NAMES
from lockstep.kit.db import Connection
from lockstep.kit.problems import ValueProblem

MACRO, NONE = "_macro_", "none"
MOST = 200
_THEIRS = {ours: theirs for theirs, ours in ONELOGIN_NAMES.items()}
_FIELDS = {"key": "", "source": ".user_attribute_mappings", "saml": ".include_in_saml_assertion"}


class Sent(msgspec.Struct):
    """A parameter as it is sent; what is not read here may be there, because a program sends back what it read."""

    user_attribute_mappings: str | None = None
    user_attribute_macros: str | None = None
    include_in_saml_assertion: bool | None = None


def id_of(key: str) -> int:
    """The id of a parameter: made of its key, so that it is the same in every app, and for ever."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") | 1


def known(c: Connection, app: App) -> dict[str, Parameter]:
    """The parameters of an app, its own laid over the connector's."""
    return {one.key: one for one in parameters_of(CONNECTORS[app.connector], store.parameters(c, app.id))}


def written(c: Connection, app: App) -> dict[str, Any]:
    """All of them."""
    return {key: _one(parameter) for key, parameter in known(c, app).items()}


def _one(parameter: Parameter) -> dict[str, Any]:
    source = parameter.source
    return {
        "id": id_of(parameter.key),
        "label": parameter.key,
        "user_attribute_mappings": MACRO if parameter.macro else _THEIRS.get(source, source),
        "user_attribute_macros": source if parameter.macro else None,
        "attributes_transformations": None,
        "values": None,
        "default_values": None,
        "skip_if_blank": True,
        "provisioned_entitlements": False,
        "safe_entitlements_enabled": False,
        "include_in_saml_assertion": parameter.include_in_saml_assertion,
    }


def put(call: Call, c: Connection, app: App, sent: Any) -> None:
    """Change or add those that were sent; the others stay (facts 26).  Raises ApiProblem (422)."""
    if not isinstance(sent, Mapping):
        raise invalid("parameters", "has to be an object of parameters by their keys")
    if len(sent) > MOST:
        raise invalid("parameters", f"send at most {MOST} parameters")
    before = known(c, app)
    for key, value in sent.items():
        place = f"parameters.{key[:100]}"
        try:
            read = shaped(value, Sent)
        except ApiProblem as problem:
            errors = [FieldError(f"{place}.{one.field}".rstrip("."), one.message) for one in problem.errors]
            raise ApiProblem(problem.status, problem.message, errors) from None
        parameter = _meant(place, before.get(key, Parameter(key, NONE, macro=False)), read)
        if parameter == before.get(key):
            continue
        try:
            actions.set_parameter(c, app, parameter, call.now, actor=call.actor)
        except ValueProblem as problem:
            raise invalid(place + _FIELDS.get(problem.field, ""), problem.what) from None


def _meant(place: str, before: Parameter, sent: Sent) -> Parameter:
    source, macro = before.source, before.macro
    named = sent.user_attribute_mappings
    if named == MACRO:
        text = sent.user_attribute_macros or (source if macro else "")
        if not text:
            raise invalid(f"{place}.user_attribute_macros", "is missing")
        source, macro = text, True
    elif named is not None:
        source, macro = named or NONE, False
        if source == _THEIRS.get(before.source, before.source) and not before.macro:
            source = before.source  # sent back as it was shown
    included = before.include_in_saml_assertion if sent.include_in_saml_assertion is None else sent.include_in_saml_assertion
    return replace(before, source=source, macro=macro, include_in_saml_assertion=included)


def remove(call: Call, c: Connection, app: App) -> Answer:
    """Delete an app's own parameter, by its id or its key; the connector's stay."""
    wanted = call.places["parameter"]
    number = whole(wanted)
    found = next((key for key in known(c, app) if wanted == key or number == id_of(key)), None)
    if found is None:
        raise not_found(f"{app.name} has no parameter {wanted[:100]}.")
    if found in CONNECTORS[app.connector].template:
        raise ApiProblem(FORBIDDEN, f"{found} is a parameter of the connector: it can be changed, not deleted.")
    actions.remove_parameter(c, app, found, call.now, actor=call.actor)
    return NO_CONTENT
