"""What rules set for a person, and why.  Pure: it is handed rules, a user, roles, and the days since the last login.

Rules run from the first to the last, and the later one wins, parameter by parameter: what a person has is what the last rule
sets that is enabled, whose conditions hold, and that finds a value.  A rule that finds none sets nothing.  Several actions of
one rule on the same parameter add up.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lockstep.idp.apps.connectors import SEPARATOR, Given
from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.attributes import attribute_of, expanded, is_empty
from lockstep.idp.directory.conditions.evaluate import all_hold, holds, is_met
from lockstep.idp.directory.conditions.patterns import value_in
from lockstep.idp.directory.conditions.records import LAST_LOGIN, ROLE
from lockstep.idp.directory.records import Role, User, folded

MEMBER_OF = "member_of"
"""The attribute that is a list, `a;b`: the groups of the directory that a person came from."""
MACRO = "\nmacro\n"
EXISTING = "\nexisting\n"
LOGIN = "\nlogin\n"


@dataclass(frozen=True, slots=True)
class Fed:
    """One group that a rule gives, and what feeds it.

    `feeder` is the group_id of a role, or says that a rule names the group or which value of an attribute it comes from; it
    begins with a line break then, as no group_id of a roster does.
    """

    name: str
    feeder: str


def at_login(names: Iterable[str]) -> tuple[Fed, ...]:
    """The groups that were added at a login, whatever rules give."""
    return tuple(Fed(name, LOGIN + name) for name in names)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one person."""

    rule: Rule
    holds: tuple[bool, ...]
    """Of each condition."""
    applies: bool
    groups: tuple[Fed, ...]
    values: Given
    """What it sets beside Groups."""

    @property
    def sets(self) -> bool:
        """Whether it sets anything."""
        return bool(self.groups or self.values)


def group_rules(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Those that say who is in which group.  While there is none, each role is the group of its name."""
    return tuple(rule for rule in rules if any(action.parameter == GROUPS for action in rule.actions))


def value_rules(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Those that set anything but Groups, and are enabled."""
    return tuple(rule for rule in rules if rule.enabled and any(action.parameter != GROUPS for action in rule.actions))


def days_asked(rules: Iterable[Rule]) -> frozenset[int]:
    """The numbers of days since a login that conditions compare with; empty where none asks about that.

    -1 is that of one who asks whether there was any.
    """
    asked = (one for rule in rules if rule.enabled for one in rule.conditions if one.source == LAST_LOGIN)
    return frozenset(int(part.strip() or -1) for one in asked for part in one.value.split("|"))


def verdict(rule: Rule, user: User, roles: Sequence[Role], days: int | None = None) -> Verdict:
    """What `rule` says of `user`, whether or not a later one wins."""
    found = tuple(holds(one, user, roles, days) for one in rule.conditions)
    applies = rule.enabled and is_met(found, rule.match)
    if not applies:
        return Verdict(rule, found, applies, (), {})
    return Verdict(rule, found, applies, tuple(_fed(rule, user, roles)), _values(rule, user, roles))


def groups_of(rules: Sequence[Rule], user: User, roles: Sequence[Role], days: int | None = None) -> tuple[Fed, ...]:
    """The groups that the rules give `user`.  While no rule sets Groups, each role is the group of its name."""
    return groups_by(group_rules(rules), user, roles, days)


def groups_by(rules: Sequence[Rule], user: User, roles: Sequence[Role], days: int | None = None) -> tuple[Fed, ...]:
    """As `groups_of`, for many people: `rules` are those that set Groups, and no others."""
    if not rules:
        return tuple(_named_alike(roles))
    for rule in reversed(rules):
        if rule.enabled and (not rule.conditions or all_hold(rule.conditions, rule.match, user, roles, days)):
            found = tuple(_fed(rule, user, roles))
            if found:
                return found
    return ()


def values_of(rules: Sequence[Rule], user: User, roles: Sequence[Role], days: int | None = None) -> Given:
    """What the rules set for `user` beside Groups, parameter key → values; a parameter that nothing sets is not there."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if rule.enabled and all_hold(rule.conditions, rule.match, user, roles, days):
            found.update(_values(rule, user, roles))
    return found


def deciding(verdicts: Iterable[Verdict]) -> dict[str, Rule]:
    """Which rule decides, for each parameter that any sets (GROUPS among them); `verdicts` are in the order of the rules."""
    found: dict[str, Rule] = {}
    for one in verdicts:
        found.update(dict.fromkeys((*((GROUPS,) if one.groups else ()), *one.values), one.rule))
    return found


def standing(rules: Sequence[Rule], roles: Iterable[Role], remembered: Iterable[Fed] = ()) -> Iterator[Fed]:
    """The groups that there are whether or not anybody is in them.

    They are those of roles that rules map, those that rules name, and those of values that fed a group before (`remembered`:
    the groups that there are, with what fed them) and are mapped still: a group does not go because the last one of a
    department has left.
    """
    roles, rules = list(roles), group_rules(rules)
    if not rules:
        yield from _named_alike(roles)
    actions = [action for rule in rules if rule.enabled for action in _of_groups(rule)]
    for action in actions:
        if isinstance(action, Existing):
            yield from named_by(action)
        elif isinstance(action, Mapped) and action.source == ROLE:
            yield from by_roles(action, roles)
    names: dict[str, set[str]] = {}
    for one in remembered:
        names.setdefault(one.feeder, set()).add(folded(one.name))
    for feeder, known in names.items():
        yield from _of_value(actions, feeder, known)


def _of_value(actions: Sequence[Action], feeder: str, known: set[str]) -> Iterator[Fed]:
    """The groups that stand for a value that fed those called `known`.

    What is there stands while a rule maps the value to it.  Else the pattern is another one now, and the later rule names it:
    that several rules map a value makes no groups in which nobody ever was.
    """
    found: list[Fed] = []
    for action in actions:
        if isinstance(action, Mapped) and action.source != ROLE:
            found += by_values(action, [value_of_feeder(feeder, action.source)])
        elif isinstance(action, Macro):
            found += _by_text(action, feeder.removeprefix(_lead(action)) if feeder.startswith(_lead(action)) else "")
    there = [fed for fed in found if folded(fed.name) in known]
    yield from there or found[-1:]


def _of_groups(rule: Rule) -> Iterator[Action]:
    return (action for action in rule.actions if action.parameter == GROUPS)


def _named_alike(roles: Iterable[Role]) -> Iterator[Fed]:
    return (Fed(role.name, role.group_id) for role in roles)


def _fed(rule: Rule, user: User, roles: Sequence[Role]) -> Iterator[Fed]:
    for action in _of_groups(rule):
        if isinstance(action, Existing):
            yield from named_by(action)
        elif isinstance(action, Macro):
            yield from _by_text(action, _text_of(action, user))
        elif action.source == ROLE:
            yield from by_roles(action, roles)
        else:
            yield from by_values(action, items_of(action.source, user))


def _values(rule: Rule, user: User, roles: Sequence[Role]) -> Given:
    """What a rule sets beside Groups; the actions of one parameter add up, and no value comes twice."""
    found: dict[str, dict[str, None]] = {}
    for action in rule.actions:
        if action.parameter != GROUPS:
            values = dict.fromkeys(_values_of(action, user, roles))
            if values:
                found.setdefault(action.parameter, {}).update(values)
    return {key: tuple(values) for key, values in found.items()}


def _values_of(action: Action, user: User, roles: Sequence[Role]) -> list[str]:
    if isinstance(action, Existing):
        return list(action.names)
    if isinstance(action, Macro):
        text = _text_of(action, user)
        return [text] if text else []
    items = [role.name for role in roles] if action.source == ROLE else items_of(action.source, user)
    found = (value_in(action.pattern, item) for item in items if item)
    return [value for value in found if value]


def _text_of(action: Macro, user: User) -> str:
    return "" if is_empty(action.text, user) else expanded(action.text, user)


def items_of(source: str, user: User) -> list[str]:
    """The items of an attribute that a map takes one by one: of `member_of` each group, of another one its value."""
    text = attribute_of(user, source)
    return [part.strip() for part in text.split(SEPARATOR)] if source == MEMBER_OF else [text]


def named_by(action: Existing) -> Iterator[Fed]:
    """The groups that a rule names."""
    return (Fed(name, EXISTING + name) for name in action.names)


def by_roles(action: Mapped, roles: Iterable[Role]) -> Iterator[Fed]:
    """The groups that roles feed by a map."""
    for role in roles:
        name = value_in(action.pattern, role.name)
        if name:
            yield Fed(name, role.group_id)


def by_values(action: Mapped, values: Iterable[str]) -> Iterator[Fed]:
    """The groups that values of an attribute feed by a map."""
    for value in values:
        name = value_in(action.pattern, value) if value else ""
        if name:
            yield Fed(name, f"\n{action.source}\n{value}")


def _by_text(action: Macro, text: str) -> Iterator[Fed]:
    if text:
        yield Fed(text, _lead(action) + text)


def _lead(action: Macro) -> str:
    return f"{MACRO}{action.text}\n"


def value_of_feeder(feeder: str, source: str) -> str:
    """The value of `source` that a feeder stands for; "" for another one."""
    lead = f"\n{source}\n"
    return feeder.removeprefix(lead) if feeder.startswith(lead) else ""
