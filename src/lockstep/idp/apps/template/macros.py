"""The macros of a template: `{$user.<attribute>}`, `{$user.custom_fields.<shortname>}`, `{$parameters.<key>}`.  Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from operator import attrgetter
from typing import Literal

from lockstep.idp.apps.connectors import Given, attribute_of, provisioned, values_of
from lockstep.idp.apps.connectors.values import Values, is_plain, value_of
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.directory.conditions.attributes import DERIVED, ONELOGIN_NAMES, USER_ATTRIBUTES
from lockstep.idp.directory.records import User

MACRO = re.compile(r"\{\$([^{}]*)\}")
OPEN = re.compile(r"\{\$[^{}]*(?:\{|$)")
"""A macro that has no end."""
_FIELD = "user.custom_fields."
_USER = "user."
_PARAMETER = "parameters."
ACTIVE = "user.active"
MANAGER = frozenset({"user.manager_id", "user.manager_user_id", "parameters.manager", "parameters.external_manager_id"})
"""What names a manager by employee_id, which becomes the id that they have at the target."""
_ALIASES = {"scimusername": "userName", "external_manager_id": "manager"}
"""Keys of the parameters that OneLogin's SCIM connectors come with, beside ours."""
ELSEWHERE = ("city", "state", "country")
"""What templates name of a user besides; here these are custom attributes of the same name."""
_MANAGER_NAMES = ("manager_firstname", "manager_lastname")

Value = Callable[[User, Given], str]
Several = Callable[[User, Given], Values]


@dataclass(frozen=True, slots=True)
class Macro:
    """What stands in one pair of braces.

    `value` is its text for a person; of a parameter (`key`), `several` gives its values, of which there may be `many`.
    `active` is the macro that says whether they are switched on, which the caller knows.
    """

    name: str
    value: Value
    several: Several | None = None
    many: bool = False
    key: str = ""
    idle: bool = False
    """A parameter that is not sent over SCIM at all, though nobody took it out on purpose."""
    active: bool = False
    plain: str = ""
    """The field of `User` that it is, where it is just one."""
    nothing: bool = False
    """A parameter that nothing feeds, but rules and logins."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that is no macro, and what is to be done."""

    what: str


Known = Mapping[str, Parameter]
"""The parameters that a template can name, by key."""


def known(parameters: Iterable[Parameter]) -> Known:
    """The app's parameters, under OneLogin's keys for them, too."""
    rows = {one.key: one for one in parameters}
    rows.setdefault(NAME_ID, rows.get("userName", Parameter(NAME_ID, "user_name", macro=False)))
    for alias, key in _ALIASES.items():
        if key in rows:
            rows.setdefault(alias, rows[key])
    return rows


def macro_of(name: str, parameters: Known) -> Macro | Unknown:
    """What `{$name}` stands for."""
    if name == ACTIVE:
        return Macro(name, _no_text, active=True)
    if name.startswith(_FIELD) and name != _FIELD:
        return Macro(name, partial(_custom, name.removeprefix(_FIELD)))
    if name.startswith(_USER):
        return _attribute(name)
    if name.startswith(_PARAMETER):
        found = parameters.get(name.removeprefix(_PARAMETER))
        return Unknown(_nearest(name, parameters)) if found is None else _parameter(name, found)
    return Unknown(_nearest(name, parameters))


def names(parameters: Known) -> list[str]:
    """Every macro that there is, without its braces, but for custom fields."""
    own = (*sorted(USER_ATTRIBUTES), *ONELOGIN_NAMES, *DERIVED, *ELSEWHERE)
    return [ACTIVE, *(f"{_USER}{one}" for one in own), *(f"{_PARAMETER}{key}" for key in sorted(parameters))]


def _nearest(name: str, parameters: Known) -> str:
    if name.removeprefix(_USER) in _MANAGER_NAMES:
        return "a manager's name is read-only in SCIM (RFC 7643 section 4.3): leave it out, the target has it from them"
    if name.startswith("user.custom"):
        return f"a custom attribute is written {{${_FIELD}SHORTNAME}}"
    candidates = names(parameters)
    near = get_close_matches(name, candidates, 1, 0.6) or get_close_matches(
        f"{_USER}{name}", candidates if name else (), 1, 0.6
    )
    meant = f"did you mean {{${near[0]}}}?" if near else "there are {$user.…}, {$user.custom_fields.…} and {$parameters.…}"
    return f"{{${name[:80]}}} is not known; {meant}"


def _no_text(_user: User, _given: Given) -> str:
    return ""


def _custom(name: str, user: User, _given: Given) -> str:
    return user.custom.get(name, "")


def _attribute(name: str) -> Macro | Unknown:
    short = name.removeprefix(_USER)
    own = ONELOGIN_NAMES.get(short, short)
    if short in DERIVED:
        return Macro(name, lambda user, _given: attribute_of(user, short))
    if own in USER_ATTRIBUTES:
        get: Callable[[User], str] = attrgetter(own)
        return Macro(name, lambda user, _given: get(user), plain=own)
    return Macro(name, partial(_custom, short)) if short in ELSEWHERE else Unknown(_nearest(name, {}))


def _parameter(name: str, parameter: Parameter) -> Macro:
    if not (provisioned(parameter) or parameter.key == NAME_ID):
        return Macro(name, _no_text, key=parameter.key, idle=parameter.in_provisioning is None)
    source = ONELOGIN_NAMES.get(parameter.source, parameter.source)
    several = partial(values_of, parameter)
    if is_plain(parameter) and not parameter.macro and source == "none":
        return Macro(name, partial(value_of, parameter), several, key=parameter.key, nothing=True)
    if not is_plain(parameter) or parameter.macro or source not in USER_ATTRIBUTES or source in DERIVED:
        many = any(isinstance(one, tuple) for one in (parameter.values, parameter.default_values))
        return Macro(name, partial(value_of, parameter), several, many=many or parameter.transform != "none", key=parameter.key)
    get: Callable[[User], str] = attrgetter(source)

    def value(user: User, given: Given) -> str:
        return value_of(parameter, user, given) if given and parameter.key in given else get(user)

    return Macro(name, value, several, key=parameter.key, plain=source)


Kind = Literal["text", "macro"]


def pieces(text: str) -> list[tuple[Kind, str]]:
    """A text of the template cut at its macros: `[("text", "Dr. "), ("macro", "user.lastname")]`."""
    found: list[tuple[Kind, str]] = []
    last = 0
    for one in MACRO.finditer(text):
        if one.start() > last:
            found.append(("text", text[last : one.start()]))
        found.append(("macro", one.group(1)))
        last = one.end()
    if last < len(text):
        found.append(("text", text[last:]))
    return found
