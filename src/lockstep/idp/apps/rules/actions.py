"""What an administrator may do with the rules of an app: check, write, append the event, in the caller's transaction.

What is saved is not yet in force: `apply` lets the engine work by it, after whoever saved it has seen what it would change.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lockstep.idp import events
from lockstep.idp.apps import store as apps
from lockstep.idp.apps.connectors import CONNECTORS, parameters_of
from lockstep.idp.apps.records import App
from lockstep.idp.apps.rules import store
from lockstep.idp.apps.rules.checks import problems_of, settable
from lockstep.idp.apps.rules.records import Rule, RuleProblem
from lockstep.idp.directory.activity.actions import begin_day
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

MOST_RULES = 500


class RuleRefused(Problem):
    """A rule that cannot be kept; `problems` says what is wrong with which field."""

    def __init__(self, problems: list[RuleProblem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an app as they are edited, beside those in force."""

    edited: tuple[Rule, ...]
    applied: store.Applied

    @property
    def digest(self) -> str:
        """Of the rules as they are edited: what a person has seen, and lets be in force."""
        return hashlib.sha256(msgspec.json.encode(self.edited)).hexdigest()[:32]

    @property
    def pending(self) -> bool:
        """Whether something was saved and not applied."""
        return self.edited != self.applied.rules


def rules_of(c: Connection, app: App) -> Rules:
    """The rules of an app."""
    return Rules(store.rules_of(c, app.id), store.applied(c, app.id))


def rule_of(c: Connection, app: App, rule_id: int) -> Rule:
    """One rule.  Raises Problem where the app has none of that id."""
    for rule in store.rules_of(c, app.id):
        if rule.id == rule_id:
            return rule
    raise Problem(f"{app.name} has no rule {rule_id}: it may have been deleted meanwhile")


def settable_in(c: Connection, app: App) -> tuple[str, ...]:
    """What rules of an app can set: the keys of its parameters, GROUPS first."""
    return settable(parameters_of(CONNECTORS[app.connector], apps.parameters(c, app.id)))


def save(c: Connection, app: App, rule: Rule, now: int, *, actor: str) -> Rule:
    """Keep a new rule (id 0), as the last one, or another version of one.

    Raises RuleRefused for what cannot be kept, Problem for an id that is gone.
    """
    problems = problems_of(rule, settable_in(c, app))
    if not problems and not rule.id and len(store.rules_of(c, app.id)) >= MOST_RULES:
        problems = [RuleProblem("name", f"An app has at most {MOST_RULES} rules.")]
    if problems:
        raise RuleRefused(problems)
    begin_day(c, now)
    if not rule.id:
        rule = msgspec.structs.replace(rule, id=store.add(c, app.id, rule))
        _event(c, app, f"{rule.name} added", now, actor)
    elif rule != rule_of(c, app, rule.id):
        store.change(c, rule)
        _event(c, app, f"{rule.name} changed", now, actor)
    return rule


def enable(c: Connection, app: App, rule_id: int, enabled: bool, now: int, *, actor: str) -> Rule:
    """Switch a rule on or off."""
    before = rule_of(c, app, rule_id)
    rule = msgspec.structs.replace(before, enabled=enabled)
    if rule != before:
        store.change(c, rule)
        _event(c, app, f"{rule.name} {'enabled' if enabled else 'disabled'}", now, actor)
    return rule


def remove(c: Connection, app: App, rule_id: int, now: int, *, actor: str) -> Rule:
    """Delete a rule."""
    rule = rule_of(c, app, rule_id)
    store.remove(c, rule_id)
    _event(c, app, f"{rule.name} deleted", now, actor)
    return rule


def move(c: Connection, app: App, rule_id: int, position: int, now: int, *, actor: str) -> Rule:
    """Put a rule at a position, 1 for the first; beyond the last is the last."""
    rule = rule_of(c, app, rule_id)
    before = [one.id for one in store.rules_of(c, app.id)]
    after = [one for one in before if one != rule_id]
    after.insert(max(0, position - 1), rule_id)
    if after != before:
        store.sort(c, tuple(after))
        _event(c, app, f"{rule.name} moved to position {after.index(rule_id) + 1}", now, actor)
    return rule


def sort(c: Connection, app: App, ids: Sequence[int], now: int, *, actor: str) -> None:
    """Put all rules into this order.  Raises Problem unless `ids` are those of all rules, each once."""
    before = [one.id for one in store.rules_of(c, app.id)]
    if sorted(ids) != sorted(before):
        raise Problem(f"{app.name} has other rules than these: name each once, {', '.join(map(str, before)) or 'none'}")
    if list(ids) != before:
        store.sort(c, tuple(ids))
        _event(c, app, "put into another order", now, actor)


def apply(c: Connection, app: App, now: int, *, actor: str) -> bool:
    """Let the engine work by the rules as they are edited; False where it does already."""
    found = rules_of(c, app)
    if not found.pending:
        return False
    store.apply(c, app.id, found.edited, now, actor)
    event = Event(type=EventType.MAPPINGS_REAPPLIED, actor=actor, app_id=app.id, app_name=app.name, notes="rules applied")
    events.append(c, event, now)
    return True


def discard(c: Connection, app: App, now: int, *, actor: str) -> None:
    """Throw away what was saved and not applied."""
    found = rules_of(c, app)
    if not found.pending:
        return
    for rule in found.edited:
        store.remove(c, rule.id)
    ids = {rule.id: store.add(c, app.id, rule) for rule in found.applied.rules}
    kept = tuple(msgspec.structs.replace(rule, id=ids[rule.id]) for rule in found.applied.rules)
    store.apply(c, app.id, kept, found.applied.at, found.applied.by)
    _event(c, app, "changes thrown away", now, actor)


def _event(c: Connection, app: App, notes: str, now: int, actor: str) -> None:
    event = Event(type=EventType.APP_RULE_CHANGED, actor=actor, app_id=app.id, app_name=app.name, notes=notes)
    events.append(c, event, now)
