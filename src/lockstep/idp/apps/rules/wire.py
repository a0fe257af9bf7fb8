"""Rules as OneLogin's API writes them: `{id, name, match, enabled, position, conditions[], actions[]}`.

Pure.  What cannot be taken is said field by field, by paths such as `conditions.[0].value`, as OneLogin's answers 422 say it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from lockstep.idp.apps.rules.checks import problems_of
from lockstep.idp.apps.rules.evaluate import MEMBER_OF
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule, RuleProblem
from lockstep.idp.apps.rules.words import parameter_words
from lockstep.idp.directory.conditions.attributes import CUSTOM, DERIVED, USER_ATTRIBUTES
from lockstep.idp.directory.conditions.records import ROLE
from lockstep.idp.directory.conditions.wire import (
    HAS_ROLE,
    FieldError,
    Option,
    WireProblem,
    label_of,
    name_of,
    read_conditions,
    source_of,
    write_condition,
)

SET = "set_"
FROM_EXISTING = "_from_existing"
"""How Terraform says that values are named, not mapped."""
_ONELOGIN_KEYS = {
    "scimusername": "userName",
    "firstname": "name.givenName",
    "lastname": "name.familyName",
    "email": "emails",
    "phone": "phoneNumbers",
}
"""What OneLogin's SCIM connectors call parameters that have another name here."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A rule that was sent, and where it should stand: 1 for the first, None for the last or where it is."""

    rule: Rule
    position: int | None


def write_rule(rule: Rule, position: int | None = None) -> dict[str, Any]:
    """The rule as the API gives it."""
    return {
        "id": rule.id,
        "name": rule.name,
        "match": rule.match,
        "enabled": rule.enabled,
        "position": position,
        "conditions": [write_condition(one) for one in rule.conditions],
        "actions": [write_action(one) for one in rule.actions],
    }


def write_action(action: Action) -> dict[str, Any]:
    """An action as the API gives it."""
    value: list[str] = []
    expression = macro = None
    if isinstance(action, Existing):
        value = list(action.names)
    elif isinstance(action, Macro):
        macro = action.text
    else:
        value, expression = [ROLE if action.source == ROLE else name_of(action.source)], _delimited(action.pattern)
    return {"action": SET + action.parameter, "value": value, "expression": expression, "scriplet": None, "macro": macro}


def _delimited(pattern: str) -> str:
    """A pattern as it is written; between slashes where it would be taken for one between slashes."""
    return f"/{pattern}/" if _is_delimited(pattern) else pattern


def _is_delimited(text: str) -> bool:
    return len(text) > 1 and text.startswith("/") and text.endswith("/")


def read_rule(sent: Any, keys: Collection[str], before: Rule | None = None, roles: Collection[int] | None = None) -> Sent:
    """The rule that is meant.

    `keys` are what the app's rules can set, `roles` the ids of roles that there are, where they are to be checked.  A field
    that is not sent is as it is in `before`.  Raises WireProblem with everything that is wrong.
    """
    if not isinstance(sent, Mapping):
        raise WireProblem([FieldError("", ("Invalid rule: send an object.",))])
    errors: list[FieldError] = []
    rule = before or Rule("", ())
    name, match, enabled = sent.get("name", rule.name), sent.get("match", rule.match), sent.get("enabled", rule.enabled)
    position = sent.get("position")
    if not isinstance(name, str):
        errors.append(FieldError("name", ("Invalid name: send a text.",)))
    if match not in ("all", "any"):
        errors.append(FieldError("match", ("Invalid match: send all or any.",)))
    if not isinstance(enabled, bool):
        errors.append(FieldError("enabled", ("Invalid enabled: send true or false.",)))
    if position is not None and (not isinstance(position, int) or isinstance(position, bool) or position < 1):
        errors.append(FieldError("position", ("Invalid position: send a whole number from 1, or null for the last.",)))
    conditions, actions = rule.conditions, rule.actions
    try:
        conditions = read_conditions(sent["conditions"], roles) if "conditions" in sent else conditions
    except WireProblem as problem:
        errors += problem.errors
    try:
        actions = _read_actions(sent["actions"], keys) if "actions" in sent else actions
    except WireProblem as problem:
        errors += problem.errors
    if errors:
        raise WireProblem(errors)
    found = msgspec.structs.replace(rule, name=name, match=match, enabled=enabled, conditions=conditions, actions=actions)
    problems = problems_of(found, keys)
    if problems:
        raise WireProblem(errors_of(problems))
    return Sent(found, position)


def _read_actions(sent: Any, keys: Collection[str]) -> tuple[Action, ...]:
    if not isinstance(sent, list):
        raise WireProblem([FieldError("actions", ("Invalid actions: send a list.",))])
    errors: list[FieldError] = []
    found: list[Action] = []
    for number, one in enumerate(sent):
        try:
            found.append(_read_action(one, keys))
        except WireProblem as problem:
            errors += [FieldError(f"actions.[{number}]{error.field}", error.message) for error in problem.errors]
    if errors:
        raise WireProblem(errors)
    return tuple(found)


def _read_action(sent: Any, keys: Collection[str]) -> Action:
    if not isinstance(sent, Mapping):
        raise WireProblem([FieldError("", ("Invalid action: send action and value.",))])
    called = sent.get("action")
    key, existing = _key_of(called, keys) if isinstance(called, str) else ("", False)
    if not key:
        raise WireProblem([FieldError(".action", (f"Invalid action: {str(called)[:200]}",))])
    if sent.get("scriplet"):
        what = "Invalid scriplet: OneLogin's scriplets are opaque. Write a macro, or map with an expression."
        raise WireProblem([FieldError(".scriplet", (what,))])
    macro, expression = _optional(sent, "macro"), _optional(sent, "expression")
    values = sent.get("value")
    names = [values] if isinstance(values, str) else [] if values is None else values
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise WireProblem([FieldError(".value", ("Invalid action value: send a list of texts.",))])
    if macro:
        return Macro(macro, key)
    if not expression or existing:
        return Existing(tuple(names), key)
    if len(names) != 1:
        what = "Invalid action value: with an expression, send one source, such as role or member_of."
        raise WireProblem([FieldError(".value", (what,))])
    pattern = expression[1:-1] if _is_delimited(expression) else expression
    return Mapped(ROLE if names[0] == HAS_ROLE else source_of(names[0]), pattern, key)


def _optional(sent: Mapping[str, Any], name: str) -> str:
    found = sent.get(name)
    if found is not None and not isinstance(found, str):
        raise WireProblem([FieldError(f".{name}", (f"Invalid {name}: send a text.",))])
    return found or ""


def _key_of(called: str, keys: Collection[str]) -> tuple[str, bool]:
    """The parameter that an action sets, "" for none, and whether it is said that its values are named."""
    if not called.startswith(SET):
        return "", False
    wanted = called.removeprefix(SET)
    found = _known(wanted, keys)
    if not found and wanted.endswith(FROM_EXISTING):
        return _known(wanted.removesuffix(FROM_EXISTING), keys), True
    return found, False


def _known(wanted: str, keys: Collection[str]) -> str:
    if wanted in keys:
        return wanted
    alike = {key.lower(): key for key in keys}
    found = alike.get(wanted.lower(), _ONELOGIN_KEYS.get(wanted.lower(), ""))
    return found if found in keys else ""


_PLACES = {
    "parameter": "action",
    "names": "value",
    "for-each": "value",
    "pattern": "expression",
    "macro": "macro",
}


def errors_of(problems: Iterable[RuleProblem]) -> list[FieldError]:
    """What is wrong with a rule, by the paths of the API."""
    return [FieldError(_path(one.field), (one.text,)) for one in problems]


def _path(field: str) -> str:
    name, _, number = field.rpartition("-")
    if not number.isdigit():
        return field
    if name in _PLACES:
        return f"actions.[{number}].{_PLACES[name]}"
    return f"conditions.[{number}].{name}"


def action_options(app: str, keys: Iterable[str]) -> list[Option]:
    """What rules of the app of that name can do."""
    return [Option(f"Set {parameter_words(key)} in {app}", SET + key) for key in keys]


def action_values(called: str, keys: Collection[str], groups: Iterable[str] = ()) -> list[Option]:
    """The values that an action can name, for Groups those known at the target; none where any text can be written.

    Raises WireProblem for an action that is none.
    """
    key, _ = _key_of(called, keys)
    if not key:
        raise WireProblem([FieldError("action", (f"Invalid action: {called[:200]}",))])
    return [Option(one, one) for one in groups] if key == GROUPS else []


def map_sources(custom: Iterable[str] = ()) -> list[Option]:
    """What an action can map from, item by item."""
    attributes = sorted(name_of(one) for one in USER_ATTRIBUTES if one != MEMBER_OF)
    lists = [MEMBER_OF] if MEMBER_OF in USER_ATTRIBUTES else []
    names = dict.fromkeys((*lists, *attributes, *DERIVED, *(CUSTOM + one for one in custom)))
    return [Option("Role", ROLE), *(Option(label_of(one), one) for one in names)]
