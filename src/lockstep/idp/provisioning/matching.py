"""Who of ours is who at a target that holds people and groups already.  Pure.

A user is known again by externalId, by userName (without case) and by the primary e-mail address (without case); a group by
its displayName (without case).  Where these disagree, a person has to say which is right: access hangs on the target's id, so
a wrong match would hand it to somebody else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser, name_key

NAMED = 3
"""How many others a reason names."""


class Verdict(StrEnum):
    """What becomes of one of ours."""

    LINKED = "linked"
    """Is linked already, and there."""
    ADOPT = "adopt"
    CASE = "case"
    """Can be taken over; its name differs in upper and lower case."""
    OTHER_ID = "other_external_id"
    """By its names it can be taken over, but it has an externalId that nobody here has: of another system, or of somebody
    who has left."""
    CONFLICT = "conflict"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Ours:
    """One user who should be at the target."""

    key: str
    name: str
    external: str
    email: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """One user or group at the target; a group has neither an externalId nor an e-mail address."""

    id: str
    name: str
    external: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One of ours, and what it is at the target.

    `number` is the place of what it is among theirs, None where it is nobody (or nobody for sure).  `by` are the attributes in
    which the two agree; `why` says what is in the way, and `among` are the places of what it could be.
    """

    key: str
    name: str
    verdict: Verdict
    number: int | None = None
    by: tuple[str, ...] = ()
    why: str = ""
    among: tuple[int, ...] = ()


def ours_of(wanted: DesiredUser) -> Ours:
    """What a desired user is known again by."""
    document = wanted.document
    return Ours(wanted.key, _text(document.get("userName")), _text(document.get("externalId")), primary_email(document))


def theirs_of(resource: Mapping[str, Any]) -> Theirs:
    """What a SCIM user of the target is known again by."""
    return Theirs(
        _text(resource.get("id")),
        _text(resource.get("userName")),
        _text(resource.get("externalId")),
        primary_email(resource),
    )


def primary_email(resource: Mapping[str, Any]) -> str:
    """The address that is marked as primary, else the first; "" without."""
    emails = resource.get("emails")
    listed = [one for one in emails if isinstance(one, dict)] if isinstance(emails, list) else []
    first = next((one for one in listed if one.get("primary") in (True, "true", "True")), listed[0] if listed else {})
    return _text(first.get("value"))


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def match_users(ours: Sequence[Ours], theirs: Sequence[Theirs], linked: Mapping[str, str]) -> Iterator[Match]:
    """One match for each of ours, in their order.

    `linked` says whom the target's ids are linked to (id → key), people who have left among them.
    """
    return _Users(ours, theirs, linked).matches()


class _Users:
    """The users of both sides, by each of the three keys."""

    def __init__(self, ours: Sequence[Ours], theirs: Sequence[Theirs], linked: Mapping[str, str]) -> None:
        self._ours = ours
        self._theirs = theirs
        present = {one.id for one in theirs}
        self._linked = {target_id: key for target_id, key in linked.items() if target_id in present}
        self._wanted_externals = Counter(one.external for one in ours if one.external)
        self._externals = {one.external: one.name for one in ours if one.external}
        self._wanted_names = Counter(name_key(one.name) for one in ours)
        self._by_external = _index(one.external for one in theirs)
        self._by_name = _index(name_key(one.name) for one in theirs)
        self._by_email = _index(name_key(one.email) for one in theirs)
        self._settled: dict[int, str] = {}
        """Places of theirs that are somebody of ours beyond doubt (linked, or by externalId), and who that is."""

    def matches(self) -> Iterator[Match]:
        """See `match_users`."""
        here = {one.key for one in self._ours}
        for number, there in enumerate(self._theirs):
            if self._linked.get(there.id) in here:
                self._settled[number] = self._linked[there.id]
        held = set(self._settled.values())
        for one in self._ours:
            sure = None if one.key in held else self._sure(one)
            if sure is not None:
                self._settled[sure] = one.key
        claims = self._claims(held)
        places = {key: number for number, key in self._settled.items()}
        for one in self._ours:
            if one.key in held:
                there = self._theirs[places[one.key]]
                by = ("externalId",) if there.external and there.external == one.external else ()
                yield Match(one.key, one.name, Verdict.LINKED, places[one.key], by)
            else:
                yield self._match(one, claims)

    def _sure(self, one: Ours) -> int | None:
        """Who has our externalId, unless others have it too, or the name is that of somebody else of ours."""
        found = self._by_external.get(one.external, [])
        if len(found) != 1 or self._wanted_externals[one.external] != 1:
            return None
        there = self._theirs[found[0]]
        same = name_key(there.name) == name_key(one.name)
        if there.id in self._linked or self._wanted_names[name_key(there.name)] > same:
            return None
        return found[0]

    def _candidates(self, one: Ours) -> dict[int, list[str]]:
        """Places of theirs that agree in anything → in what; what is somebody else of ours beyond doubt is left out."""
        found: dict[int, list[str]] = defaultdict(list)
        places = (
            ("externalId", self._by_external.get(one.external, ())),
            ("userName", self._by_name.get(name_key(one.name), ())),
            ("e-mail", self._by_email.get(name_key(one.email), ())),
        )
        for what, numbers in places:
            for number in numbers:
                if self._settled.get(number, one.key) == one.key:
                    found[number].append(what)
        return found

    def _claims(self, held: set[str]) -> dict[int, list[Ours]]:
        """Places of theirs → who of ours could be it, where that is more than one."""
        found: dict[int, list[Ours]] = defaultdict(list)
        for one in self._ours:
            if one.key not in held:
                for number in self._candidates(one):
                    found[number].append(one)
        return {number: who for number, who in found.items() if len(who) > 1}

    def _match(self, one: Ours, claims: Mapping[int, list[Ours]]) -> Match:
        found = self._candidates(one)
        if not found:
            return Match(one.key, one.name, Verdict.CREATE)
        if len(found) > 1:
            why = "agrees with several users there: " + "; ".join(
                f"{' and '.join(by)} with {_called(self._theirs[number])}" for number, by in found.items()
            )
            return self._conflict(one, found, why)
        [(number, by)] = found.items()
        why = self._in_the_way(one, number, by, claims)
        if why:
            return self._conflict(one, found, why)
        there = self._theirs[number]
        verdict = Verdict.ADOPT
        if there.external not in ("", one.external) and one.external:
            verdict = Verdict.OTHER_ID
            why = f"has the externalId {there.external} there, which nobody here has"
        elif there.name != one.name and name_key(there.name) == name_key(one.name):
            verdict = Verdict.CASE
        return Match(one.key, one.name, verdict, number, tuple(by), why)

    def _in_the_way(self, one: Ours, number: int, by: Sequence[str], claims: Mapping[int, list[Ours]]) -> str:
        """Why it cannot be known who this is, "" if it can."""
        there = self._theirs[number]
        what = " and ".join(by)
        if there.id in self._linked:
            return f"agrees in {what} with {_called(there)}, who is linked to {self._linked[there.id]}, who has left"
        if self._wanted_externals[there.external] > (there.external != "" and there.external == one.external):
            whose = f"{there.external} ({self._externals[there.external]})"
            return f"agrees in {what} with {_called(there)}, who has the externalId of somebody else here, {whose}"
        others = [other.name for other in claims.get(number, ()) if other.key != one.key]
        if others:
            named = ", ".join(others[:NAMED]) + (f" and {len(others) - NAMED} more" if len(others) > NAMED else "")
            return f"agrees in {what} with {_called(there)}, and so does {named}"
        return ""

    @staticmethod
    def _conflict(one: Ours, found: Iterable[int], why: str) -> Match:
        return Match(one.key, one.name, Verdict.CONFLICT, why=why, among=tuple(found))


def _called(there: Theirs) -> str:
    return there.name or there.id


def _index(values: Iterable[str]) -> dict[str, list[int]]:
    """Value → places; what is empty is nobody's key."""
    found: dict[str, list[int]] = {}
    for number, value in enumerate(values):
        if value:
            found.setdefault(value, []).append(number)
    return found


def match_groups(
    ours: Sequence[DesiredGroup], theirs: Sequence[Theirs], held: Mapping[str, str], linked: Mapping[str, str]
) -> Iterator[Match]:
    """One match for each group of ours, in their order.

    `held` says which of the target's ids each of our groups has (key → id), where a link says so; `linked` what the target's
    ids are called by their links (id → name).
    """
    places = {one.id: number for number, one in enumerate(theirs)}
    by_name = _index(name_key(one.name) for one in theirs)
    for group in ours:
        if held.get(group.key) in places:
            yield Match(group.key, group.name, Verdict.LINKED, places[held[group.key]])
            continue
        found = by_name.get(group.key, [])
        if not found:
            yield Match(group.key, group.name, Verdict.CREATE)
            continue
        first = theirs[found[0]]
        why = ""
        if len(found) > 1:
            why = "agrees with several groups there: " + ", ".join(theirs[number].name for number in found)
        elif first.id in linked:
            why = f"is the name of {first.name} there, which is linked as {linked[first.id]}"
        if why:
            yield Match(group.key, group.name, Verdict.CONFLICT, why=why, among=tuple(found))
        else:
            verdict = Verdict.ADOPT if first.name == group.name else Verdict.CASE
            yield Match(group.key, group.name, verdict, found[0], ("displayName",))
