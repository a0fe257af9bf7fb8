"""Which groups rules give a person, and why.  Pure: it is handed rules, a user and roles.

Rules run from the first to the last, and the later one wins: the groups of a person are those of the last rule that is
enabled, whose conditions hold, and that finds a value.  A rule that finds none sets nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lockstep.idp.apps.connectors import attribute_of
from lockstep.idp.apps.rules.patterns import value_in
from lockstep.idp.apps.rules.records import ROLE, STATUS, Condition, Existing, Mapped, Operator, Rule
from lockstep.idp.directory.records import Role, User, folded

EXISTING = "\nexisting\n"


@dataclass(frozen=True, slots=True)
class Fed:
    """One group that a rule gives, and what feeds it.

    `feeder` is the group_id of a role, or says that a rule names the group or which value of an attribute it comes from; it
    begins with a line break then, as no group_id of a roster does.
    """

    name: str
    feeder: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one person."""

    rule: Rule
    holds: tuple[bool, ...]
    """Of each condition."""
    applies: bool
    groups: tuple[Fed, ...]


_TESTS: dict[Operator, Callable[[str, str], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "does not equal": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "does not contain": lambda value, wanted: wanted not in value,
    "begins with": lambda value, wanted: value.startswith(wanted),
    "ends with": lambda value, wanted: value.endswith(wanted),
}
NEGATIVE: frozenset[Operator] = frozenset({"does not equal", "does not contain"})


def holds(condition: Condition, user: User, roles: Sequence[Role]) -> bool:
    """Whether a condition is so.  Text is compared without case, as names are everywhere in the directory.

    Of the alternatives of a value one is enough; for what must not be so, none may be.
    """
    every = all if condition.operator in NEGATIVE else any
    wanted = _wanted(condition.value)
    if condition.source == ROLE:
        ids = {str(role.id) for role in roles}
        return every((one in ids) is (condition.operator not in NEGATIVE) for one in wanted)
    value = str(int(user.status)) if condition.source == STATUS else folded(attribute_of(user, condition.source))
    test = _TESTS[condition.operator]
    return every(test(value, one) for one in wanted)


@lru_cache(maxsize=1_024)
def _wanted(value: str) -> tuple[str, ...]:
    return tuple(folded(part.strip()) for part in value.split("|"))


def verdict(rule: Rule, user: User, roles: Sequence[Role]) -> Verdict:
    """What `rule` says of `user`, whether or not a later one wins."""
    found = tuple(holds(one, user, roles) for one in rule.conditions)
    applies = rule.enabled and (not found or (all(found) if rule.match == "all" else any(found)))
    return Verdict(rule, found, applies, tuple(_fed(rule, user, roles)) if applies else ())


def groups_of(rules: Sequence[Rule], user: User, roles: Sequence[Role]) -> tuple[Fed, ...]:
    """The groups that the rules give `user`.  While there is no rule at all, each role is the group of its name."""
    if not rules:
        return tuple(_named_alike(roles))
    for rule in reversed(rules):
        found = verdict(rule, user, roles).groups if rule.enabled else ()
        if found:
            return found
    return ()


def standing(rules: Sequence[Rule], roles: Iterable[Role], remembered: Iterable[Fed] = ()) -> Iterator[Fed]:
    """The groups that there are whether or not anybody is in them.

    They are those of roles that rules map, those that rules name, and those of values that fed a group before (`remembered`:
    the groups that there are, with what fed them) and are mapped still: a group does not go because the last one of a
    department has left.
    """
    roles = list(roles)
    if not rules:
        yield from _named_alike(roles)
    for rule in rules:
        if not rule.enabled:
            continue
        if isinstance(rule.action, Existing):
            yield from named_by(rule.action)
        elif rule.action.source == ROLE:
            yield from by_roles(rule.action, roles)
    names: dict[str, set[str]] = {}
    for one in remembered:
        names.setdefault(one.feeder, set()).add(folded(one.name))
    for feeder, known in names.items():
        yield from _of_value(rules, feeder, known)


def _of_value(rules: Sequence[Rule], feeder: str, known: set[str]) -> Iterator[Fed]:
    """The groups that stand for a value that fed those called `known`.

    What is there stands while a rule maps the value to it.  Else the pattern is another one now, and the later rule names it:
    that several rules map a value makes no groups in which nobody ever was.
    """
    maps = [rule.action for rule in rules if rule.enabled and isinstance(rule.action, Mapped) and rule.action.source != ROLE]
    found = [fed for action in maps for fed in by_values(action, [value_of_feeder(feeder, action.source)])]
    there = [fed for fed in found if folded(fed.name) in known]
    yield from there or found[-1:]


def _named_alike(roles: Iterable[Role]) -> Iterator[Fed]:
    return (Fed(role.name, role.group_id) for role in roles)


def _fed(rule: Rule, user: User, roles: Sequence[Role]) -> Iterator[Fed]:
    if isinstance(rule.action, Existing):
        yield from named_by(rule.action)
    elif rule.action.source == ROLE:
        yield from by_roles(rule.action, roles)
    else:
        yield from by_values(rule.action, [attribute_of(user, rule.action.source)])


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


def value_of_feeder(feeder: str, source: str) -> str:
    """The value of `source` that a feeder stands for; "" for another one."""
    lead = f"\n{source}\n"
    return feeder.removeprefix(lead) if feeder.startswith(lead) else ""
