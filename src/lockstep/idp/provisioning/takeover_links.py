"""Links what matches at a target, in pieces, each a short transaction: others write in between.  Nothing is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.directory import store as directory
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger, links, touched
from lockstep.idp.provisioning.matching import Match, Verdict
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.picture import Orders, Picture
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import DesiredGroup, Kind
from lockstep.kit.db import Connection

Values = dict[str, Any]
PIECE = 500
"""Users, or memberships of groups, that are linked in one transaction."""


def in_words(taken: Mapping[str, int]) -> str:
    """What was linked, in one line."""
    return f"users: {taken['users']}, groups: {taken['groups']}, memberships: {taken['members']}; as made here: {taken['made']}"


@dataclass(frozen=True, slots=True)
class Piece:
    """What is linked in one transaction: users, and groups with what they match."""

    users: list[Match] = field(default_factory=list)
    groups: list[tuple[DesiredGroup, Match]] = field(default_factory=list)


class Linking:
    """Links what `orders` take of a picture, piece by piece.

    `taken` says how many: `{users, groups, members, made, other_external_id}`.
    """

    def __init__(self, picture: Picture, orders: Orders, now: int) -> None:
        self._picture = picture
        self._orders = orders
        self._now = now
        self._keys = picture.keys(orders)
        self._recipe = picture.source.recipe
        self.taken = {"users": 0, "groups": 0, "members": 0, "made": 0, "other_external_id": 0}

    def pieces(self) -> Iterator[Piece]:
        """Some hundred users each, then groups with some hundred members; a group is never cut."""
        users = [match for match in self._picture.users if self._concerns(match)]
        for first in range(0, len(users), PIECE):
            yield Piece(users=users[first : first + PIECE])
        piece, members = Piece(), 0
        for group, match in zip(self._picture.wanted, self._picture.groups, strict=True):
            if not self._concerns(match):
                continue
            piece.groups.append((group, match))
            members += 1 + self._size(match)
            if members >= PIECE:
                yield piece
                piece, members = Piece(), 0
        if piece.groups:
            yield piece

    def _concerns(self, match: Match) -> bool:
        taken = match.number is not None and self._orders.takes(match)
        return taken or (match.verdict is Verdict.LINKED and self._orders.as_made)

    def _size(self, match: Match) -> int:
        there = self._picture.there
        return 0 if match.number is None else len(there.members.get(there.groups[match.number].id, ()))

    def link(self, c: Connection, app: App, piece: Piece) -> None:
        """Link one piece, in the transaction `c`."""
        work = _Work(c, links.target_of(c, app.id, app.scim_url))
        events.append_many(c, list(self._of(work, piece)), self._now)
        touched.touch_everything(c, work.target)

    def _of(self, work: "_Work", piece: Piece) -> Iterator[Event]:
        for match in piece.users:
            if match.verdict is Verdict.LINKED:
                yield from self._claimed_user(work, match)
            elif match.number is not None:
                yield from self._user(work, match, match.number)
        for group, match in piece.groups:
            if match.verdict is Verdict.LINKED:
                yield from self._claimed_group(work, group)
            elif match.number is not None:
                yield from self._group(work, group, match, match.number)

    def _user(self, work: "_Work", match: Match, number: int) -> Iterator[Event]:
        there, c, target = self._picture.there, work.c, work.target
        one = there.users[number]
        if directory.user_by_employee_id(c, match.key) is None:
            return  # has left since a moment
        stale = links.user_by_key(c, target, match.key) if self._picture.linked else None
        if stale is not None:  # its object is gone, and this one stands in its place
            links.set_user_missing(c, target, stale)
        value = observed_by(self._recipe, there.documents.get(number), self._keys.get)
        made = self._orders.as_made and "externalId" in match.by
        links.put_user(c, target, match.key, one.id, value, made=made)
        if self._picture.linked:
            links.manager_is_back(c, target, match.key, one.id)
        work.settled("user", match.key)
        self.taken["users"] += 1
        self.taken["made"] += made
        self.taken["other_external_id"] += match.verdict is Verdict.OTHER_ID
        yield self._event("user", match.name, one.name, made=made)

    def _group(self, work: "_Work", group: DesiredGroup, match: Match, number: int) -> Iterator[Event]:
        there, c = self._picture.there, work.c
        one = there.groups[number]
        if one.id not in there.members:
            return  # matches since a moment only: who is in it was not read
        stale = self._picture.held.get(group.key)
        if stale is not None:
            links.drop_group(c, stale.id)
        made = self._orders.as_made
        added = links.put_group(c, work.target, group.key, one.name, one.id, group.feeders, made=made)
        members = [(member, self._keys.get(member, "")) for member in sorted(there.members[one.id])]
        remembered = [(member, key) for member, key in members if key or made]  # strangers in an adopted group are not ours
        links.add_members(c, added, remembered, added=made)
        work.settled("group", group.key)
        self.taken["groups"] += 1
        self.taken["members"] += len(remembered)
        self.taken["made"] += made
        yield self._event("group", group.name, one.name, made=made)

    def _claimed_user(self, work: "_Work", match: Match) -> Iterator[Event]:
        """What was taken over before, and has exactly our externalId, is said to be made by us."""
        known = links.user_by_key(work.c, work.target, match.key) if "externalId" in match.by else None
        if known is not None and not known.made:
            links.claim_user(work.c, known.id)
            self.taken["made"] += 1
            yield self._event("user", match.name, name_of(known.value), made=True)

    def _claimed_group(self, work: "_Work", group: DesiredGroup) -> Iterator[Event]:
        known = self._picture.held[group.key]
        if not known.made:
            links.claim_group(work.c, known.id)
            self.taken["made"] += 1
            yield self._event("group", group.name, known.name, made=True)

    def _event(self, kind: str, name: str, there: str, *, made: bool) -> Event:
        app, user = self._picture.source.app, kind == "user"
        return Event(
            type=EventType.USER_LINKED_IN_APP if user else EventType.GROUP_LINKED_IN_APP,
            actor=self._orders.actor,
            user_name=name if user else "",
            app_id=app.id,
            app_name=app.name,
            object=kind,
            object_name="" if user else name,
            notes=f"taken over{' as made here' if made else ''}: {there}",
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """The transaction of one piece."""

    c: Connection
    target: int

    def settled(self, kind: str, key: str) -> None:
        """It need not be made any more."""
        ledger.close_create(self.c, self.target, kind, key)
        ledger.end_trouble(self.c, self.target, (kind, key, Kind.CREATE.value))
