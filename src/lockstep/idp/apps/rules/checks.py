"""Whether a rule can be kept.  Pure."""

from collections.abc import Collection, Iterable, Iterator

from lockstep.idp.apps.connectors import PARAMETER_KEYS
from lockstep.idp.apps.records import NAME_ID, Parameter
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule, RuleProblem
from lockstep.idp.directory.conditions.attributes import check_source, macro_names
from lockstep.idp.directory.conditions.checks import condition_problems
from lockstep.idp.directory.conditions.patterns import PatternError, pattern
from lockstep.idp.directory.conditions.records import ROLE, Condition
from lockstep.kit.problems import ValueProblem, sentence

LONGEST_NAME = 256
LONGEST_VALUE = 1_024
"""AWS's limit of a displayName."""
MOST_CONDITIONS = 50
MOST_ACTIONS = 50
MOST_NAMES = 500
_WHY_NOT = {
    NAME_ID: "The NameID follows userName: set that one, so that both wires call a person the same.",
    "manager": "The manager names another person: it comes from the attribute of the parameter alone.",
}
"""Parameters that no rule sets, and why."""

Found = Iterator[tuple[str, str]]


def settable(parameters: Iterable[Parameter]) -> tuple[str, ...]:
    """What rules of an app can set, given its parameters: Groups, what goes over SCIM, and its own of the SAML assertion."""
    own = [one.key for one in parameters if one.key.lower() != GROUPS]
    return tuple(key for key in dict.fromkeys((GROUPS, *PARAMETER_KEYS, *own)) if key not in _WHY_NOT)


def problems_of(rule: Rule, keys: Collection[str]) -> list[RuleProblem]:
    """Everything that is wrong with `rule`; nothing where it can be kept.  `keys` are what the app's rules can set."""
    found = (*_name(rule.name), *_actions(rule.actions, keys), *_conditions(rule.conditions))
    return [RuleProblem(field, text) for field, text in found]


def _name(name: str) -> Found:
    if not name.strip():
        yield "name", "Give the rule a name."
    elif len(name) > LONGEST_NAME or not name.isprintable():
        yield "name", f"A name has at most {LONGEST_NAME} characters, none of them a control character."


def _actions(actions: tuple[Action, ...], keys: Collection[str]) -> Found:
    if not actions:
        yield "actions", "Say what the rule sets."
    for number, action in enumerate(actions):
        if number >= MOST_ACTIONS:
            yield f"parameter-{number}", f"A rule has at most {MOST_ACTIONS} actions."
            return
        yield from ((f"{field}-{number}", text) for field, text in _action(action, keys))


def _action(action: Action, keys: Collection[str]) -> Found:
    if action.parameter not in keys:
        there = "The app has no such parameter: add it on the tab Parameters first."
        yield "parameter", _WHY_NOT.get(action.parameter, there)
    if isinstance(action, Existing):
        yield from _names(action.names)
    elif isinstance(action, Macro):
        yield from _macro(action.text)
    else:
        yield from _map(action)


def _map(action: Mapped) -> Found:
    if action.source != ROLE:
        yield from _source("for-each", action.source)
    if not action.pattern:
        yield "pattern", "Write a pattern; .* stands for every value."
        return
    try:
        pattern(action.pattern)
    except PatternError as error:
        yield "pattern", f"This pattern cannot be used: {error}."


def _macro(text: str) -> Found:
    if not text.strip() or len(text) > LONGEST_VALUE or not text.isprintable():
        yield "macro", f"Write a text of 1 to {LONGEST_VALUE} characters, such as {{firstname}}.{{lastname}}."
        return
    for name in macro_names(text):
        yield from _source("macro", name)


def _names(names: tuple[str, ...]) -> Found:
    if not names:
        yield "names", "Write at least one value."
    if len(names) > MOST_NAMES:
        yield "names", f"An action has at most {MOST_NAMES} values."
    for name in names:
        if not name.strip() or len(name) > LONGEST_VALUE or not name.isprintable():
            yield "names", f"A value has 1 to {LONGEST_VALUE} characters, none of them a control character."
            return


def _conditions(conditions: Iterable[Condition]) -> Found:
    for number, one in enumerate(conditions):
        if number >= MOST_CONDITIONS:
            yield f"source-{number}", f"A rule has at most {MOST_CONDITIONS} conditions."
            return
        yield from ((f"{field}-{number}", text) for field, text in condition_problems(one))


def _source(field: str, source: str) -> Found:
    try:
        check_source(source)
    except ValueProblem as problem:
        yield field, sentence(problem.what)
