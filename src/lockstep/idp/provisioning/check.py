"""Compares a target with what is remembered of it, at the floor of requests.

How it is read is in `reading`.  Nothing is written here: `record` takes the differences into the links, and the next plan puts
them right.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.drift import CHANGED, FOUND, MEMBER_EXTRA, MEMBER_MISSING, MISSING, RENAMED, Difference
from lockstep.idp.provisioning.entitlements.actions import seen_of
from lockstep.idp.provisioning.entitlements.records import Seen
from lockstep.idp.provisioning.observe import observed_by
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.reading import Reader
from lockstep.idp.provisioning.records import GroupLink, UserLink
from lockstep.idp.provisioning.source import Source
from lockstep.idp.provisioning.touched import touch_everything
from lockstep.kit.db import Connection, Database
from lockstep.scim.client import ScimClient


@dataclass(slots=True)
class Checked:
    """What a check has found, and what it cost beside its floor."""

    differences: list[Difference] = field(default_factory=list)
    requests: int = 0
    floor: int = 0
    unmatched: int = 0
    """Users at the target that are nobody of ours."""
    groups: list[Seen] | None = None
    """Every group there, None where they were not read."""


@dataclass(slots=True)
class _Known:
    """The links, as they were when the check began."""

    users: dict[str, UserLink]
    groups: dict[str, GroupLink]
    members: dict[int, dict[str, str]]


class Checker:
    """Reads one target."""

    def __init__(self, db: Database, source: Source, target: int, client: ScimClient) -> None:
        self._db = db
        self._source = source
        self._target = target
        self._client = client
        self._reader = Reader(client, source.connector)

    async def check(self) -> Checked:
        """Read the target and compare.  Raises TargetProblem where it cannot be read to the end: then nothing is believed."""
        before = self._client.meter.sent
        known = self._known()
        found = Checked()
        users = await self._users(known, found)
        if self._source.app.settings.groups:
            await self._groups(known, found, users)
        else:
            found.floor = self._reader.pages(len(users))
        found.requests = self._client.meter.sent - before
        return found

    def _known(self) -> _Known:
        with self._db.read() as c:
            users = {link.target_id: link for link in links.users(c, self._target)}
            groups = {link.target_id: link for link in links.groups(c, self._target)}
            members: dict[int, dict[str, str]] = defaultdict(dict)
            for link_id, member, key in links.members_of_groups(c, self._target):
                members[link_id][member] = key
        return _Known(users, groups, members)

    async def _users(self, known: _Known, found: Checked) -> set[str]:
        recipe = self._source.recipe
        seen: set[str] = set()

        def key_of(target_id: str) -> str | None:
            link = known.users.get(target_id)
            return None if link is None or link.missing else link.key

        async for page in self._reader.users():
            for resource in page:
                target_id = str(resource.get("id", ""))
                seen.add(target_id)
                if target_id not in known.users:
                    found.unmatched += 1
                    continue
                link = known.users[target_id]
                actual = observed_by(recipe, resource, key_of)
                if actual != link.value:
                    found.differences.append(_of_user(link, CHANGED, link.value, actual))
                if link.missing:
                    found.differences.append(_of_user(link, FOUND, None, link.value))
        for target_id, link in known.users.items():
            if target_id not in seen:
                found.differences.append(_of_user(link, MISSING, link.value, None))
        return seen

    async def _groups(self, known: _Known, found: Checked, users: set[str]) -> None:
        seen: set[str] = set()
        found.groups = []
        async for page in self._reader.groups():
            for resource in page:
                target_id = str(resource.get("id", ""))
                seen.add(target_id)
                found.groups.append(seen_of(resource))
                link = known.groups.get(target_id)
                name = str(resource.get("displayName", ""))
                if link is not None and name != link.name:
                    found.differences.append(_of_group(link, RENAMED, link.name, name))
                if link is not None and link.missing:
                    found.differences.append(_of_group(link, FOUND, None, link.name))
        for target_id, link in known.groups.items():
            if target_id not in seen:
                found.differences.append(_of_group(link, MISSING, link.name, None))
        present = [link for target_id, link in known.groups.items() if target_id in seen]
        expected = sum(self._reader.pages(len(known.members[link.id])) for link in present)
        actual = await self._reader.memberships(
            (link.target_id for link in present), users, expected, lambda group: known.members[known.groups[group].id]
        )
        found.floor = self._reader.floor(len(users), len(seen), map(len, actual.values()))
        for link in present:
            self._compare(link, known, actual[link.target_id], users, found)

    @staticmethod
    def _compare(link: GroupLink, known: _Known, actual: set[str], users: set[str], found: Checked) -> None:
        """Whoever of ours is missing as a user is not missing as a member besides."""
        remembered = known.members[link.id]
        for member in sorted(remembered.keys() - actual):
            if member in users or member not in known.users:
                found.differences.append(_of_member(link, MEMBER_MISSING, member, remembered[member], known))
        for member in sorted(actual - remembered.keys()):
            key = known.users[member].key if member in known.users else ""
            if key or link.made:  # in an adopted group, people whom we do not know are not ours to judge
                found.differences.append(_of_member(link, MEMBER_EXTRA, member, key, known))


def _of_user(link: UserLink, kind: str, here: Any, there: Any) -> Difference:
    name = name_of(link.value)
    return Difference("user", name, kind, link.id, link.key, link.target_id, here, there, made=link.made)


def _of_group(link: GroupLink, kind: str, here: Any, there: Any) -> Difference:
    return Difference("group", link.name, kind, link.id, link.key, link.target_id, here, there, made=link.made)


def _of_member(link: GroupLink, kind: str, member: str, key: str, known: _Known) -> Difference:
    user = known.users.get(member)
    name = member if user is None else name_of(user.value)  # of a stranger the id is all that was read
    here, there = (name, None) if kind == MEMBER_MISSING else (None, name)
    return Difference(
        "membership", link.name, kind, link.id, link.key, link.target_id, here, there, member, key, made=link.made
    )


def record(c: Connection, target: int, differences: Collection[Difference]) -> None:
    """Take what was found into the links, so that they say what the target holds; the next plan looks at everybody."""
    if differences:
        touch_everything(c, target)
    back: list[UserLink] = []
    for one in differences:
        if one.object == "user":
            _record_user(c, target, one, back)
        elif one.object == "group":
            _record_group(c, target, one)
        elif one.kind == MEMBER_MISSING:
            links.drop_members(c, one.link_id, [one.member])
        else:
            links.add_members(c, one.link_id, [(one.member, one.member_key)], added=one.made)
    for link in back:
        links.manager_is_back(c, target, link.key, link.target_id)


def _record_user(c: Connection, target: int, one: Difference, back: list[UserLink]) -> None:
    """`back` collects who was believed to be gone: whoever they manage is seen to only when all values are written."""
    if one.kind == CHANGED:
        links.set_value(c, one.link_id, one.there)
        return
    link = links.user_by_key(c, target, one.key)
    if link is None:
        return
    if one.kind == MISSING:
        links.set_user_missing(c, target, link)
        return
    back.append(link)
    links.set_value(c, link.id, link.value)


def _record_group(c: Connection, target: int, one: Difference) -> None:
    if one.kind == RENAMED:
        links.set_group_name(c, one.link_id, one.there)
    elif one.kind == FOUND:
        links.set_group_found(c, one.link_id)
    else:
        links.set_group_missing(c, target, one.link_id)


def event(source: Source, found: Checked, shown: int) -> events.Event:
    """What a check found, for the stream: `shown` differences that nobody wants ignored."""
    return events.Event(
        type=events.EventType.DRIFT_FOUND,
        actor="engine",
        app_id=source.app.id,
        app_name=source.app.name,
        notes=f"{shown} differences, {found.requests} requests (floor {found.floor})",
    )
