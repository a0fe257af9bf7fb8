"""Reads a whole target at the floor of requests.

A page of users or groups costs one request for each 100 (or what the connector says); memberships are read by group
(`groups.value`) or by user (`members.value`), whichever costs fewer, and cost nothing where a target shows them in its groups.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable
from typing import Any

from lockstep.idp.apps.connectors.records import Connector
from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.idp.provisioning.lookup import NOT_FILTERED, members_in, shown_members
from lockstep.scim.client import ListError, ScimClient, TransportError, quoted
from lockstep.scim.dialects import normalise_group, normalise_user
from lockstep.scim.messages import ScimError

IN_FLIGHT = 16
Resource = dict[str, Any]


def _nobody(_group: str) -> Iterable[str]:
    return ()


class Reader:
    """Reads one target.  Raises TargetProblem where it cannot be read to the end: then nothing is believed."""

    def __init__(self, client: ScimClient, connector: Connector) -> None:
        self._client = client
        self._connector = connector
        self._shown: dict[str, set[str]] = {}

    def users(self) -> AsyncIterator[list[Resource]]:
        """Every user, a page at a time."""
        return self._told("/Users")

    async def groups(self) -> AsyncIterator[list[Resource]]:
        """Every group, a page at a time; members are in it only where the connector says so."""
        async for page in self._told("/Groups"):
            if self._connector.members_read == "shown":
                self._shown.update((str(one.get("id", "")), set(members_in(one))) for one in page)
            yield page

    async def _told(self, path: str) -> AsyncIterator[list[Resource]]:
        try:
            async for page in self._pages(path):
                yield page
        except (ListError, TransportError) as error:
            raise _problem(error) from error

    async def _pages(self, path: str, filter_text: str = "") -> AsyncIterator[list[Resource]]:
        connector = self._connector
        paged = self._client.pages(path, filter_text=filter_text, count=connector.page_size, paging=connector.paging)
        async for page in paged:
            yield [_shaped(resource, path) for resource in page] if connector.loose else page

    @property
    def shows_members(self) -> bool:
        """Whether the groups that were read say who is in them.

        Where none shows anybody, nobody is in any group, or the target shows no members in lists.
        """
        return any(self._shown.values())

    async def memberships(
        self,
        groups: Iterable[str],
        users: Collection[str],
        by_group: int,
        believed: Callable[[str], Iterable[str]] = _nobody,
    ) -> dict[str, set[str]]:
        """Group id → ids of its members, read the cheaper way; `by_group` is what reading by group should cost.

        `believed` says who is in a group of which neither a filter nor the group itself says it.
        """
        actual: dict[str, set[str]] = {group: set() for group in groups}
        if self.shows_members:
            return {group: self._shown.get(group, set()) for group in actual}
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one_group(group: str) -> None:
            async with gate:
                actual[group] = await self._members_of(group, believed)

        async def one_user(user: str) -> None:
            async with gate:
                async for page in self._pages("/Groups", f"members.value eq {quoted(user)}"):
                    for resource in page:
                        if resource.get("id") in actual:
                            actual[str(resource["id"])].add(user)

        try:
            if self._connector.members_read == "shown" or by_group <= len(users):
                await _together([one_group(group) for group in actual])
            else:
                await _together([one_user(user) for user in users])
        except (ListError, TransportError) as error:
            raise _problem(error) from error
        return actual

    async def _members_of(self, group: str, believed: Callable[[str], Iterable[str]]) -> set[str]:
        found: set[str] = set()
        try:
            async for page in self._pages("/Users", f"groups.value eq {quoted(group)}"):
                found.update(str(resource.get("id", "")) for resource in page)
        except ListError as error:
            if not self._connector.loose or error.answer.status not in NOT_FILTERED:
                raise
            return set(await shown_members(self._client, group) or believed(group))
        return found

    def pages(self, items: int) -> int:
        """The requests that a list of so many costs."""
        return max(1, -(-items // self._connector.page_size))

    def floor(self, users: int, groups: int, members: Iterable[int]) -> int:
        """The fewest requests that read so many users and groups, and groups with so many `members` each."""
        inside = 0 if self.shows_members else min(sum(map(self.pages, members)), users)
        return self.pages(users) + self.pages(groups) + inside


def _problem(error: ListError | TransportError) -> TargetProblem:
    return TargetProblem(f"the target could not be read: {error}. What to do about it: `lockstep idp app connect`")


def _shaped(resource: Resource, path: str) -> Resource:
    """A resource as RFC 7643 writes it; what cannot be brought into that shape is taken as it is."""
    try:
        return normalise_user(resource) if path == "/Users" else normalise_group(resource)
    except ScimError:
        return resource


async def _together(coroutines: list[Coroutine[Any, Any, None]]) -> None:
    """Run them together; the first failure ends the others, and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
