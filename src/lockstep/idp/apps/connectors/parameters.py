"""What becomes of a person at a target: a connector's template with an app's parameters laid over it, as a SCIM document."""

from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any, Protocol

from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.apps.connectors.values import NOTHING, SEPARATOR, Given, Values, is_plain, value_of, values_of
from lockstep.idp.apps.records import NAME_ID, TRANSFORMS, Parameter
from lockstep.idp.directory.conditions.attributes import (
    DERIVED,
    ONELOGIN_NAMES,
    USER_ATTRIBUTES,
    check_source,
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

PLACES: dict[str, Place] = {
    **{key: (key,) for key in _PLAIN_KEYS},
    **{f"name.{key}": ("name", key) for key in _NAME_KEYS},
    **{key: (ENTERPRISE, key) for key in _ENTERPRISE_KEYS},
    "manager": (ENTERPRISE, "manager"),
    "emails": ("emails",),
    "phoneNumbers": ("phoneNumbers",),
}
"""Where the value of each parameter goes in the document."""

PLURAL: dict[str, Callable[[str], Document]] = {
    "emails": lambda value: {"value": value, "type": "work", "primary": True},
    "phoneNumbers": lambda value: {"value": value, "type": "work"},
}
"""What one value of a parameter becomes that may have several at the target; the first alone is the primary one."""


def _entries(key: str, values: Iterable[str]) -> list[Document]:
    made = [PLURAL[key](value) for value in values]
    return made[:1] + [{name: value for name, value in one.items() if name != "primary"} for one in made[1:]]


_SHAPES: dict[str, Callable[[str], Any]] = {
    "manager": lambda value: {"value": value},
    "emails": lambda value: [PLURAL["emails"](value)],
    "phoneNumbers": lambda value: [PLURAL["phoneNumbers"](value)],
}
"""What the value of a parameter becomes, where it is not sent as it is."""


PARAMETER_KEYS = tuple(PLACES)
_KNOWN = {key.lower(): key for key in (*PARAMETER_KEYS, NAME_ID)}
_LONGEST_KEY = 256
MOST_VALUES, LONGEST_VALUE, LONGEST_LABEL = 100, 1_000, 200
GROUPS = "groups"
"""The key of the parameter Groups, whose values are the groups at the target; its flags are settings of the app."""
BUILT_IN = {key: number for number, key in enumerate((*PARAMETER_KEYS, NAME_ID, GROUPS), 1)}
"""The numbers of the parameters that come with every connector, and cannot be deleted; those of an app begin behind them."""
FIRST_NUMBER = 1_001

ACCESS_CONTROL = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
"""What AWS takes as an attribute for access control, and makes a session tag of."""


def check_parameter(parameter: Parameter) -> None:
    """Raises ValueProblem (`key`, `source`, `saml`) for what does not exist, or what an assertion cannot carry."""
    if parameter.key not in PLACES and parameter.key != NAME_ID:
        _check_own_key(parameter)
    if parameter.key == NAME_ID and (parameter.include_in_saml_assertion or parameter.multi_value):
        what = f"{NAME_ID} is the subject of every assertion: it has one value, and is no attribute"
        raise ValueProblem("key", what, what)
    if parameter.multi_value and not parameter.include_in_saml_assertion:
        what = f"{parameter.key}: --multi-value says how it is written in the assertion: add --include-in-saml-assertion"
        raise ValueProblem("saml", "several values are written in the assertion only: include it there", what)
    _check_flags(parameter)
    _check_fixed(parameter)
    names = macro_names(parameter.source) if parameter.macro else [parameter.source]
    for name in names:
        if parameter.macro or name != "none":
            check_source(name)


def _check_flags(parameter: Parameter) -> None:
    key = parameter.key
    if parameter.transform not in TRANSFORMS:
        what = f"choose one of {', '.join(TRANSFORMS)}"
        raise ValueProblem("transform", what, f"{key}: {what}")
    if not parameter.skip_if_blank and key in _SHAPES:
        what = "an empty entry cannot be sent: leave it out when it is blank"
        raise ValueProblem("skip_if_blank", what, f"{key}: {what}")
    if key == NAME_ID and parameter.in_provisioning:
        what = f"{NAME_ID} is for sign-in; over SCIM a person is named by userName"
        raise ValueProblem("in_provisioning", what, f"{key}: {what}")


def _check_fixed(parameter: Parameter) -> None:
    for field, fixed in (("values", parameter.values), ("default_values", parameter.default_values)):
        values = () if fixed is None else (fixed,) if isinstance(fixed, str) else fixed
        what = f"at most {MOST_VALUES} values of at most {LONGEST_VALUE} characters, all of them printable"
        if len(values) > MOST_VALUES or any(len(one) > LONGEST_VALUE or not _is_printable(one) for one in values):
            raise ValueProblem(field, what, f"{parameter.key}: {what}")
    if len(parameter.label) > LONGEST_LABEL or not parameter.label.isprintable():
        what = f"a label has at most {LONGEST_LABEL} characters, all of them printable"
        raise ValueProblem("label", what, f"{parameter.key}: {what}")


def _is_printable(text: str) -> bool:
    """Line breaks are: they are between values, where it is so said."""
    return text.replace("\n", "").isprintable()


def _check_own_key(parameter: Parameter) -> None:
    key = parameter.key
    known = _KNOWN.get(key.lower())
    if known is not None:
        raise ValueProblem("key", f"the parameter is spelt {known}", f"{key}: the parameter is spelt {known}")
    if not parameter.include_in_saml_assertion and not parameter.in_provisioning:
        there = f"there are {', '.join((*PARAMETER_KEYS, NAME_ID))}. Any other name is for the SAML assertion alone"
        what = f"no such parameter; {there}: tick “Include in SAML assertion”"
        raise ValueProblem("key", what, f"{key}: no such parameter; {there}: add --include-in-saml-assertion")
    if key.startswith(ACCESS_CONTROL) and not key.removeprefix(ACCESS_CONTROL):
        what = "the name of the session tag is missing after the last colon, such as CostCenter"
        raise ValueProblem("key", what, f"{key}: {what}")
    if not key.strip() or key != key.strip() or len(key) > _LONGEST_KEY or not key.isprintable():
        what = f"the name of a parameter has 1 to {_LONGEST_KEY} characters, none of them a control character"
        raise ValueProblem("key", what, what)


def parameters_of(connector: Connector, overrides: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """The connector's template with the app's own parameters laid over it."""
    rows = {key: Parameter(key, source, macro=False) for key, source in connector.template.items()}
    rows.update({parameter.key: parameter for parameter in overrides})
    return tuple(rows.values())


class Renderer(Protocol):
    """Makes the SCIM user of a person."""

    def __call__(self, user: User, active: bool, given: Given = NOTHING, /) -> Document:
        """`active` says whether it is switched on; `given` is what stands in the place of what parameters would give."""


def renderer(parameters: Iterable[Parameter]) -> Renderer:
    """What `render` does, looked up once for many people."""
    steps = [_step(one) for one in parameters if one.key in PLACES and provisioned(one)]  # others are for the SAML assertion

    def write(user: User, active: bool, given: Given = NOTHING, /) -> Document:
        document: Document = {"active": active}
        for parameter, holder, name, value_for, shape in steps:
            value = values_of(parameter, user, given) if given and parameter.key in given else value_for(user)
            if value:
                place = document.setdefault(holder, {}) if holder else document
                if type(value) is not str:
                    place[name] = _written(parameter.key, value)
                else:
                    place[name] = value if shape is None else shape(value)
            elif not parameter.skip_if_blank:
                (document.setdefault(holder, {}) if holder else document)[name] = ""
        document["schemas"] = [USER_SCHEMA, ENTERPRISE] if ENTERPRISE in document else [USER_SCHEMA]
        return document

    return write


def provisioned(parameter: Parameter) -> bool:
    """Whether it goes over SCIM."""
    return parameter.key in PLACES if parameter.in_provisioning is None else parameter.in_provisioning


def _written(key: str, values: Iterable[str]) -> Any:
    """Values that did not come out of a plain source, as they are sent."""
    if key in PLURAL:
        return _entries(key, values)
    text = SEPARATOR.join(values)
    return {"value": text} if key == "manager" else text


_Step = tuple[Parameter, str, str, Callable[[User], str | Values], Callable[[str], Any] | None]
"""Of which parameter; where a value goes (inside what, under which name), where it comes from, and what it becomes."""


def _step(parameter: Parameter) -> _Step:
    *holders, name = PLACES[parameter.key]
    source = ONELOGIN_NAMES.get(parameter.source, parameter.source)
    value_for: Callable[[User], str | Values] = partial(values_of, parameter)
    if is_plain(parameter):
        plain = not parameter.macro and source in USER_ATTRIBUTES and source not in DERIVED
        value_for = attrgetter(source) if plain else partial(value_of, parameter)
    return parameter, "".join(holders), name, value_for, _SHAPES.get(parameter.key)


def render(parameters: Iterable[Parameter], user: User, *, active: bool, given: Given = NOTHING) -> Document:
    """The SCIM user that `user` is at the target.  Empty values are left out.

    A manager is named by employee_id here; it becomes the target's id when it is sent.
    """
    return renderer(parameters)(user, active, given)
