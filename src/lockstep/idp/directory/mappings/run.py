"""Brings people to what the mappings in force make of them, in the caller's transaction.

What a mapping sets is laid over what the person has otherwise (`mapped_values`), and comes off again when no mapping sets it.
Whatever somebody else has written since is what the person has otherwise from then on: a value that is not the one that was
laid is taken for that.  So what a person is follows from the person and the mappings alone, in whatever order things happened.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from msgspec.structs import replace

from lockstep.idp.directory import bulk, store
from lockstep.idp.directory.activity import store as activity
from lockstep.idp.directory.activity.days import days_since
from lockstep.idp.directory.conditions.records import LAST_LOGIN
from lockstep.idp.directory.mappings import store as mappings
from lockstep.idp.directory.mappings.evaluate import Effect, Verdict, effect_of, text_of, verdicts_of, with_text
from lockstep.idp.directory.mappings.records import Laid, Mapping
from lockstep.idp.directory.mappings.store import Seat
from lockstep.idp.directory.nesting import store as nesting
from lockstep.idp.directory.nesting.records import Nesting
from lockstep.idp.directory.records import MAPPED, Role, Status, User
from lockstep.idp.events import MAPPING_ACTOR, Event, EventType, append_many
from lockstep.kit.db import Connection

PIECE = 2_000
"""People who are looked at together."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person as they are: with what mappings have laid over them, and their own roles."""

    user: User
    seats: tuple[Seat, ...] = ()
    laid: dict[str, Laid] = field(default_factory=dict)
    days: int | None = None
    """Since the last login; None for never, and where nobody asks."""

    @property
    def base(self) -> User:
        """The person without what mappings have set."""
        return base_of(self.user, self.laid)

    @property
    def given(self) -> list[int]:
        """The ids of the roles that the person has without mappings."""
        return [seat.role_id for seat in self.seats if seat.source != MAPPED]


@dataclass(frozen=True, slots=True)
class Directory:
    """What evaluation needs besides a person."""

    mappings: Sequence[Mapping]
    roles: dict[int, Role]
    nesting: Nesting

    def held(self, ids: Iterable[int]) -> list[Role]:
        """The roles of these ids and all that contain them."""
        return [self.roles[one] for one in self.nesting.above(*ids) if one in self.roles]

    def effect(self, person: Person) -> Effect:
        """What the mappings make of somebody."""
        return effect_of(self.mappings, person.base, person.given, self.held, self.roles, person.days)

    def verdicts(self, person: Person) -> list[Verdict]:
        """What each mapping says of somebody."""
        return verdicts_of(self.mappings, person.base, person.given, self.held, self.roles, person.days)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What mappings change of one person: fields (name, before, after as text), and roles that come and go."""

    person: Person
    effect: Effect
    fields: tuple[tuple[str, str, str], ...]
    entered: tuple[int, ...]
    left: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.entered or self.left)


def base_of(user: User, laid: dict[str, Laid]) -> User:
    """A person without what mappings have laid over them."""
    for name, one in laid.items():
        if text_of(user, name) == one.value:  # else somebody has written another one since
            user = with_text(user, name, one.base)
    return user


def directory_of(c: Connection, rules: Sequence[Mapping]) -> Directory:
    """What evaluation of these mappings needs."""
    return Directory(rules, {role.id: role for role in store.roles(c)}, nesting.load(c))


def asks_days(rules: Iterable[Mapping]) -> bool:
    """Whether any condition counts days since a login."""
    return any(one.source == LAST_LOGIN for rule in rules if rule.enabled for one in rule.conditions)


def people_of(c: Connection, keys: Iterable[str], *, days: bool = False) -> Iterator[Person]:
    """Some people (employee_ids) as they are; with the days since their last logins where they are asked for."""
    iterator, today = iter(keys), activity.today(c) if days else 0
    while piece := list(islice(iterator, PIECE)):
        seats, laid = mappings.seats_of(c, piece), mappings.laid_over(c, piece)
        logins = activity.last_logins(c, piece) if days else {}
        for user in store.users_by_employee_ids(c, piece):
            since = days_since(today, logins.get(user.id, 0))
            yield Person(user, tuple(seats.get(user.id, ())), laid.get(user.id, {}), since)


def outcome_of(directory: Directory, person: Person) -> Outcome:
    """What mappings would change of one person."""
    effect = directory.effect(person)
    names = dict.fromkeys((*person.laid, *effect.fields))
    texts = [(name, text_of(person.user, name), text_of(effect.user, name)) for name in names]
    there = {seat.role_id for seat in person.seats}
    alone = {seat.role_id for seat in person.seats if seat.source == MAPPED}
    return Outcome(
        person,
        effect,
        tuple(one for one in texts if one[1] != one[2]),
        tuple(sorted(effect.roles.keys() - there)),
        tuple(sorted(alone - effect.roles.keys())),
    )


def run(c: Connection, keys: Iterable[str], now: int) -> int:
    """Apply the mappings in force to some people (employee_ids); how many they changed."""
    applied = mappings.applied(c)
    if applied.none_laid:
        return 0
    rules = applied.mappings
    directory, changed, days = directory_of(c, rules), 0, asks_days(rules)
    iterator = iter(keys)
    while piece := list(islice(iterator, PIECE)):
        people = people_of(c, piece, days=days)
        changed += _bring(c, directory, [outcome_of(directory, one) for one in people], now)
    return changed


def _bring(c: Connection, directory: Directory, outcomes: Sequence[Outcome], now: int) -> int:
    changed = [one for one in outcomes if one]
    bulk.change_users(c, (replace(one.effect.user, updated_at=now) for one in changed if one.fields))
    _write_laid(c, outcomes)
    _write_seats(c, outcomes)
    append_many(c, (event for one in changed for event in _events(directory, one)), now)
    return len(changed)


def _write_laid(c: Connection, outcomes: Sequence[Outcome]) -> None:
    lay: list[tuple[int, str, Laid]] = []
    lift: list[tuple[int, str]] = []
    for one in outcomes:
        base, person, fields = one.person.base, one.person, one.effect.fields
        for name, mapping in fields.items():
            laid = Laid(text_of(base, name), text_of(one.effect.user, name), mapping)
            if person.laid.get(name) != laid:
                lay.append((person.user.id, name, laid))
        lift += [(person.user.id, name) for name in person.laid if name not in fields]
    mappings.lay(c, lay)
    mappings.lift(c, lift)


def _write_seats(c: Connection, outcomes: Sequence[Outcome]) -> None:
    mark: list[tuple[int, int, int]] = []
    add: list[tuple[int, int, int, int]] = []
    drop: list[tuple[int, int]] = []
    for one in outcomes:
        user_id, roles = one.person.user.id, one.effect.roles
        add += [(role, user_id, MAPPED, roles[role]) for role in one.entered]
        drop += [(role, user_id) for role in one.left]
        for seat in one.person.seats:
            mapping = roles.get(seat.role_id, 0)
            if seat.mapped != mapping and (mapping or seat.source != MAPPED):
                mark.append((seat.role_id, user_id, mapping))
    mappings.drop_seats(c, drop)
    mappings.map_seats(c, mark)
    mappings.add_seats(c, add)


def _events(directory: Directory, one: Outcome) -> Iterator[Event]:
    if one.fields:
        yield _event(_kind(one), one.effect.user, notes=_by(directory, one))
    for kind, roles in (
        (EventType.ROLE_MEMBER_ADDED_BY_MAPPING, one.entered),
        (EventType.ROLE_MEMBER_REMOVED_BY_MAPPING, one.left),
    ):
        for role_id in roles:
            role = directory.roles.get(role_id)
            yield _event(kind, one.effect.user, role_id=role_id, role_name="" if role is None else role.name)


def _kind(one: Outcome) -> EventType:
    status = one.effect.user.status
    if status == one.person.user.status:
        return EventType.USER_UPDATED
    if status == Status.SUSPENDED:
        return EventType.USER_SUSPENDED
    if status == Status.ACTIVE:
        suspended = one.person.user.status == Status.SUSPENDED
        return EventType.USER_REACTIVATED if suspended else EventType.USER_ACTIVATED
    return EventType.USER_DEACTIVATED


def _by(directory: Directory, one: Outcome) -> str:
    ids = {one.effect.fields[name] for name, _, _ in one.fields if name in one.effect.fields}
    names = [mapping.name for mapping in directory.mappings if mapping.id in ids]
    return f"by {', '.join(names)}" if names else "no mapping sets it any more"


def _event(kind: EventType, user: User, *, notes: str = "", role_id: int | None = None, role_name: str = "") -> Event:
    return Event(
        type=kind,
        actor=MAPPING_ACTOR,
        user_id=user.id,
        user_name=user.user_name,
        user_key=user.employee_id,
        role_id=role_id,
        role_name=role_name,
        notes=notes,
    )
