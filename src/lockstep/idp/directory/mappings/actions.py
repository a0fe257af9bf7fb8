"""What an administrator may do with mappings: check, write, append the event, in the caller's transaction.

What is saved is not yet in force.  `apply` ("Reapply All Mappings") lets it be, after whoever saved it has seen whom it would
change (`preview`); from then on those in force are applied to everyone who is made or changed, and piece by piece (`go_on`) to
all who are there.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from lockstep.idp.directory import store as users
from lockstep.idp.directory.activity.actions import begin_day
from lockstep.idp.directory.activity.days import day_of
from lockstep.idp.directory.conditions.attributes import CUSTOM
from lockstep.idp.directory.fields import actions as fields
from lockstep.idp.directory.groups.store import all_groups
from lockstep.idp.directory.mappings import store
from lockstep.idp.directory.mappings.checks import problems_of
from lockstep.idp.directory.mappings.evaluate import Verdict
from lockstep.idp.directory.mappings.records import ADD_ROLE, SET_GROUP, Mapping, MappingProblem, field_of
from lockstep.idp.directory.mappings.run import PIECE, Outcome, asks_days, directory_of, outcome_of, people_of, run
from lockstep.idp.directory.records import User
from lockstep.idp.events import Event, EventType, append
from lockstep.kit.db import Connection
from lockstep.kit.problems import Problem

MOST = 500
EXAMPLES = 50
"""People whom a preview names."""


class MappingRefused(Problem):
    """A mapping that cannot be kept; `problems` says what is wrong with which field."""

    def __init__(self, problems: list[MappingProblem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Mappings:
    """The mappings as they are edited, beside those in force."""

    edited: tuple[Mapping, ...]
    applied: store.Applied

    @property
    def digest(self) -> str:
        """Of the mappings as they are edited: what a person has seen, and lets be in force."""
        return hashlib.sha256(msgspec.json.encode(self.edited)).hexdigest()[:32]

    @property
    def pending(self) -> bool:
        """Whether something was saved and is not in force."""
        return self.edited != self.applied.mappings


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom mappings would change: how many of how many, how many get or lose a role or another value, and the first of them.

    `people` were looked at; `more` says that there are others.
    """

    people: int
    changed: int
    entered: int
    left: int
    values: int
    examples: tuple[Outcome, ...]
    more: bool = False


def mappings_of(c: Connection) -> Mappings:
    """All mappings."""
    return Mappings(store.everything(c), store.applied(c))


def mapping_of(c: Connection, mapping_id: int) -> Mapping:
    """One mapping.  Raises Problem where there is none of that id."""
    for mapping in store.everything(c):
        if mapping.id == mapping_id:
            return mapping
    raise Problem(f"there is no mapping {mapping_id}: it may have been deleted meanwhile")


def save(c: Connection, mapping: Mapping, now: int, *, actor: str) -> Mapping:
    """Keep a new mapping (id 0), as the last one, or another version of one.

    Raises MappingRefused for what cannot be kept, Problem for an id that is gone.
    """
    problems = problems_of(mapping) or _unknown(c, mapping)
    if not problems and not mapping.id and len(store.everything(c)) >= MOST:
        problems = [MappingProblem("name", f"There are at most {MOST} mappings.")]
    if problems:
        raise MappingRefused(problems)
    if not mapping.id:
        mapping = msgspec.structs.replace(mapping, id=store.add(c, mapping))
        _event(c, EventType.MAPPING_ADDED, mapping, now, actor)
    else:
        before = mapping_of(c, mapping.id)
        if mapping != before:
            store.change(c, mapping)
            _event(c, _kind_of(before, mapping), mapping, now, actor)
    return mapping


def enable(c: Connection, mapping_id: int, enabled: bool, now: int, *, actor: str) -> Mapping:
    """Switch a mapping on or off."""
    return save(c, msgspec.structs.replace(mapping_of(c, mapping_id), enabled=enabled), now, actor=actor)


def remove(c: Connection, mapping_id: int, now: int, *, actor: str) -> Mapping:
    """Delete a mapping."""
    mapping = mapping_of(c, mapping_id)
    store.remove(c, mapping_id)
    _event(c, EventType.MAPPING_DELETED, mapping, now, actor)
    return mapping


def move(c: Connection, mapping_id: int, position: int, now: int, *, actor: str) -> Mapping:
    """Put a mapping at a position, 1 for the first; beyond the last is the last."""
    mapping = mapping_of(c, mapping_id)
    after = [one.id for one in store.everything(c) if one.id != mapping_id]
    after.insert(max(0, position - 1), mapping_id)
    sort(c, after, now, actor=actor)
    return mapping


def sort(c: Connection, ids: Sequence[int], now: int, *, actor: str) -> None:
    """Put the mappings in this order.  Raises Problem unless `ids` are those of all mappings, each once."""
    before = [one.id for one in store.everything(c)]
    if sorted(ids) != sorted(before):
        raise Problem("the order has to name every mapping once")
    if list(ids) != before:
        store.sort(c, ids)
        append(c, Event(type=EventType.MAPPING_UPDATED, actor=actor, object="mapping", notes="order changed"), now)


def apply(c: Connection, now: int, *, actor: str) -> None:
    """Let the mappings as they are edited be in force, for everybody: `go_on` brings those who are there to it."""
    found = mappings_of(c)
    fields.ensure(c, _custom(found.edited), actor=actor, now=now)
    store.apply(c, store.Applied(found.edited, now, actor, "", begin_day(c, now)))
    append(c, Event(type=EventType.MAPPINGS_OF_ALL_REAPPLIED, actor=actor, object="mapping"), now)


def go_on(c: Connection, now: int) -> bool:
    """Apply the mappings in force to the next PIECE of people; False where everybody has been looked at."""
    reached = store.applied(c).reached
    if reached is None:
        return False
    keys = store.next_keys(c, reached, PIECE)
    if not keys:
        store.reach(c, None)
        return False
    run(c, keys, now)
    store.reach(c, keys[-1])
    return True


def new_day(c: Connection, now: int) -> bool:
    """Begin to look at everybody again where conditions count days and another day has come; whether it has been begun."""
    if not is_new_day(c, now):
        return False
    store.apply(c, replace(store.applied(c), reached="", day=begin_day(c, now)))
    return True


def is_new_day(c: Connection, now: int) -> bool:
    """Whether `new_day` would begin."""
    found = store.applied(c)
    return found.reached is None and asks_days(found.mappings) and day_of(now) > found.day


def discard(c: Connection, now: int, *, actor: str) -> None:
    """Throw away what was saved and is not in force."""
    found = mappings_of(c)
    if not found.pending:
        return
    for mapping in found.edited:
        store.remove(c, mapping.id)
    store.put_back(c, found.applied.mappings)
    append(c, Event(type=EventType.MAPPING_UPDATED, actor=actor, object="mapping", notes="changes thrown away"), now)


def preview(c: Connection, rules: Sequence[Mapping], *, examples: int = EXAMPLES, most: int = 0) -> Preview:
    """Whom `rules` would change if they were in force, without changing anything.

    No more than the first `most` people are looked at, by employee_id; 0 for everybody.
    """
    directory = directory_of(c, rules)
    shown: list[Outcome] = []
    people = changed = entered = left = values = 0
    for person in people_of(c, _keys(c), days=asks_days(rules)):
        if most and people == most:
            return Preview(people, changed, entered, left, values, tuple(shown), more=True)
        people += 1
        outcome = outcome_of(directory, person)
        if not outcome:
            continue
        changed += 1
        entered += len(outcome.entered)
        left += len(outcome.left)
        values += len(outcome.fields)
        if len(shown) < examples:
            shown.append(outcome)
    return Preview(people, changed, entered, left, values, tuple(shown))


def touched_by(c: Connection, mapping: Mapping, *, examples: int = EXAMPLES) -> tuple[int, list[User]]:
    """Of how many people the conditions of `mapping` are so, with all others in force before it; and the first of them."""
    rules = [mapping if one.id == mapping.id else one for one in store.everything(c)]
    if not any(one is mapping for one in rules):
        rules.append(mapping)
    directory, found, shown = directory_of(c, rules), 0, list[User]()
    for person in people_of(c, _keys(c), days=asks_days(rules)):
        verdicts = directory.verdicts(person)
        if any(one.applies and one.mapping is mapping for one in verdicts):
            found += 1
            if len(shown) < examples:
                shown.append(person.user)
    return found, shown


def check_with(c: Connection, keys: Iterable[str], rules: Sequence[Mapping]) -> list[tuple[User, list[Verdict], Outcome]]:
    """What each of `rules` says of some people, and what they would change of them ("Check conditions with users")."""
    directory = directory_of(c, rules)
    return [
        (
            person.user,
            directory.verdicts(person),
            outcome_of(directory, person),
        )
        for person in people_of(c, keys, days=asks_days(rules))
    ]


def _keys(c: Connection) -> Iterator[str]:
    after = ""
    while keys := store.next_keys(c, after, PIECE):
        yield from keys
        after = keys[-1]


def _custom(rules: Iterable[Mapping]) -> set[str]:
    """The custom attributes that mappings set."""
    names = {field_of(action) for rule in rules for action in rule.actions}
    return {name.removeprefix(CUSTOM) for name in names if name.startswith(CUSTOM)}


def _unknown(c: Connection, mapping: Mapping) -> list[MappingProblem]:
    """Roles and groups that an action names and that are not there.  A condition may name what is gone: nobody has it."""
    known = {ADD_ROLE: {role.id for role in users.roles(c)}, SET_GROUP: {group.id for group in all_groups(c)}}
    words = {ADD_ROLE: "One of these roles", SET_GROUP: "This group"}
    return [
        MappingProblem(f"values-{number}", f"{words[action.action]} is not there any more; choose again.")
        for number, action in enumerate(mapping.actions)
        if action.action in known and not known[action.action].issuperset(map(int, action.values))
    ]


def _kind_of(before: Mapping, after: Mapping) -> EventType:
    if msgspec.structs.replace(before, enabled=after.enabled) != after:
        return EventType.MAPPING_UPDATED
    return EventType.MAPPING_ENABLED if after.enabled else EventType.MAPPING_DISABLED


def _event(c: Connection, kind: EventType, mapping: Mapping, now: int, actor: str) -> None:
    append(c, Event(type=kind, actor=actor, object="mapping", object_name=mapping.name), now)
