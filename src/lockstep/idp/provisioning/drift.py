"""What differs at a target, what a person may say about it, and what follows for what should be there.  Pure.

A difference that is *put back* goes into the links, so that the next plan mends it.  One that is *taken over* goes there too,
and leaves something behind (`TakenOver`) that the planner lays over what it wants (`Overlay`), until our own side moves.
One that is *ignored* leaves no trace but its digest.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Literal

from lockstep.idp.apps.settings import DriftPolicy, Settings
from lockstep.idp.provisioning.plan import name_of, shown
from lockstep.idp.provisioning.plan_groups import Match
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser, Document, GroupLink, Logins, digest_of
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA

Decision = Literal["", "put-back", "take-over", "ignore"]
DECISIONS: tuple[Decision, ...] = ("put-back", "take-over", "ignore")
CHANGED, MISSING, FOUND, RENAMED = "changed", "missing", "found", "renamed"
MEMBER_MISSING, MEMBER_EXTRA = "member missing", "member extra"
MANAGER = f"{ENTERPRISE}:manager"
_SEPARATOR = f"{ENTERPRISE}:"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing at the target that is not as it was left.

    `kind`: changed, missing, found (again), renamed, member missing, member extra.  `key` is the link's, of the group where it
    is a membership; then `member` is the user's id at the target, `member_key` their employee_id ("" for somebody we do not
    know).  `here` and `there` are what we left and what is there: documents of a user, names of a group, the member's user
    name; None for nothing.  `made` says whether the object was made by us, and not adopted.
    """

    object: str
    name: str
    kind: str
    link_id: int
    key: str = ""
    target_id: str = ""
    here: Any = None
    there: Any = None
    member: str = ""
    member_key: str = ""
    made: bool = True

    @property
    def identity(self) -> tuple[str, int, str, str]:
        """What it is about, whatever the values are."""
        return self.object, self.link_id, self.kind, self.member

    @property
    def digest(self) -> str:
        """What a decision is bound to: exactly this difference."""
        return digest_of([self.object, self.target_id, self.kind, self.member, detail(self)])


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Something at the target that stands although we would have it otherwise.

    `kind`: value (an attribute of a user), name (of a group), in and out (a membership), gone (a user, or a group whose feeders
    are in `theirs`).  `key` is the person's employee_id, or the group's name without case; `link_id` the link of the group of a
    name or a membership; `attribute` the path of an attribute, or a member's id at the target.  `ours` is what we wanted when
    it was taken over, None for nothing.
    """

    kind: Literal["value", "name", "in", "out", "gone"]
    object: Literal["user", "group", "membership"]
    key: str
    name: str
    link_id: int = 0
    attribute: str = ""
    ours: Any = None
    theirs: Any = None
    digest: str = ""
    id: int = 0
    at: int = 0
    by: str = ""


def flat(document: Document) -> dict[str, Any]:
    """The attributes of a user by their SCIM paths."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name == ENTERPRISE:
            found.update({_SEPARATOR + key: one for key, one in value.items()})
        elif name == "name":
            found.update({f"name.{key}": one for key, one in value.items()})
        elif name != "schemas":
            found[name] = value
    return found


def unflat(values: dict[str, Any]) -> Document:
    """The document with these attributes; the inverse of `flat`."""
    made: Document = {}
    for path, value in values.items():
        if path.startswith(_SEPARATOR):
            made.setdefault(ENTERPRISE, {})[path.removeprefix(_SEPARATOR)] = value
        elif path.startswith("name."):
            made.setdefault("name", {})[path.removeprefix("name.")] = value
        else:
            made[path] = value
    made["schemas"] = [USER_SCHEMA, ENTERPRISE] if ENTERPRISE in made else [USER_SCHEMA]
    return made


def moved(here: Document, there: Document) -> dict[str, tuple[Any, Any]]:
    """Path → (ours, theirs) of the attributes that differ; None where one is not there."""
    one, other = flat(here), flat(there)
    return {path: (one.get(path), other.get(path)) for path in {**one, **other} if one.get(path) != other.get(path)}


def laid_over(document: Document, values: dict[str, Any]) -> Document:
    """The document with other values at some paths; None takes an attribute away."""
    return unflat({path: one for path, one in {**flat(document), **values}.items() if one is not None})


def detail(one: Difference) -> dict[str, dict[str, Any]]:
    """What differs, as people and scripts read it: name → {"before": as it was left, "after": as it is there}."""
    if one.object == "user" and one.kind == CHANGED:
        return dict(_shown(path, *values) for path, values in moved(one.here, one.there).items())
    name = {"user": "userName", "group": "displayName"}.get(one.object, "member")
    here, there = (name_of(side) if isinstance(side, dict) else side for side in (one.here, one.there))
    return {name: {"before": here, "after": there}}


def short_name(path: str) -> str:
    """What people call an attribute: its path without the long name of the extension."""
    return path.removeprefix(_SEPARATOR)


def _shown(path: str, ours: Any, theirs: Any) -> tuple[str, dict[str, Any]]:
    name = short_name(path)
    before, after = (None if value is None else shown(unflat({path: value})).get(name) for value in (ours, theirs))
    return name, {"before": ours, "after": theirs} if before == after else {"before": before, "after": after}


def policy_of(settings: Settings, one: Difference) -> DriftPolicy:
    """What a check that may change something does with a difference by itself.

    That something is there again after all, or that somebody who was none of ours has gone, is nothing to decide.
    """
    if one.kind == FOUND or (one.kind == MEMBER_MISSING and not one.member_key):
        return "put-back"
    return settings.drift_of(one.object)


def continued(one: Difference, before: Difference) -> Difference:
    """The difference, seen from what we want and not from what an earlier one, still being put back, has left in the links."""
    if one.kind == CHANGED:
        pending = {path: ours for path, (ours, _) in moved(before.here, before.there).items()}
        return replace(one, here=laid_over(one.here, pending), name=before.name)
    return replace(one, here=before.here, name=before.name) if one.kind == RENAMED else one


def takes_over(one: Difference, known: Iterable[str] = (), feeders: Sequence[str] = ()) -> list[TakenOver]:
    """What is left behind when a difference is taken over.

    `known` are those of the managers named who are linked, `feeders` what feeds the group.  Raises ValueError where it cannot.
    """
    if one.object == "user" and one.kind == CHANGED:
        found = moved(one.here, one.there)
        manager = (found.get(MANAGER, (None, None))[1] or {}).get("value", "")
        if manager and manager not in known:
            raise ValueError("the manager there is nobody of this directory: put it back, or ignore it")
        return [
            TakenOver("value", "user", one.key, one.name, 0, path, ours, theirs, one.digest)
            for path, (ours, theirs) in found.items()
        ]
    if one.kind == MISSING and one.object == "user":
        return [TakenOver("gone", "user", one.key, one.name, digest=one.digest)]
    if one.kind == MISSING:
        return [TakenOver("gone", "group", one.key, one.name, theirs=list(feeders), digest=one.digest)]
    if one.kind == RENAMED:
        return [TakenOver("name", "group", one.key, one.name, one.link_id, "", one.here, one.there, one.digest)]
    if one.kind == MEMBER_EXTRA:
        return [_membership("in", one)]
    return [_membership("out", one)] if one.kind == MEMBER_MISSING and one.member_key else []


def _membership(kind: Literal["in", "out"], one: Difference) -> TakenOver:
    name = f"{one.here or one.there} in {one.name}"
    return TakenOver(kind, "membership", one.member_key, name, one.link_id, one.member, one.here, one.there, one.digest)


class Overlay:
    """What was taken over, laid over what should be there.  Laid over at one place each, so that all plans agree.

    `logins` are all who have the app; `only` is the one person whom a plan is about.  `ended` collects the numbers of what does
    not hold any more, because our side has moved: the caller forgets it.
    """

    def __init__(self, taken: Iterable[TakenOver], logins: Logins, only: str | None = None) -> None:
        self.ended: set[int] = set()
        self._only = only
        self._values: dict[str, list[TakenOver]] = {}
        self._gone: dict[str, TakenOver] = {}
        self._groups: list[TakenOver] = []
        self._names: dict[int, TakenOver] = {}
        self._in: dict[int, set[str]] = {}
        self._out: dict[int, list[TakenOver]] = {}
        every = list(taken)
        having = logins.intersection({one.key for one in every if one.object != "group" and one.key})
        for one in every:
            if one.object != "group" and one.key and one.key not in having:
                self.ended.add(one.id)  # whoever leaves takes it all along
            else:
                self._put(one)
        self.logins = _without(logins, self._gone)

    def _put(self, one: TakenOver) -> None:
        if one.kind == "value":
            self._values.setdefault(one.key, []).append(one)
        elif one.kind == "name":
            self._names[one.link_id] = one
        elif one.kind == "in":
            self._in.setdefault(one.link_id, set()).add(one.attribute)
        elif one.kind == "out":
            self._out.setdefault(one.link_id, []).append(one)
        elif one.object == "user":
            self._gone[one.key] = one
        else:
            self._groups.append(one)

    def user(self, wanted: DesiredUser) -> DesiredUser:
        """A person, with the target's values where they were taken over and ours have not moved since."""
        standing = self._values.get(wanted.key)
        if standing is None:
            return wanted
        ours = flat(wanted.document)
        stands = [one for one in standing if ours.get(one.attribute) == one.ours and self._may_be_named(one, wanted.key)]
        self.ended.update(one.id for one in standing if one not in stands)
        return replace(wanted, document=laid_over(wanted.document, {one.attribute: one.theirs for one in stands}))

    def _may_be_named(self, one: TakenOver, key: str) -> bool:
        """A manager who has left the app cannot be named at the target."""
        manager = (one.theirs or {}).get("value", "") if one.attribute == MANAGER else ""
        return not manager or (manager in self.logins and manager != key)

    def groups(self, wanted: list[DesiredGroup], linked: Iterable[GroupLink]) -> list[DesiredGroup]:
        """The groups without those that were deleted at the target for good.  One that is linked is there."""
        if not self._groups:
            return wanted
        there = {link.key for link in linked}
        met: set[int] = set()
        kept = []
        for group in wanted:
            gone = None if group.key in there else next((one for one in self._groups if _feeds_only(one, group)), None)
            if gone is None:
                kept.append(group)
            else:
                met.add(gone.id)
        if self._only is None:
            self.ended.update(one.id for one in self._groups if one.id not in met)
        return kept

    def named(self, one: Match) -> Match:
        """A group, under the target's name where that was taken over and ours has not changed since."""
        name = None if one.link is None or one.desired is None else self._names.get(one.link.id)
        if name is None or one.desired is None:
            return one
        if one.desired.name != name.ours:
            self.ended.add(name.id)
            return one
        return replace(one, desired=replace(one.desired, name=str(name.theirs)))

    def members(self, link: GroupLink | None, wanted: dict[str, str]) -> dict[str, str]:
        """Who should be in a group, without those who were taken out at the target and are in the role still."""
        out = () if link is None else self._out.get(link.id, ())
        if not out:
            return wanted
        self.ended.update(one.id for one in out if one.key not in wanted and one.key not in self._gone)
        return {key: name for key, name in wanted.items() if all(key != one.key for one in out)}

    @property
    def thinned(self) -> Collection[int]:
        """The links of the groups that somebody was taken out of at the target."""
        return self._out.keys()

    def stays(self, link: GroupLink, member: str) -> bool:
        """Whether a member (an id of the target) was put in there and is not ours to take out."""
        return member in self._in.get(link.id, ())


@dataclass(frozen=True, slots=True)
class _Without:
    """All who have the app but some."""

    logins: Logins
    keys: Collection[str]

    def __contains__(self, key: object) -> bool:
        """See `Logins`."""
        return key not in self.keys and key in self.logins

    def intersection(self, keys: Iterable[str]) -> Set[str]:
        """See `Logins`."""
        return self.logins.intersection(key for key in keys if key not in self.keys)


def _without(logins: Logins, keys: Collection[str]) -> Logins:
    if not keys:
        return logins
    return logins.difference(keys) if isinstance(logins, frozenset) else _Without(logins, keys)


def _feeds_only(gone: TakenOver, group: DesiredGroup) -> bool:
    """Whether a group is the one that is gone: by its name, or because nothing else feeds it."""
    return group.key == gone.key or (bool(group.feeders) and set(group.feeders) <= set(gone.theirs or ()))
