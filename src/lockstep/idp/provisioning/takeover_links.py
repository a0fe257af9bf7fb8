"""Links what matches at a target, all of it in one transaction.  Nothing is sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.provisioning import ledger, links, touched
from lockstep.idp.provisioning.matching import Match, Verdict
from lockstep.idp.provisioning.observe import observed
from lockstep.idp.provisioning.picture import Orders, Picture
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import DesiredGroup, Kind

Values = dict[str, Any]


def link(picture: Picture, orders: Orders, now: int) -> dict[str, int]:
    """Link what `orders` take; how many: `{users, groups, members, made, other_external_id}`."""
    return _Linking(picture, orders, now).link()


def in_words(taken: Mapping[str, int]) -> str:
    """What was linked, in one line."""
    return f"users: {taken['users']}, groups: {taken['groups']}, memberships: {taken['members']}; as made here: {taken['made']}"


class _Linking:
    def __init__(self, picture: Picture, orders: Orders, now: int) -> None:
        self._picture = picture
        self._orders = orders
        self._now = now
        app = picture.source.app
        self._c = picture.c
        self._target = links.target_of(self._c, app.id, app.scim_url)
        self._keys = picture.keys(orders)
        self._managed = [parameter.key for parameter in picture.source.parameters]
        self._troubled = set(ledger.troubled(self._c, self._target))
        self._taken = {"users": 0, "groups": 0, "members": 0, "made": 0, "other_external_id": 0}

    def link(self) -> dict[str, int]:
        """See above."""
        events.append_many(self._c, self._all(), self._now)
        touched.touch_everything(self._c, self._target)
        return self._taken

    def _all(self) -> Iterator[Event]:
        for match in self._picture.users:
            if match.number is not None and self._orders.takes(match):
                yield self._user(match, match.number)
            elif match.verdict is Verdict.LINKED and self._orders.as_made:
                yield from self._claimed_user(match)
        for group, match in zip(self._picture.wanted, self._picture.groups, strict=True):
            if match.number is not None and self._orders.takes(match):
                yield from self._group(group, match, match.number)
            elif match.verdict is Verdict.LINKED and self._orders.as_made:
                yield from self._claimed_group(group)

    def _user(self, match: Match, number: int) -> Event:
        there = self._picture.there
        one = there.users[number]
        stale = links.user_by_key(self._c, self._target, match.key) if self._picture.linked else None
        if stale is not None:  # its object is gone, and this one stands in its place
            links.set_user_missing(self._c, self._target, stale)
        value = observed(there.documents.get(number), self._managed, self._keys.get)
        made = self._orders.as_made and "externalId" in match.by
        links.put_user(self._c, self._target, match.key, one.id, value, made=made)
        if self._picture.linked:
            links.manager_is_back(self._c, self._target, match.key, one.id)
        self._settled("user", match.key)
        self._taken["users"] += 1
        self._taken["made"] += made
        self._taken["other_external_id"] += match.verdict is Verdict.OTHER_ID
        return self._event("user", match.name, one.name, made=made)

    def _group(self, group: DesiredGroup, match: Match, number: int) -> Iterator[Event]:
        there = self._picture.there
        one = there.groups[number]
        if one.id not in there.members:
            return  # matches since a moment only: who is in it was not read
        stale = self._picture.held.get(group.key)
        if stale is not None:
            links.drop_group(self._c, stale.id)
        made = self._orders.as_made
        added = links.put_group(self._c, self._target, group.key, one.name, one.id, group.feeders, made=made)
        members = [(member, self._keys.get(member, "")) for member in sorted(there.members[one.id])]
        remembered = [(member, key) for member, key in members if key or made]  # strangers in an adopted group are not ours
        links.add_members(self._c, added, remembered, added=made)
        self._settled("group", group.key)
        self._taken["groups"] += 1
        self._taken["members"] += len(remembered)
        self._taken["made"] += made
        yield self._event("group", group.name, one.name, made=made)

    def _claimed_user(self, match: Match) -> Iterator[Event]:
        """What was taken over before, and has exactly our externalId, is said to be made by us."""
        known = links.user_by_key(self._c, self._target, match.key) if "externalId" in match.by else None
        if known is not None and not known.made:
            links.claim_user(self._c, known.id)
            self._taken["made"] += 1
            yield self._event("user", match.name, name_of(known.value), made=True)

    def _claimed_group(self, group: DesiredGroup) -> Iterator[Event]:
        known = self._picture.held[group.key]
        if not known.made:
            links.claim_group(self._c, known.id)
            self._taken["made"] += 1
            yield self._event("group", group.name, known.name, made=True)

    def _settled(self, kind: str, key: str) -> None:
        """It need not be made any more."""
        ledger.close_create(self._c, self._target, kind, key)
        if (kind, key, Kind.CREATE.value) in self._troubled:
            ledger.end_trouble(self._c, self._target, (kind, key, Kind.CREATE.value))

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
