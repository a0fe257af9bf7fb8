"""What mappings make of a person.  Pure: it is handed mappings, the person as they are without them, and roles.

Mappings run from the first to the last over one state: a later one sees what an earlier one did, and where two set the same
field the later one wins.  A role that is given stays given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from lockstep.idp.directory.conditions.attributes import CUSTOM, expanded
from lockstep.idp.directory.conditions.evaluate import holds, is_met
from lockstep.idp.directory.mappings.records import ADD_ROLE, GROUP, MAPPED_STATUSES, STATUS, Action, field_of
from lockstep.idp.directory.mappings.records import Mapping as Rule
from lockstep.idp.directory.records import Role, User

Held = Callable[[Iterable[int]], Sequence[Role]]
"""The roles of these ids and all that contain them."""


@dataclass(slots=True)
class Effect:
    """What mappings make of one person: the user with all that they set, and by which mapping (id) each role and field is."""

    user: User
    roles: dict[int, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one mapping says of one person, by the state that it met."""

    mapping: Rule
    holds: tuple[bool, ...]
    applies: bool


def effect_of(
    mappings: Sequence[Rule],
    base: User,
    given: Iterable[int],
    held: Held,
    known: Mapping[int, Role],
    days: int | None = None,
) -> Effect:
    """What `mappings` make of `base`, who has the roles `given` (ids) without them.

    Roles that are not `known` are not given; `days` have passed since the last login (see `holds`).
    """
    found, _ = _walk(mappings, base, given, held, known, days)
    return found


def verdicts_of(
    mappings: Sequence[Rule],
    base: User,
    given: Iterable[int],
    held: Held,
    known: Mapping[int, Role],
    days: int | None = None,
) -> list[Verdict]:
    """The same, as what each mapping says."""
    _, verdicts = _walk(mappings, base, given, held, known, days)
    return verdicts


def _walk(
    mappings: Sequence[Rule], base: User, given: Iterable[int], held: Held, known: Mapping[int, Role], days: int | None
) -> tuple[Effect, list[Verdict]]:
    now = Effect(base)
    mine = set(given)
    roles = held(sorted(mine))
    verdicts: list[Verdict] = []
    for mapping in mappings:
        holding = tuple(holds(one, now.user, roles, days) for one in mapping.conditions)
        applies = mapping.enabled and is_met(holding, mapping.match)
        verdicts.append(Verdict(mapping, holding, applies))
        if not applies:
            continue
        for action in mapping.actions:
            if action.action != ADD_ROLE:
                _set(now, action, mapping.id)
                continue
            new = [number for number in map(int, action.values) if number in known]
            now.roles.update((number, mapping.id) for number in new if number not in now.roles)
            if not mine.issuperset(new):
                mine.update(new)
                roles = held(sorted(mine))
    return now, verdicts


def _set(now: Effect, action: Action, mapping: int) -> None:
    name = field_of(action)
    if name == STATUS:
        if now.user.status not in MAPPED_STATUSES:
            return
        after = replace(now.user, status=int(action.values[0]))
    elif name == GROUP:
        after = replace(now.user, group_id=int(action.values[0]))
    else:
        after = with_text(now.user, name, expanded(action.values[0], now.user))
    now.user = after
    now.fields[name] = mapping


def with_text(user: User, name: str, value: str) -> User:
    """The user with another value in a field that a mapping may set, as text (see `text_of`)."""
    if name.startswith(CUSTOM):
        custom = {key: old for key, old in user.custom.items() if key != name.removeprefix(CUSTOM)}
        if value:
            custom[name.removeprefix(CUSTOM)] = value
        return replace(user, custom=custom)
    made: Any = value
    if name == STATUS:
        made = int(value)
    elif name == GROUP:
        made = int(value) if value else None
    return replace(user, **{name: made})


def text_of(user: User, name: str) -> str:
    """The value of a field that a mapping may set, as text."""
    if name.startswith(CUSTOM):
        return user.custom.get(name.removeprefix(CUSTOM), "")
    value = getattr(user, name)
    return "" if value is None else str(int(value)) if name in (STATUS, GROUP) else str(value)
