"""Conditions as OneLogin's API writes them, and the lists that it gives of them.  Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from lockstep.idp.directory.conditions.attributes import CUSTOM, DERIVED, ONELOGIN_NAMES, USER_ATTRIBUTES
from lockstep.idp.directory.conditions.checks import condition_problems
from lockstep.idp.directory.conditions.records import (
    CHOICE_OPERATORS,
    CHOICES,
    DAY_OPERATORS,
    GROUP,
    LAST_LOGIN,
    OPERATORS,
    ROLE,
    STATE,
    STATUS,
    Condition,
    Operator,
)
from lockstep.idp.directory.records import Role, State, Status
from lockstep.kit.problems import Problem

HAS_ROLE = "has_role"
VERIFIED: dict[str, Operator] = {
    "=": "equals",
    "!=": "does not equal",
    ">": "is greater than",
    "<": "is less than",
    "~": "contains",
}
"""Codes that OneLogin's documents or clients show."""
UNVERIFIED: dict[str, Operator] = {
    "!~": "does not contain",
    "^~": "begins with",
    "$~": "ends with",
}
"""Codes that we chose where no document says OneLogin's."""
OF_ROLES: dict[str, Operator] = {"ri": "equals", "rin": "does not equal"}
"""Includes the role (verified), does not include it (unverified)."""
_OPERATOR_OF = {**VERIFIED, **UNVERIFIED}
_CODE_OF = {operator: code for code, operator in _OPERATOR_OF.items()}
_ROLE_CODE_OF = {operator: code for code, operator in OF_ROLES.items()}
_NAME_OF = {ours: theirs for theirs, ours in ONELOGIN_NAMES.items()}
_LABELS = {
    HAS_ROLE: "Roles",
    GROUP: "Group",
    "member_of": "MemberOf",
    LAST_LOGIN: "Last login (days ago)",
    "external_id": "External ID",
    "firstname": "First name",
    "lastname": "Last name",
    "name": "Display name",
    "manager_user_id": "Manager",
    "preferred_locale_code": "Locale",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, by its path: `conditions.[0].value`."""

    field: str
    message: tuple[str, ...]


class WireProblem(Problem):
    """Something that was sent cannot be taken; `errors` say what is wrong with which field."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{one.field}: {' '.join(one.message)}" for one in self.errors))


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list that the API gives: what it is called, and what is sent for it."""

    name: str
    value: str


def source_of(name: str) -> str:
    """Our name of a source that OneLogin calls `name`; `name` itself where it is the same, or none."""
    return ROLE if name == HAS_ROLE else ONELOGIN_NAMES.get(name, name)


def name_of(source: str) -> str:
    """What OneLogin calls a source."""
    return HAS_ROLE if source == ROLE else _NAME_OF.get(source, source)


def write_condition(one: Condition) -> dict[str, str]:
    """`{source, operator, value}`; a role is its id, several with `|` between them."""
    codes = _ROLE_CODE_OF if one.source == ROLE else _CODE_OF
    return {"source": name_of(one.source), "operator": codes.get(one.operator, one.operator), "value": one.value}


def read_conditions(sent: Any, roles: Collection[int] | None = None) -> tuple[Condition, ...]:
    """The conditions of a list.  `roles` are the ids that there are, where they are to be checked.  Raises WireProblem."""
    if sent is None:
        return ()
    if not isinstance(sent, list):
        raise WireProblem([FieldError("conditions", ("Invalid conditions: send a list.",))])
    errors: list[FieldError] = []
    found: list[Condition] = []
    for number, one in enumerate(sent):
        try:
            found.append(_read(one, roles))
        except WireProblem as problem:
            errors += [FieldError(f"conditions.[{number}]{error.field}", error.message) for error in problem.errors]
    if errors:
        raise WireProblem(errors)
    return tuple(found)


def _read(sent: Any, roles: Collection[int] | None) -> Condition:
    if not isinstance(sent, Mapping):
        raise WireProblem([FieldError("", ("Invalid condition: send source, operator and value.",))])
    texts = {name: _text(sent.get(name)) for name in ("source", "operator", "value")}
    missing = [
        FieldError(f".{name}", (f"Invalid condition {name}: send a text.",)) for name, text in texts.items() if text is None
    ]
    if missing:
        raise WireProblem(missing)
    name, code, value = (text or "" for text in texts.values())
    source = source_of(name)
    operator = (OF_ROLES if source == ROLE else {}).get(code) or _OPERATOR_OF.get(code)
    if operator is None:
        known = ", ".join(one.value for one in operators(name))
        raise WireProblem([FieldError(".operator", (f"Invalid condition operator: {code[:80]}", f"There are {known}."))])
    found = Condition(source, operator, value)
    errors = [
        FieldError(f".{field}", (f"Invalid condition {field}: {texts[field] or ''}"[:200], text))
        for field, text in condition_problems(found)
    ]
    if not errors and source == ROLE and roles is not None:
        absent = [part.strip() for part in value.split("|") if int(part) not in roles]
        errors = [FieldError(".value", (f"Invalid condition value: {one}",)) for one in absent[:1]]
    if errors:
        raise WireProblem(errors)
    return found


def _text(sent: Any) -> str | None:
    """A text, or a number as one; OneLogin's clients send either."""
    if isinstance(sent, str):
        return sent
    return str(sent) if isinstance(sent, int) and not isinstance(sent, bool) else None


def label_of(name: str) -> str:
    """What a source of the API is called: `First name`."""
    if name.startswith(CUSTOM):
        return name.removeprefix(CUSTOM)
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def sources(custom: Iterable[str] = ()) -> list[Option]:
    """What conditions can look at; `custom` are the short names of custom attributes."""
    attributes = (name_of(one) for one in sorted(USER_ATTRIBUTES))
    names = (HAS_ROLE, STATUS, STATE, GROUP, LAST_LOGIN, *attributes, *DERIVED, *(CUSTOM + one for one in custom))
    return [Option(label_of(name), name) for name in dict.fromkeys(names)]


def operators(name: str) -> list[Option]:
    """The operators of a source, by OneLogin's name of it."""
    source = source_of(name)
    if source == ROLE:
        return [Option("includes", "ri"), Option("does not include", "rin")]
    found = CHOICE_OPERATORS if source in CHOICES else DAY_OPERATORS if source == LAST_LOGIN else OPERATORS
    return [Option(one, _CODE_OF[one]) for one in found]


def values(name: str, roles: Iterable[Role] = ()) -> list[Option]:
    """The values that a source can have; none where any text can be written."""
    source = source_of(name)
    if source == ROLE:
        return [Option(role.name, str(role.id)) for role in roles]
    return [Option(one.name.replace("_", " ").capitalize(), str(int(one))) for one in _LISTS.get(source, ())]


_LISTS: dict[str, Iterable[IntEnum]] = {STATUS: Status, STATE: State}
