"""What becomes of a person at a target: a connector's template with an app's parameters laid over it, as a SCIM document."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Protocol

from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.conditions.attributes import (
    DERIVED,
    ONELOGIN_NAMES,
    USER_ATTRIBUTES,
    attribute_of,
    check_source,
    expanded,
    macro_names,
)
from lockstep.idp.directory.records import User
from lockstep.kit.problems import ValueProblem
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA

Document = dict[str, Any]


_ENTERPRISE_KEYS = ("employeeNumber", "department", "division", "costCenter", "organization")
_NAME_KEYS = ("givenName", "familyName", "middleName", "honorificPrefix", "honorificSuffix", "formatted")
_PLAIN_KEYS = (
    "userName",
    "externalId",
    "displayName",
    "nickName",
    "title",
    "userType",
    "profileUrl",
    "preferredLanguage",
    "locale",
    "timezone",
)


Place = tuple[str, ...]

_PLACES: dict[str, Place] = {
    **{key: (key,) for key in _PLAIN_KEYS},
    **{f"name.{key}": ("name", key) for key in _NAME_KEYS},
    **{key: (ENTERPRISE, key) for key in _ENTERPRISE_KEYS},
    "manager": (ENTERPRISE, "manager"),
    "emails": ("emails",),
    "phoneNumbers": ("phoneNumbers",),
}
"""Where the value of each parameter goes in the document."""

_SHAPES: dict[str, Callable[[str], Any]] = {
    "manager": lambda value: {"value": value},
    "emails": lambda value: [{"value": value, "type": "work", "primary": True}],
    "phoneNumbers": lambda value: [{"value": value, "type": "work"}],
}
"""What the value of a parameter becomes, where it is not sent as it is."""


PARAMETER_KEYS = tuple(_PLACES)
_KNOWN = {key.lower(): key for key in (*PARAMETER_KEYS, NAME_ID)}
_LONGEST_KEY = 256

SEPARATOR = ";"
"""Between the values of a parameter that has several, as OneLogin joins them."""
Given = Mapping[str, tuple[str, ...]]
"""What rules set for a person: parameter key → values, at least one."""
NOTHING: Given = MappingProxyType({})
"""Of whom rules set nothing."""
ACCESS_CONTROL = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What AWS takes as an attribute for access control, and makes a session tag of."""


def check_parameter(parameter: Parameter) -> None:
    """Raises ValueProblem (`key`, `source`, `saml`) for what does not exist, or what an assertion cannot carry."""
    if parameter.key not in _PLACES and parameter.key != NAME_ID:
        _check_own_key(parameter)
    if parameter.key == NAME_ID and (parameter.include_in_saml_assertion or parameter.multi_value):
        what = f"{NAME_ID} is the subject of every assertion: it has one value, and is no attribute"
        raise ValueProblem("key", what, what)
    if parameter.multi_value and not parameter.include_in_saml_assertion:
        what = f"{parameter.key}: --multi-value says how it is written in the assertion: add --include-in-saml-assertion"
        raise ValueProblem("saml", "several values are written in the assertion only: include it there", what)
    names = macro_names(parameter.source) if parameter.macro else [parameter.source]
    for name in names:
        if parameter.macro or name != "none":
            check_source(name)


def _check_own_key(parameter: Parameter) -> None:
    key = parameter.key
    known = _KNOWN.get(key.lower())
    if known is not None:
        raise ValueProblem("key", f"the parameter is spelt {known}", f"{key}: the parameter is spelt {known}")
    if not parameter.include_in_saml_assertion:
        there = f"there are {', '.join((*PARAMETER_KEYS, NAME_ID))}. Any other name is for the SAML assertion alone"
        what = f"no such parameter; {there}: tick “Include in SAML assertion”"
        raise ValueProblem("key", what, f"{key}: no such parameter; {there}: add --include-in-saml-assertion")
    if key.startswith(ACCESS_CONTROL) and not key.removeprefix(ACCESS_CONTROL):
        what = "the name of the session tag is missing after the last colon, such as CostCenter"
        raise ValueProblem("key", what, f"{key}: {what}")
    if not key.strip() or key != key.strip() or len(key) > _LONGEST_KEY or not key.isprintable():
        what = f"the name of a parameter has 1 to {_LONGEST_KEY} characters, none of them a control character"
        raise ValueProblem("key", what, what)


def value_of(parameter: Parameter, user: User, given: Given = NOTHING) -> str:
    """What `parameter` has for `user`, "" where it has nothing: what rules set (`given`), else what its source gives."""
    values = given.get(parameter.key)
    if values:
        return SEPARATOR.join(values)
    if parameter.macro:
        return expanded(parameter.source, user)
    return "" if parameter.source == "none" else attribute_of(user, parameter.source)


def parameters_of(connector: Connector, overrides: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The connector's template with the app's own parameters laid over it."""
    rows = {key: Parameter(key, source, macro=False) for key, source in connector.template.items()}
    rows.update({parameter.key: parameter for parameter in overrides})
    return tuple(rows.values())


class Renderer(Protocol):
    """Makes the SCIM user of a person: whether it is active, and what rules set for them."""

    def __call__(self, user: User, active: bool, given: Given = NOTHING, /) -> Document:
        """The document."""


def renderer(parameters: Iterable[Parameter]) -> Renderer:
    """What `render` does, looked up once for many people."""
    placed = [parameter for parameter in parameters if parameter.key in _PLACES]  # others are for the SAML assertion
    steps = [_step(parameter) for parameter in placed]
    own = {parameter.key: parameter for parameter in placed}

    def write(user: User, active: bool, given: Given = NOTHING, /) -> Document:
        document: Document = {"active": active}
        for holder, name, value_for, shape in steps:
            value = value_for(user)
            if value:
                place = document.setdefault(holder, {}) if holder else document
                place[name] = value if shape is None else shape(value)
        for key in given:
            if key in own:
                _put(document, key, value_of(own[key], user, given))
        document["schemas"] = [USER_SCHEMA, ENTERPRISE] if ENTERPRISE in document else [USER_SCHEMA]
        return document

    return write


def _put(document: Document, key: str, value: str) -> None:
    *holders, name = _PLACES[key]
    place = document.setdefault("".join(holders), {}) if holders else document
    shape = _SHAPES.get(key)
    place[name] = value if shape is None else shape(value)


_Step = tuple[str, str, Callable[[User], str], Callable[[str], Any] | None]
"""Where a value goes (inside what, under which name), where it comes from, and what it becomes."""


def _step(parameter: Parameter) -> _Step:
    *holders, name = _PLACES[parameter.key]
    source = ONELOGIN_NAMES.get(parameter.source, parameter.source)
    plain = not parameter.macro and source in USER_ATTRIBUTES and source not in DERIVED
    value_for = attrgetter(source) if plain else partial(value_of, parameter)
    return "".join(holders), name, value_for, _SHAPES.get(parameter.key)


def render(parameters: Iterable[Parameter], user: User, *, active: bool, given: Given = NOTHING) -> Document:
    """The SCIM user that `user` is at the target.  Empty values are left out.

    A manager is named by employee_id here; it becomes the target's id when it is sent.
    """
    return renderer(parameters)(user, active, given)
