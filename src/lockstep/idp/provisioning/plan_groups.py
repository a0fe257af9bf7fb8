"""Desired against links: what has to be done to groups and their members.  Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lockstep.idp.provisioning.records import Change, DesiredGroup, GroupLink, Kind, Stage, digest_of, digested

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Match:
    """A desired group and the link that it continues, or one of the two alone."""

    desired: DesiredGroup | None
    link: GroupLink | None


@dataclass(frozen=True, slots=True)
class Member:
    """A membership.

    `key` is the person's employee_id ("" for somebody we do not know), `target_id` their id at the target ("" as long as they
    are not made), `name` what people read.
    """

    key: str
    target_id: str
    name: str


@dataclass(frozen=True, slots=True)
class MemberDiff:
    """The members of one group to add and to remove.  `later` are adds of people who are made earlier in the same run."""

    now: Sequence[Member] = ()
    later: Sequence[Member] = ()
    removals: Sequence[Member] = ()
    held: Sequence[Member] = ()

    @property
    def size(self) -> int:
        """Memberships that change."""
        return len(self.now) + len(self.later) + len(self.removals)


def match(desired: Sequence[DesiredGroup], links: Iterable[GroupLink]) -> Iterator[Match]:
    """Which link each desired group continues.

    The link belongs to the name.  A link whose name nobody wants any more goes with its feeders: the group that they feed now
    is its renaming, if that name was free.  Where feeders part, the lowest group_id takes the link along, because its role
    spelt the name.
    """
    by_key = {link.key: link for link in links}
    taken: dict[str, GroupLink] = {group.key: by_key.pop(group.key) for group in desired if group.key in by_key}
    now_feeds: dict[str, list[DesiredGroup]] = {}
    for group in desired:
        for feeder in group.feeders:
            now_feeds.setdefault(feeder, []).append(group)
    for link in sorted(by_key.values(), key=lambda link: (link.feeders, link.key)):
        heir = next(
            (group for feeder in link.feeders for group in now_feeds.get(feeder, ()) if group.key not in taken),
            None,
        )
        if heir is not None and not link.missing:
            taken[heir.key] = by_key.pop(link.key)
    for group in desired:
        yield Match(group, taken.get(group.key))
    for link in sorted(by_key.values(), key=lambda link: link.key):
        yield Match(None, link)


def rename(group: DesiredGroup, link: GroupLink) -> Change | None:
    """The PATCH of the name (its case included), or None."""
    if group.name == link.name:
        return None
    return digested(
        Change(
            kind=Kind.RENAME,
            object="group",
            key=group.key,
            name=group.name,
            stage=Stage.NAMES_FREED,
            before=link.name,
            after=group.name,
            payload={"name": group.name, "feeders": group.feeders},
            link_id=link.id,
            target_id=link.target_id,
        )
    )


def create(
    group: DesiredGroup, members: Sequence[Member], link: GroupLink | None, limit: int, *, inside: bool = True
) -> Iterator[Change]:
    """The POST with the first `limit` members inside (none, unless they may be `inside`), and a PATCH for each `limit` more."""
    fit = limit if inside else 0
    first, rest = members[:fit], members[fit:]
    yield digested(
        Change(
            kind=Kind.CREATE,
            object="group",
            key=group.key,
            name=group.name,
            stage=Stage.GROUPS_MADE,
            after={"displayName": group.name, "members": _names(first)},
            payload={"name": group.name, "feeders": group.feeders, "add": _listed(first)},
            link_id=link.id if link is not None else 0,
            action="create",
        )
    )
    for part in _parts(rest, limit):
        yield _members(group.key, group.name, None, part, (), Stage.MEMBERS)


def delete(link: GroupLink) -> Change:
    """The DELETE; its memberships fall with it."""
    return digested(
        Change(
            kind=Kind.DELETE,
            object="group",
            key=link.key,
            name=link.name,
            stage=Stage.GROUPS_DELETED,
            before={"displayName": link.name},
            link_id=link.id,
            target_id=link.target_id,
            action="delete",
            limited="group-deletions",
        )
    )


def members(key: str, name: str, link: GroupLink, change: MemberDiff, limit: int) -> Iterator[Change]:
    """The PATCHes for one group that exists, as few as possible, each with removals and adds together.

    What needs nobody new goes in the first stage where it takes access away.  People made in this run follow in the stage for
    members, and take along what did not fill a request, because one PATCH fewer is worth more than a moment earlier.
    """
    ready = [*((one, False) for one in change.removals), *((one, True) for one in change.now)]
    apart = _requests(len(ready), limit) + _requests(len(change.later), limit)
    spare = 0 if apart == _requests(change.size, limit) else len(ready) % limit
    early = ready[: len(ready) - spare]
    whole = digest_of([sorted(_names(change.removals)), sorted(_names([*change.now, *change.later]))])
    for number, part in enumerate(_parts(early, limit)):
        takes_away = any(not add for _, add in part)
        stage = Stage.TAKEN_AWAY if takes_away or (number == 0 and change.removals) else Stage.MEMBERS
        yield _part(_mixed(key, name, link, part, stage), whole)
    late = [*ready[len(ready) - spare :], *((one, True) for one in change.later)]
    for part in _parts(late, limit):
        yield _part(_mixed(key, name, link, part, Stage.MEMBERS), whole)
    if change.held:
        removal = _members(key, name, link, (), change.held, Stage.TAKEN_AWAY)
        yield replace(removal, limited="removals", weight=len(change.held))


def _part(change: Change, whole: str) -> Change:
    """One of the requests that together are what is to change in a group: with one of them the whole has failed."""
    return replace(change, payload={**change.payload, "whole": whole})


def _mixed(key: str, name: str, link: GroupLink, part: Sequence[tuple[Member, bool]], stage: int) -> Change:
    adds = [one for one, add in part if add]
    removals = [one for one, add in part if not add]
    return _members(key, name, link, adds, removals, stage)


def _members(
    key: str, name: str, link: GroupLink | None, adds: Sequence[Member], removals: Sequence[Member], stage: int
) -> Change:
    after: dict[str, list[str]] = {}
    if adds:
        after["add"] = sorted(_names(adds))  # whoever was made meanwhile must not move the digest
    if removals:
        after["remove"] = sorted(_names(removals))
    return digested(
        Change(
            kind=Kind.MEMBERS,
            object="group",
            key=key,
            name=name,
            stage=stage,
            after=after,
            payload={"add": _listed(adds), "remove": _listed(removals)},
            link_id=link.id if link is not None else 0,
            target_id=link.target_id if link is not None else "",
        )
    )


def _parts(items: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _requests(items: int, limit: int) -> int:
    return -(-items // limit)


def _names(members: Iterable[Member]) -> list[str]:
    return [member.name for member in members]


def _listed(members: Iterable[Member]) -> list[list[str]]:
    return [[member.key, member.target_id] for member in members]
