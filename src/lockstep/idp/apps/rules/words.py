"""Rules as sentences, for pages and commands."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

from lockstep.idp.apps.rules.evaluate import EXISTING, LOGIN, MACRO, Fed
from lockstep.idp.apps.rules.records import GROUPS, Action, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import ROLE, STATE, STATUS, Condition
from lockstep.idp.directory.records import State, Status

GONE = "a role that is deleted"
NAMED = 5
"""Values that a sentence names; the rest is counted."""
Labels = Mapping[str, str]
"""What sources of values are called; one that is missing is called by its own name."""
RoleNames = Mapping[str, str]
"""What roles are called, by their ids as text."""


def actions_words(rule: Rule, app: str, labels: Labels) -> str:
    """All actions of a rule, with a semicolon between them."""
    return "; ".join(action_words(one, app, labels) for one in rule.actions)


def action_words(action: Action, app: str, labels: Labels) -> str:
    """`Set Groups in aws: for each Role with value that matches AWS-(.*)`."""
    what = f"Set {parameter_words(action.parameter)} in {app}: "
    if isinstance(action, Mapped):
        return f"{what}for each {source_words(action.source, labels)} with value that matches {action.pattern}"
    if isinstance(action, Macro):
        return what + action.text
    more = len(action.names) - NAMED
    return f"{what}{', '.join(action.names[:NAMED])}" + (f" and {more} more" if more > 0 else "")


def parameter_words(key: str) -> str:
    """What a parameter that a rule sets is called: its key, and Groups."""
    return "Groups" if key == GROUPS else key


def conditions_words(rule: Rule, labels: Labels, roles: RoleNames) -> str:
    """`Department equals “Sales” and Role does not equal “Cooks”`; of a rule without conditions that it is for everyone."""
    if not rule.conditions:
        return "Everyone who has the app"
    joint = " and " if rule.match == "all" else " or "
    return joint.join(condition_words(one, labels, roles) for one in rule.conditions)


def condition_words(one: Condition, labels: Labels, roles: RoleNames) -> str:
    """`Department equals “Sales” or “Research”`."""
    value = " or ".join(f"“{part.strip()}”" for part in value_words(one, roles).split("|"))
    return f"{source_words(one.source, labels)} {one.operator} {value}"


def value_words(one: Condition, roles: RoleNames) -> str:
    """The value as a person writes it: a role by its name, a status by its word, alternatives with `|` between them."""
    parts = one.value.split("|")
    if one.source == ROLE:
        return "|".join(roles.get(part, GONE) for part in parts)
    if one.source in (STATUS, STATE):
        return "|".join(number_word(one.source, part) for part in parts)
    return one.value


def fed_words(fed: Fed, labels: Labels, roles: Mapping[str, str]) -> str:
    """What feeds a group: `role AWS-Readers` (`roles` by group_id), `Department “Sales”`, or that the rule names it."""
    if not fed.feeder.startswith("\n"):
        return f"role {roles.get(fed.feeder, fed.feeder)}"
    if fed.feeder.startswith(EXISTING):
        return "named by the rule"
    if fed.feeder.startswith(LOGIN):
        return "added at single logins"
    if fed.feeder.startswith(MACRO):
        return f"macro {fed.feeder.removeprefix(MACRO).partition(chr(10))[0]}"
    _, source, value = fed.feeder.split("\n", 2)
    return f"{source_words(source, labels)} “{value}”"


def source_words(source: str, labels: Labels) -> str:
    """What a source is called."""
    return labels.get(source, source)


def number_word(source: str, number: str) -> str:
    """A status or a state, by its number as text."""
    return next((_word(one) for one in _LISTS[source] if str(int(one)) == number), number)


def choices_of(source: str) -> list[str]:
    """The words of all statuses or states."""
    return [_word(one) for one in _LISTS[source]]


def word_number(source: str, word: str) -> str:
    """The number of a status or a state, as text, by its word in any case; the word itself where it is none."""
    return next((str(int(one)) for one in _LISTS[source] if _word(one).lower() == word.lower()), word)


_LISTS: dict[str, Iterable[IntEnum]] = {STATUS: Status, STATE: State}


def _word(one: IntEnum) -> str:
    return one.name.replace("_", " ").capitalize()
