"""Reads a whole target at the floor of requests.

A page of users or groups costs one request for each 100; memberships are read by group (`groups.value`) or by user
(`members.value`), whichever costs fewer.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable
from typing import Any

from lockstep.idp.provisioning.exchange import TargetProblem
from lockstep.scim.client import ListError, ScimClient, TransportError, quoted

IN_FLIGHT = 16
_PAGE = 100
Resource = dict[str, Any]


class Reader:
    """Reads one target.  Raises TargetProblem where it cannot be read to the end: then nothing is believed."""

    def __init__(self, client: ScimClient, page_size: int) -> None:
        self._client = client
        self._page_size = page_size

    def users(self) -> AsyncIterator[list[Resource]]:
        """Every user, a page at a time."""
        return self._pages("/Users")

    def groups(self) -> AsyncIterator[list[Resource]]:
        """Every group, a page at a time; members are not in it."""
        return self._pages("/Groups")

    async def _pages(self, path: str) -> AsyncIterator[list[Resource]]:
        try:
            async for page in self._client.pages(path, count=self._page_size):
                yield page
        except (ListError, TransportError) as error:
            raise TargetProblem(f"the target could not be read: {error}") from error

    async def memberships(self, groups: Iterable[str], users: Collection[str], by_group: int) -> dict[str, set[str]]:
        """Group id → ids of its members, read the cheaper way; `by_group` is what reading by group should cost."""
        actual: dict[str, set[str]] = {group: set() for group in groups}
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one_group(group: str) -> None:
            async with gate:
                async for page in self._client.pages("/Users", filter_text=f"groups.value eq {quoted(group)}"):
                    actual[group].update(str(resource.get("id", "")) for resource in page)

        async def one_user(user: str) -> None:
            async with gate:
                async for page in self._client.pages("/Groups", filter_text=f"members.value eq {quoted(user)}"):
                    for resource in page:
                        if resource.get("id") in actual:
                            actual[str(resource["id"])].add(user)

        try:
            if by_group <= len(users):
                await _together([one_group(group) for group in actual])
            else:
                await _together([one_user(user) for user in users])
        except (ListError, TransportError) as error:
            raise TargetProblem(f"the target could not be read: {error}") from error
        return actual


def pages(items: int) -> int:
    """The requests that a list of so many costs."""
    return max(1, -(-items // _PAGE))


def floor(users: int, groups: int, members: Iterable[int]) -> int:
    """The fewest requests that read so many users and groups, and groups with so many `members` each."""
    return pages(users) + pages(groups) + min(sum(map(pages, members)), users)


async def _together(coroutines: list[Coroutine[Any, Any, None]]) -> None:
    """Run them together; the first failure ends the others, and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
