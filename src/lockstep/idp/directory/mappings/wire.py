"""Mappings as OneLogin's API writes them: `{id, name, match, enabled, position, conditions[], actions[{action, value[]}]}`.

Pure.  What cannot be taken is said field by field, by paths such as `actions.[0].value`, as OneLogin's answers 422 say it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Object
from dataclasses import dataclass
from typing import Any

import msgspec

from lockstep.idp.directory.conditions.attributes import CUSTOM, ONELOGIN_NAMES
from lockstep.idp.directory.conditions.wire import (
    FieldError,
    Option,
    WireProblem,
    label_of,
    name_of,
    read_conditions,
    write_condition,
)
from lockstep.idp.directory.mappings.checks import problems_of
from lockstep.idp.directory.mappings.records import (
    ADD_ROLE,
    GROUP,
    MAPPED_STATUSES,
    SET,
    SET_GROUP,
    SET_STATUS,
    SETTABLE,
    STATUS,
    Action,
    Mapping,
    MappingProblem,
    field_of,
)
from lockstep.idp.directory.records import Role

_NUMBERED = re.compile(r"(source|operator|value|action|values)-(\d+)")
_PLACES = {"source": "conditions", "operator": "conditions", "value": "conditions", "action": "actions", "values": "actions"}
_FIRST = {"group": GROUP, "group_id": GROUP}


@dataclass(frozen=True, slots=True)
class Sent:
    """A mapping that was sent, and where it should stand: 1 for the first, None for the last or where it is."""

    mapping: Mapping
    position: int | None


def write_mapping(mapping: Mapping, position: int | None = None) -> dict[str, Any]:
    """The mapping as the API gives it."""
    return {
        "id": mapping.id,
        "name": mapping.name,
        "match": mapping.match,
        "enabled": mapping.enabled,
        "position": position,
        "conditions": [write_condition(one) for one in mapping.conditions],
        "actions": [write_action(one) for one in mapping.actions],
    }


def write_action(action: Action) -> dict[str, Any]:
    """An action as the API gives it."""
    name = field_of(action)
    called = action.action if name in ("", STATUS, GROUP) else SET + name_of(name)
    return {"action": called, "value": list(action.values)}


def read_mapping(sent: Any, before: Mapping | None = None, roles: Collection[int] | None = None) -> Sent:
    """The mapping that is meant; a field that is not sent is as it is in `before`.

    `roles` are the ids of roles that there are, where they are to be checked.  Raises WireProblem with all that is wrong.
    """
    if not isinstance(sent, Object):
        raise WireProblem([FieldError("", ("Invalid mapping: send an object.",))])
    mapping, errors = before or Mapping("", ()), list[FieldError]()
    changes: dict[str, Any] = {}
    for name, kind, what in (("name", str, "a text"), ("enabled", bool, "true or false")):
        value = sent.get(name, getattr(mapping, name))
        changes[name] = value
        if not isinstance(value, kind):
            errors.append(FieldError(name, (f"Invalid {name}: send {what}.",)))
    changes["match"] = sent.get("match", mapping.match)
    if changes["match"] not in ("all", "any"):
        errors.append(FieldError("match", ("Invalid match: send all or any.",)))
    position = sent.get("position")
    if position is not None and (not isinstance(position, int) or isinstance(position, bool) or position < 1):
        errors.append(FieldError("position", ("Invalid position: send a whole number from 1, or null for the last.",)))
    for name, read in (("conditions", lambda value: read_conditions(value, roles)), ("actions", _read_actions)):
        try:
            changes[name] = read(sent[name]) if name in sent else getattr(mapping, name)
        except WireProblem as problem:
            errors += problem.errors
    if errors:
        raise WireProblem(errors)
    found = msgspec.structs.replace(mapping, **changes)
    problems = problems_of(found)
    if problems:
        raise WireProblem(errors_of(problems))
    return Sent(found, position)


def errors_of(problems: Iterable[MappingProblem]) -> list[FieldError]:
    """What is wrong with a mapping, by the paths of the API."""
    return [FieldError(_path(one.field), (one.text,)) for one in problems]


def _path(field: str) -> str:
    found = _NUMBERED.fullmatch(field)
    if found is None:
        return field
    name, number = found.groups()
    return f"{_PLACES[name]}.[{number}].{name.removesuffix('s')}"


def _read_actions(sent: Any) -> tuple[Action, ...]:
    if not isinstance(sent, list):
        raise WireProblem([FieldError("actions", ("Invalid actions: send a list.",))])
    errors: list[FieldError] = []
    found: list[Action] = []
    for number, one in enumerate(sent):
        try:
            found.append(_read_action(one))
        except WireProblem as problem:
            errors += [FieldError(f"actions.[{number}]{error.field}", error.message) for error in problem.errors]
    if errors:
        raise WireProblem(errors)
    return tuple(found)


def _read_action(sent: Any) -> Action:
    if not isinstance(sent, Object) or not isinstance(sent.get("action"), str):
        raise WireProblem([FieldError(".action", ("Invalid action: send action and value.",))])
    called, values = sent["action"], sent.get("value")
    listed = [values] if isinstance(values, str | int) and not isinstance(values, bool) else values
    if not isinstance(listed, list) or not all(isinstance(one, str | int) and not isinstance(one, bool) for one in listed):
        raise WireProblem([FieldError(".value", ("Invalid action value: send a list of texts.",))])
    return Action(_action_of(called), tuple(map(str, listed)))


def _action_of(called: str) -> str:
    """Our name of an action that clients may call otherwise: `set_role` is `add_role`, `set_lastname` sets family_name."""
    if called in (ADD_ROLE, "set_role"):
        return ADD_ROLE
    name = called.removeprefix(SET)
    if not called.startswith(SET) or name in _FIRST:
        return SET_GROUP if name in _FIRST else called
    return SET + ONELOGIN_NAMES.get(name, name)


def actions(custom: Iterable[str] = ()) -> list[Option]:
    """What mappings can do; `custom` are the short names of custom attributes."""
    names = [*(name_of(one) for one in SETTABLE), *(CUSTOM + one for one in custom)]
    return [
        Option("Set Role", ADD_ROLE),
        Option("Set Status", SET_STATUS),
        Option("Set Group", SET_GROUP),
        *(Option(f"Set {label_of(name)}", SET + name) for name in names),
    ]


def values(action: str, roles: Iterable[Role] = (), groups: Iterable[tuple[int, str]] = ()) -> Sequence[Option]:
    """The values that an action can have; none where any text can be written.  `groups` are ids and names."""
    if action == ADD_ROLE:
        return [Option(role.name, str(role.id)) for role in roles]
    if action == SET_STATUS:
        return [Option(one.name.capitalize(), str(int(one))) for one in MAPPED_STATUSES]
    return [Option(name, str(number)) for number, name in groups] if action == SET_GROUP else []
