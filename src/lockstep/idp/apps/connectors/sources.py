"""The attributes of a person that parameters, rules and templates can name: ours, and OneLogin's spellings of them.  Pure."""

import re

from lockstep.idp.directory.records import PROFILE, User
from lockstep.kit.problems import ValueProblem

# OneLogin's names for user attributes (its macros and parameter sources) beside our own.
ONELOGIN_NAMES = {
    "firstname": "given_name",
    "lastname": "family_name",
    "username": "user_name",
    "external_id": "employee_id",
    "name": "display_name",
    "manager_user_id": "manager_id",
    "preferred_locale_code": "locale",
}
USER_ATTRIBUTES = frozenset(PROFILE)
MACRO = re.compile(r"\{([^{}]+)\}")
CUSTOM = "custom_attribute_"
PARTS = ("email_name_part", "email_domain_part")


def attribute_of(user: User, name: str) -> str:
    """The value of one attribute, "" if it has none.  The name was checked when the parameter was set."""
    if name.startswith(CUSTOM):
        return user.custom.get(name.removeprefix(CUSTOM), "")
    if name == "email_name_part":
        return user.email.partition("@")[0]
    if name == "email_domain_part":
        return user.email.partition("@")[2]
    return str(getattr(user, ONELOGIN_NAMES.get(name, name)))


def check_source(name: str) -> None:
    """Raises ValueProblem (`source`) unless `name` is an attribute that a parameter can take its value from."""
    if name.startswith(CUSTOM) or name in PARTS:
        return
    if ONELOGIN_NAMES.get(name, name) not in USER_ATTRIBUTES:
        what = f"{name}: no such user attribute; custom ones are written {CUSTOM}NAME"
        raise ValueProblem("source", what, what)
