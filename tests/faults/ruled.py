"""What a target should hold of a company under the rules of an app, said without the engine's own code.

Rules are the app's own values; what follows from them is worked out here once more, with Python's `re`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lockstep.idp.apps.rules.records import GROUPS, Action, Existing, Macro, Mapped, Rule
from lockstep.idp.directory.conditions.records import ROLE, STATUS, Condition
from tests.support.company import Company, Held

ACTIVE, SUSPENDED = "1", "2"
"""Statuses, as conditions name them."""


@dataclass(slots=True)
class Ruled:
    """The rules of an app as they are edited and as they are in force, and which role has which id."""

    edited: list[Rule] = field(default_factory=list)
    applied: list[Rule] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    """The id of a role, as conditions name it → group_id."""

    def position(self, rule_id: int) -> int:
        """Where a rule stands among the edited ones, from 0."""
        return [rule.id for rule in self.edited].index(rule_id)

    def expected(self, company: Company, having: Collection[str] | None) -> Held:
        """What the target should hold.  With rules, groups are told by their names without case: spelling is a detail."""
        held = company.expected(having)
        for key in held.people:
            held.people[key] = {**held.people[key], **self._titled(company, key)}
        if not self.sets_groups:
            return held
        held.groups = {name.casefold(): frozenset() for name in self._standing(company)}
        for key in held.people:
            for name in self.names_of(company, key):
                held.groups[name.casefold()] = held.groups.get(name.casefold(), frozenset()) | {key}
        return held

    @property
    def sets_groups(self) -> bool:
        """Whether a rule in force, enabled or not, says who is in which group."""
        return any(action.parameter == GROUPS for rule in self.applied for action in rule.actions)

    def _titled(self, company: Company, key: str) -> dict[str, str]:
        """The title that the rules in force give a person, where any does: what the last one finds."""
        found: list[str] = []
        for rule in self.applied:
            if rule.enabled and self._applies(company, key, rule):
                found = list(dict.fromkeys(self._values(company, key, rule, "title"))) or found
        return {"title": ";".join(found)} if found else {}

    def names_of(self, company: Company, key: str) -> set[str]:
        """The groups that the rules in force give a person: those of the last one that holds and finds any."""
        for rule in reversed(self.applied):
            holds = rule.enabled and self._applies(company, key, rule)
            found = set(self._values(company, key, rule, GROUPS)) if holds else set()
            if found:
                return found
        return set()

    def may_stand_empty(self, values: Collection[str]) -> set[str]:
        """Names, without case, of groups that stay although nobody is in them: of values that somebody had once."""
        maps = [one for one in self._enabled() if isinstance(one, Mapped)]
        found = {_value_in(one.pattern, value) for one in maps if one.source != ROLE for value in values}
        return {name.casefold() for name in found if name}

    def _standing(self, company: Company) -> Iterator[str]:
        for action in self._enabled():
            if isinstance(action, Existing):
                yield from action.names
            elif isinstance(action, Mapped) and action.source == ROLE:
                yield from filter(None, (_value_in(action.pattern, name) for name in company.groups.values()))

    def _enabled(self) -> Iterator[Action]:
        """What enabled rules in force set Groups to."""
        return (one for rule in self.applied if rule.enabled for one in rule.actions if one.parameter == GROUPS)

    def _values(self, company: Company, key: str, rule: Rule, parameter: str) -> Iterator[str]:
        person, roles = company.people[key], [company.groups[one] for one in sorted(company.groups_of(key))]
        for action in (one for one in rule.actions if one.parameter == parameter):
            if isinstance(action, Existing):
                yield from action.names
            elif isinstance(action, Macro):  # of which the machine has those with one attribute, the department
                yield from (action.text.replace("{department}", person["department"]),) if person["department"] else ()
            elif isinstance(action, Mapped):
                values = roles if action.source == ROLE else [person[action.source]]
                yield from filter(None, (_value_in(action.pattern, value) for value in values if value))

    def _applies(self, company: Company, key: str, rule: Rule) -> bool:
        found = [self._holds(company, key, one) for one in rule.conditions]
        return not found or (all(found) if rule.match == "all" else any(found))

    def _holds(self, company: Company, key: str, one: Condition) -> bool:
        wanted = [part.strip().casefold() for part in one.value.split("|")]
        if one.source == ROLE:
            inside = company.groups_of(key)
            tests = [self.roles.get(part) in inside for part in wanted]
        else:
            value = company.people[key].get(one.source, "").casefold()
            if one.source == STATUS:
                value = SUSPENDED if key in company.suspended else ACTIVE
            kind = one.operator.removeprefix("does not ").removesuffix("s")
            tests = [
                {"equal": value == part, "contain": part in value, "begins with": value.startswith(part)}[kind]
                for part in wanted
            ]
        return not any(tests) if one.operator.startswith("does not") else any(tests)


def _value_in(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return "" if found is None else (found.group(1 if found.re.groups else 0) or "").strip()
