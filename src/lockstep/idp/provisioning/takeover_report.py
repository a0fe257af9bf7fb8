"""What would be taken over at a target, in figures and lists.  Reads; writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp.apps.connectors import Given
from lockstep.idp.apps.subject import name_id_of
from lockstep.idp.directory.records import User
from lockstep.idp.provisioning.matching import Match, Theirs, Verdict
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.picture import Orders, Picture
from lockstep.idp.provisioning.plan import differences, name_of
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser
from lockstep.scim.patch import diff

Values = dict[str, Any]
SHOWN = 1_000
"""Of each kind that the report lists; all are counted."""
_LISTED = ("conflict", "other_external_id", "case", "adopt", "create", "unmatched")


@dataclass(slots=True)
class _Side:
    """Users or groups: how many of each verdict, and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[Values]] = field(default_factory=dict)

    def add(self, kind: str, shown: Values) -> None:
        """One more."""
        self.counts[kind] += 1
        if kind != Verdict.LINKED:
            few = self.listed.setdefault(kind, [])
            if len(few) < SHOWN:
                few.append(shown)

    def counted(self, *more: str) -> dict[str, int]:
        """Every count, those that are 0 among them."""
        return {kind: self.counts[kind] for kind in ("adopt", "case", "conflict", "create", "unmatched", "linked", *more)}


def report(picture: Picture, orders: Orders) -> Values:
    """The report, but for what reading cost.

    `{digest, groups_read, users, groups, name_id, listed}`: counts of users and groups by verdict; `listed` has the first of
    each, with what would change.  `name_id.now` counts who is called otherwise at the target than in their assertions,
    `name_id.after` who would still be once everything is in line.
    """
    users, groups, name_ids = _Side(), _Side(), _Side()
    keys = picture.keys(orders)
    for user, given, wanted, match in picture.people():
        users.add(match.verdict.value, _user(picture, wanted, match, keys, users.counts))
        _name_id(picture, (user, given), wanted, match, name_ids)
    for group, match in zip(picture.wanted, picture.groups, strict=True):
        groups.add(match.verdict.value, _group(picture, group, match, keys, groups.counts))
    there = picture.there
    _rest(users, there.users, picture.users, picture.linked)
    _rest(groups, there.groups, picture.groups, picture.linked_groups)
    for one in there.protected:
        groups.add("protected", _called(one))
    return {
        "digest": picture.digest,
        "groups_read": picture.source.app.settings.groups,
        "users": users.counted("other_external_id", "change"),
        "groups": groups.counted("protected", "change"),
        "name_id": {"now": name_ids.counts["now"], "after": name_ids.counts["after"]},
        "listed": {
            "users": {kind: users.listed.get(kind, []) for kind in _LISTED},
            "groups": {kind: groups.listed.get(kind, []) for kind in (*_LISTED, "protected") if kind != "other_external_id"},
            "name_id": name_ids.listed.get("who", []),
        },
    }


def needs_a_person(found: Values) -> bool:
    """Whether something cannot be taken over before a person has said or mended something."""
    left = found["users"]["other_external_id"] if not found.get("taken", {}).get("other_external_id") else 0
    return bool(found["users"]["conflict"] or found["groups"]["conflict"] or left)


def in_words(found: Values) -> str:
    """The figures of a report in one line."""
    users, groups = found["users"], found["groups"]
    return (
        f"users to take over: {users['adopt'] + users['case']}, groups: {groups['adopt'] + groups['case']}; "
        f"conflicts: {users['conflict'] + groups['conflict']}; another externalId: {users['other_external_id']}; "
        f"would be made: {users['create'] + groups['create']}; nobody's: {users['unmatched'] + groups['unmatched']}"
    )


def _user(picture: Picture, wanted: DesiredUser, match: Match, keys: Mapping[str, str], counts: Counter[str]) -> Values:
    shown = _shown(match, picture.there.users)
    if match.number is None or match.verdict is Verdict.LINKED:
        return shown
    value = observed_by(picture.source.recipe, picture.there.documents.get(match.number), keys.get)
    if diff(value, wanted.document):
        counts["change"] += 1
        before, after = differences(value, wanted.document)
        shown["before"], shown["after"] = before, after
    return shown


def _group(picture: Picture, group: DesiredGroup, match: Match, keys: Mapping[str, str], counts: Counter[str]) -> Values:
    shown = _shown(match, picture.there.groups)
    if match.number is None or match.verdict is Verdict.LINKED:
        return shown
    one = picture.there.groups[match.number]
    if one.name != group.name:
        shown["before"], shown["after"] = {"displayName": one.name}, {"displayName": group.name}
    there = picture.there.members.get(one.id, set())
    known = {keys[member] for member in there if member in keys}
    wanted = picture.grouping.wanted(group)
    shown["members"] = {
        "stay": sum(key in wanted for key in known),
        "add": sum(key not in known for key in wanted),
        "remove": sum(key not in wanted for key in known),
        "strangers": len(there) - len(known),
    }
    if "after" in shown or shown["members"]["add"] or shown["members"]["remove"]:
        counts["change"] += 1
    return shown


def _shown(match: Match, theirs: list[Theirs]) -> Values:
    shown: Values = {"key": match.key, "name": match.name}
    if match.number is not None:
        shown["there"] = _called(theirs[match.number])
        shown["by"] = list(match.by)
    if match.why:
        shown["why"] = match.why
    if match.among:
        shown["among"] = [_called(theirs[number]) for number in match.among]
    return shown


def _called(one: Theirs) -> Values:
    return {"id": one.id, "name": one.name}


def _name_id(picture: Picture, who: tuple[User, Given], wanted: DesiredUser, match: Match, found: _Side) -> None:
    """Whoever is called otherwise at the target than in the assertion cannot sign in there; upper and lower case count."""
    name_id, sent = name_id_of(picture.source.recipe, *who), name_of(wanted.document)
    there = None if match.number is None else picture.there.users[match.number].name
    now, after = there is not None and there != name_id, sent != name_id
    found.counts["now"] += now
    found.counts["after"] += after
    if now or after:
        found.add("who", {"key": wanted.key, "name": sent, "there": there or "", "name_id": name_id, "mended": not after})


def _rest(side: _Side, theirs: list[Theirs], matches: list[Match], linked: Mapping[str, str]) -> None:
    """Count what is nobody's: neither linked, nor of any match."""
    met = {number for match in matches for number in (match.number, *match.among)}
    for number, one in enumerate(theirs):
        if number not in met and one.id not in linked:
            side.add("unmatched", _called(one))
