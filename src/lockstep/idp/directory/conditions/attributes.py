"""Attributes of a user by name, ours or OneLogin's, and texts with attributes in them (macros)."""

import re
from collections.abc import Callable

from lockstep.idp.directory.records import FIELDS, User
from lockstep.kit.problems import ValueProblem

CUSTOM = "custom_attribute_"
"""How the name of a custom attribute begins where it stands beside others."""
ONELOGIN_NAMES = {
    "firstname": "given_name",
    "lastname": "family_name",
    "username": "user_name",
    "name": "display_name",
    "manager_user_id": "manager_id",
    "preferred_locale_code": "locale",
}
"""OneLogin's names for user attributes (its macros and parameter sources) beside our own."""
USER_ATTRIBUTES = frozenset(FIELDS)
_DERIVED: dict[str, Callable[[User], str]] = {
    "email_name_part": lambda user: user.email.partition("@")[0],
    "email_domain_part": lambda user: user.email.partition("@")[2],
    "firstinitial": lambda user: user.given_name[:1],
    "lastinitial": lambda user: user.family_name[:1],
    "external_id": lambda user: user.external_id or user.employee_id,  # who has no other name is known by this one
    "onelogin_id": lambda user: str(user.id) if user.id else "",
}
"""What OneLogin makes of attributes and has names for in its macros."""
DERIVED = tuple(_DERIVED)
_MACRO = re.compile(r"\{([^{}]+)\}")


def attribute_of(user: User, name: str) -> str:
    """The value of one attribute, "" if it has none.  The name was checked when it was set."""
    if name.startswith(CUSTOM):
        return user.custom.get(name.removeprefix(CUSTOM), "")
    made = _DERIVED.get(name)
    return str(getattr(user, ONELOGIN_NAMES.get(name, name))) if made is None else made(user)


def check_source(name: str) -> None:
    """Raises ValueProblem (`source`) unless `name` is an attribute that a value can be taken from."""
    if name.startswith(CUSTOM) or name in _DERIVED:
        return
    if ONELOGIN_NAMES.get(name, name) not in USER_ATTRIBUTES:
        what = f"{name}: no such user attribute; custom ones are written {CUSTOM}NAME"
        raise ValueProblem("source", what, what)


def macro_names(text: str) -> list[str]:
    """The names in braces: `["firstname", "lastname"]` of `{firstname}.{lastname}`."""
    return _MACRO.findall(text)


def is_empty(text: str, user: User) -> bool:
    """Whether a macro names attributes, and the user has none of them: what is left is not about anybody."""
    names = macro_names(text)
    return bool(names) and not any(attribute_of(user, name) for name in names)


def expanded(text: str, user: User) -> str:
    """A macro with the user's values in the places of the names; what is between them stays as it is."""
    return _MACRO.sub(lambda found: attribute_of(user, found.group(1)), text).strip()
