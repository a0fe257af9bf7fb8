"""Deleting a user or a group here, where an identity provider may make it again."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.console.home import counted
from lockstep.center.console.inside import Inside
from lockstep.center.console.lists import Json, document_of
from lockstep.center.console.site import Asking, kept_apart, path_of
from lockstep.center.directory import actions, reads, search
from lockstep.center.directory.problems import Refusal
from lockstep.center.directory.reads import Entry
from lockstep.center.events import Call, Operation
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions as signin
from lockstep.kit.db import Connection
from lockstep.kit.web.forms import field

WORD = "Delete"
"""As at AWS; compared with its capital letter."""
_UNPROCESSABLE, _NOT_FOUND = 422, 404


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be deleted: `section` is its list's part of the address, `shown` the attribute that names one."""

    word: str
    section: str
    shown: str
    operation: Operation
    find: Callable[[Connection, Instance, str], Entry | None]
    delete: Callable[[Connection, Instance, str, Call], None]


USER = Kind("user", "users", "userName", Operation.DELETE_USER, reads.user, actions.delete_user)
GROUP = Kind("group", "groups", "displayName", Operation.DELETE_GROUP, reads.group, actions.delete_group)


class Deletions(Inside):
    """These pages."""

    async def user_page(self, request: Request) -> Response:
        """What deleting a user means."""
        return await self._page(request, USER)

    async def user(self, request: Request) -> Response:
        """The word was typed: the user is gone."""
        return await self._delete(request, USER)

    async def group_page(self, request: Request) -> Response:
        """What deleting a group means."""
        return await self._page(request, GROUP)

    async def group(self, request: Request) -> Response:
        """The word was typed: the group is gone."""
        return await self._delete(request, GROUP)

    async def _page(self, request: Request, kind: Kind) -> Response:
        asking, instance = await self.opened(request)
        return await self._confirm(asking, instance, kind, await self._entry(request, instance, kind))

    async def _delete(self, request: Request, kind: Kind) -> Response:
        asking, form = await self.site.posted(request)
        instance = await self.site.instance(request)
        entry = await self._entry(request, instance, kind)
        found, typed = document_of(entry), field(form, "word") or ""
        called = kept_apart(found[kind.shown])
        if typed.strip() != WORD:
            problem = f"Type {WORD}, with a capital {WORD[0]}."
            return await self._confirm(asking, instance, kind, entry, typed, problem)
        call = self.site.call(asking, kind.operation)
        there = path_of(instance, kind.section)
        try:
            await self.site.runner.write(lambda connection: kind.delete(connection, instance, found["id"], call))
        except Refusal:  # between the look-up and now
            return self.site.go(asking, there, "info", f"The {kind.word} {called} had been deleted already.")
        return self.site.go(asking, there, text=f"Successfully deleted {kind.word} {called}.")

    async def _entry(self, request: Request, instance: Instance, kind: Kind) -> Entry:
        wanted = request.path_params[kind.word]
        found = await self.site.runner.read(lambda connection: kind.find(connection, instance, wanted))
        if found is None:
            raise HTTPException(_NOT_FOUND, f"There is no such {kind.word} in this instance; it may have been deleted.")
        return found

    async def _confirm(
        self, asking: Asking, instance: Instance, kind: Kind, entry: Entry, typed: str = "", problem: str = ""
    ) -> Response:
        found = document_of(entry)
        falls = await self.site.runner.read(lambda connection: self._falls_with(connection, kind, entry))
        return self.page(
            asking,
            instance,
            kind.section,
            "delete.html",
            _UNPROCESSABLE if problem else 200,
            kind=kind,
            of=found,
            called=found[kind.shown],
            there=path_of(instance, kind.section, found["id"]),
            falls=falls,
            word=WORD,
            typed=typed[:100],
            problem=problem,
        )

    def _falls_with(self, connection: Connection, kind: Kind, entry: Entry) -> Json:
        if kind is GROUP:
            return {"members": counted(search.count_members(connection, entry))}
        sessions = signin.sessions_of(connection, entry, self.site.now())
        return {"groups": counted(search.count_groups_of(connection, entry)), "sessions": len(sessions)}
