"""Compares a target with what is remembered of it, at the floor of requests.

A page of users or groups costs one request for each 100; memberships are read by group (`groups.value`) or by user
(`members.value`), whichever costs fewer, and cost nothing where a target shows them in its groups.  Nothing is written here:
`record` takes the differences into the links, and the next plan puts them right.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

from lockstep.idp import events
from lockstep.idp.provisioning import links
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.lookup import members_in, shown_members
from lockstep.idp.provisioning.observe import observed
from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Document, GroupLink, UserLink
from lockstep.idp.provisioning.source import Source
from lockstep.kit.db import Connection, Database
from lockstep.scim.client import ListError, ScimClient, TransportError, quoted
from lockstep.scim.dialects import normalise_group, normalise_user
from lockstep.scim.messages import ScimError

IN_FLIGHT = 16
_REFUSED = (400, 501)
"""How a target says that it does not filter by an attribute."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing at the target that is not as it was left.

    `kind`: changed, missing, found (again), renamed, member missing, member extra.
    """

    object: str
    name: str
    kind: str
    link_id: int
    value: Any = None


@dataclass(slots=True)
class Checked:
    """What a check has found, and what it cost beside its floor."""

    differences: list[Difference] = field(default_factory=list)
    requests: int = 0
    floor: int = 0
    unmatched: int = 0
    """Users at the target that are nobody of ours."""


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

    async def check(self) -> Checked:
        """Read the target and compare.  Raises TargetProblem where it cannot be read to the end: then nothing is believed."""
        before = self._client.meter.sent
        known = self._known()
        found = Checked()
        try:
            users = await self._users(known, found)
            if self._source.app.settings.groups:
                await self._groups(known, found, users)
            else:
                found.floor = self._pages_of(len(users))
        except (ListError, TransportError) as error:
            raise TargetProblem(f"the target could not be read: {error}") from error
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
        managed = [parameter.key for parameter in self._source.parameters]
        seen: set[str] = set()

        def key_of(target_id: str) -> str | None:
            link = known.users.get(target_id)
            return None if link is None or link.missing else link.key

        async for page in self._pages("/Users"):
            for resource in page:
                target_id = str(resource.get("id", ""))
                seen.add(target_id)
                if target_id not in known.users:
                    found.unmatched += 1
                    continue
                link = known.users[target_id]
                actual = observed(resource, managed, key_of)
                if actual != link.value:
                    found.differences.append(Difference("user", name_of(link.value), "changed", link.id, actual))
                elif link.missing:
                    found.differences.append(Difference("user", name_of(link.value), "found", link.id, actual))
        for target_id, link in known.users.items():
            if target_id not in seen:
                found.differences.append(Difference("user", name_of(link.value), "missing", link.id))
        return seen

    async def _groups(self, known: _Known, found: Checked, users: set[str]) -> None:
        seen: set[str] = set()
        shown: dict[str, set[str]] = {}
        async for page in self._pages("/Groups"):
            for resource in page:
                target_id = str(resource.get("id", ""))
                seen.add(target_id)
                shown[target_id] = set(members_in(resource))
                link = known.groups.get(target_id)
                name = str(resource.get("displayName", ""))
                if link is not None and name != link.name:
                    found.differences.append(Difference("group", link.name, "renamed", link.id, name))
                if link is not None and link.missing:
                    found.differences.append(Difference("group", link.name, "found", link.id))
        for target_id, link in known.groups.items():
            if target_id not in seen:
                found.differences.append(Difference("group", link.name, "missing", link.id))
        present = [link for target_id, link in known.groups.items() if target_id in seen]
        found.floor = self._pages_of(len(users)) + self._pages_of(len(seen))
        if self._source.connector.members_read == "shown" and any(shown.values()):
            actual = {link.target_id: shown[link.target_id] for link in present}
        else:  # nothing was shown: nobody is in any group, or the target shows no members in lists
            actual = await self._memberships(known, present, users)
            found.floor += min(sum(self._pages_of(len(members)) for members in actual.values()), len(users))
        for link in present:
            self._compare(link, known, actual[link.target_id], users, found)

    async def _pages(self, path: str, filter_text: str = "") -> AsyncIterator[list[dict[str, Any]]]:
        connector = self._source.connector
        paged = self._client.pages(path, filter_text=filter_text, count=connector.page_size, paging=connector.paging)
        async for page in paged:
            yield [_shaped(resource, path) for resource in page] if connector.loose else page

    def _pages_of(self, items: int) -> int:
        return max(1, -(-items // self._source.connector.page_size))

    def _by_group_cost(self, known: _Known, present: list[GroupLink]) -> int:
        return sum(self._pages_of(len(known.members[link.id])) for link in present)

    async def _memberships(self, known: _Known, present: list[GroupLink], users: set[str]) -> dict[str, set[str]]:
        """Group id → ids of its members, read the cheaper way."""
        actual: dict[str, set[str]] = {link.target_id: set() for link in present}
        gate = asyncio.Semaphore(IN_FLIGHT)
        connector = self._source.connector

        async def by_group(group: str) -> None:
            async with gate:
                try:
                    async for page in self._pages("/Users", f"groups.value eq {quoted(group)}"):
                        actual[group].update(str(resource.get("id", "")) for resource in page)
                except ListError as error:
                    if not connector.loose or error.answer.status not in _REFUSED:
                        raise
                    # Where the group shows nobody either, its members cannot be read: what is remembered is believed.
                    actual[group].update(await shown_members(self._client, group) or known.members[known.groups[group].id])

        async def by_user(user: str) -> None:
            async with gate:
                async for page in self._pages("/Groups", f"members.value eq {quoted(user)}"):
                    for resource in page:
                        if resource.get("id") in actual:
                            actual[str(resource["id"])].add(user)

        if connector.members_read == "shown" or self._by_group_cost(known, present) <= len(users):
            await _all([by_group(link.target_id) for link in present])
        else:
            await _all([by_user(user) for user in users])
        return actual

    @staticmethod
    def _compare(link: GroupLink, known: _Known, actual: set[str], users: set[str], found: Checked) -> None:
        """Whoever is missing as a user is not missing as a member besides."""
        remembered = known.members[link.id]
        for member in sorted(remembered.keys() - actual):
            if member in users:
                found.differences.append(Difference("membership", link.name, "member missing", link.id, (member, "")))
        for member in sorted(actual - remembered.keys()):
            key = known.users[member].key if member in known.users else ""
            if key or link.made:  # in an adopted group, people whom we do not know are not ours to judge
                found.differences.append(Difference("membership", link.name, "member extra", link.id, (member, key, link.made)))


async def _all(coroutines: list[Coroutine[Any, Any, None]]) -> None:
    """Run them together; the first failure ends the others, and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _shaped(resource: Document, path: str) -> Document:
    """A resource as RFC 7643 writes it; what cannot be brought into that shape is taken as it is."""
    try:
        return normalise_user(resource) if path == "/Users" else normalise_group(resource)
    except ScimError:
        return resource


def record(c: Connection, target: int, differences: list[Difference]) -> None:
    """Take what was found into the links, so that they say what the target holds."""
    users = {link.id: link for link in links.users(c, target)}
    for one in differences:
        if one.object == "user" and one.kind in ("changed", "found"):
            links.set_value(c, one.link_id, one.value)
        elif one.object == "user" and one.link_id in users:
            links.set_user_missing(c, target, users[one.link_id])
        elif one.object == "group" and one.kind == "renamed":
            links.set_group_name(c, one.link_id, one.value)
        elif one.object == "group" and one.kind == "found":
            links.set_group_found(c, one.link_id)
        elif one.object == "group":
            links.set_group_missing(c, one.link_id)
        elif one.kind == "member missing":
            links.drop_members(c, one.link_id, [one.value[0]])
        else:
            member, key, made = one.value
            links.add_members(c, one.link_id, [(member, key)], added=made)
    for one in differences:
        if one.object == "user" and one.kind in ("changed", "found") and one.link_id in users and users[one.link_id].missing:
            links.manager_is_back(c, target, users[one.link_id])


def event(source: Source, found: Checked) -> events.Event:
    """What a check found, for the stream."""
    return events.Event(
        type=events.EventType.DRIFT_FOUND,
        actor="engine",
        app_id=source.app.id,
        app_name=source.app.name,
        notes=f"{len(found.differences)} differences, {found.requests} requests (floor {found.floor})",
    )
