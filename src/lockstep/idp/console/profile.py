"""The fields of a user on forms: in sections, with custom user fields, and the manager as people write them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lockstep.idp.console.desk import Desk
from lockstep.idp.console.words import FIELD_NAMES
from lockstep.idp.directory.checks import FieldProblem, NotThereProblem
from lockstep.idp.directory.fields.records import CustomField
from lockstep.idp.directory.lookup import find_user
from lockstep.idp.directory.records import FIELDS, User
from lockstep.kit.db import Connection

CUSTOM = "custom."
"""Before the short name of a custom user field, in forms and at the command line."""
_PERSONAL = (
    *("given_name", "middle_name", "family_name", "suffix", "nickname", "display_name"),
    *("email", "user_name", "phone", "locale", "timezone"),
)
_ORGANIZATION = ("title", "department", "division", "company", "cost_center", "manager_id")
_DIRECTORY = ("external_id", "samaccountname", "userprincipalname", "distinguished_name", "member_of")
_HELP = {"manager_id": "A username, or an employee ID."}
SECTIONS = (
    ("Personal", _PERSONAL),
    ("Organization", _ORGANIZATION),
    ("Directory details", _DIRECTORY),
    ("Notes", ("comment",)),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a form says: fields by name, custom attributes by the short name of their field."""

    fields: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, str] = field(default_factory=dict)


def profile_of(desk: Desk, names: Iterable[str] = FIELDS) -> Profile:
    """What the form has of these fields, and all its custom attributes; a browser ends lines its own way, and none has any."""
    sent = {key for key, _ in desk.form}
    custom = {key.removeprefix(CUSTOM): desk.value(key) for key in sent if key.startswith(CUSTOM)}
    return Profile({name: desk.value(name) for name in names if name in sent}, custom)


def profile_now(user: User) -> Profile:
    """As the person is."""
    return Profile({name: getattr(user, name) for name in FIELDS}, user.custom)


def with_manager(c: Connection, typed: Profile) -> Profile:
    """The same with the manager's employee_id, where a username was typed; who is unknown here stays as typed."""
    name = typed.fields.get("manager_id", "")
    if not name:
        return typed
    try:
        manager = find_user(c, name)
    except NotThereProblem:
        return typed
    return replace(typed, fields={**typed.fields, "manager_id": manager.employee_id})


def sections(
    shown: Profile, errors: Mapping[str, str], custom: Iterable[CustomField], *, key: bool = False
) -> list[tuple[str, list[dict[str, Any]]]]:
    """(title, fields) of each part of the form; `key` with the employee_id, which is given once."""
    found = []
    for title, names in SECTIONS:
        some = ("employee_id", *names) if key and names is _DIRECTORY else names
        found.append((title, [_field(name, FIELD_NAMES[name], shown.fields, errors, name) for name in some]))
    own = [_field(one.shortname, one.name, shown.custom, errors, CUSTOM + one.shortname) for one in custom]
    return [*found, ("Custom user fields", own)] if own else found


def _field(key: str, label: str, values: Mapping[str, str], errors: Mapping[str, str], name: str) -> dict[str, Any]:
    wrong = errors.get(name) or errors.get(key, "")
    return {"name": name, "label": label, "value": values.get(key, ""), "error": wrong, "help": _HELP.get(name, "")}


def sentence(problem: FieldProblem) -> str:
    """The problem without the field's own name, which stands beside it."""
    return f"This {problem.what}."
