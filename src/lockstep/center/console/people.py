"""Users and groups, to read: what SCIM feeds, nobody edits here."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from lockstep.center.attributes import actions as attributes
from lockstep.center.attributes.records import Tagged
from lockstep.center.attributes.tags import session_tags
from lockstep.center.console import store
from lockstep.center.console.home import counted
from lockstep.center.console.inside import Inside
from lockstep.center.console.lists import Json, Listed, address, document_of, key_in, lines_of, page_of
from lockstep.center.console.site import kept_apart, path_of
from lockstep.center.console.store import Sought, TrailEvent
from lockstep.center.directory import reads, search
from lockstep.center.directory.reads import Entry
from lockstep.center.events import Operation
from lockstep.center.instances.records import Instance
from lockstep.center.signin import actions as signin
from lockstep.center.signin.records import Session
from lockstep.kit.clock import from_iso
from lockstep.kit.db import Connection
from lockstep.scim.messages import ENTERPRISE

_NOT_FOUND = 404
_FEW = 5
_LONGEST_SEARCH = 256
_CREATES = frozenset({Operation.CREATE_USER, Operation.CREATE_GROUP})
_WRITES = _CREATES | {Operation.PUT_USER, Operation.PATCH_USER, Operation.PATCH_GROUP}
_STATES = {"enabled": True, "disabled": False}


class People(Inside):
    """These pages."""

    async def users(self, request: Request) -> Response:
        """The list: a part of the user name, or exactly an e-mail address, an externalId or an id; by status."""
        asking, instance = await self.opened(request)
        text, status, after = (
            _text(request),
            request.query_params.get("status") or "",
            key_in(request.query_params.get("after")),
        )
        wanted = _STATES.get(status)

        def passes(user: Json) -> bool:
            return wanted is None or user["active"] is wanted

        def found(connection: Connection) -> Listed:
            if not text:
                return page_of(lambda start, most: reads.users_page(connection, instance, start, most), after, passes)
            listed = page_of(lambda start, most: search.users_named(connection, instance, text, start, most), after, passes)
            exactly = [] if after else search.users_exactly(connection, instance, text)
            return _with(listed, [entry for entry in exactly if passes(document_of(entry))])

        listed = await self.site.runner.read(found)
        number = await self.site.runner.read(lambda connection: search.count_users(connection, instance))
        here = path_of(instance, "users")
        return self.page(
            asking,
            instance,
            "users",
            "users.html",
            listed=listed,
            number=counted(number),
            text=text,
            chosen=status if wanted is not None else "",
            first=address(here, q=text, status=status) if after else "",
            further="" if listed.after is None else address(here, q=text, status=status, after=listed.after),
        )

    async def user(self, request: Request) -> Response:
        """One user: profile, values for access control, groups, sessions, what the trail says."""
        asking, instance = await self.opened(request)
        entry = await self._user(request, instance)
        user, now = document_of(entry), self.site.now()
        after = key_in(request.query_params.get("after"))

        def around(connection: Connection) -> tuple[Listed, list[Session], Tagged | None]:
            joined = page_of(lambda start, most: reads.groups_of_page(connection, entry, start, most), after)
            return joined, signin.sessions_of(connection, entry, now), _tagged(connection, instance, user)

        joined, sessions, tagged = await self.site.runner.read(around)
        created = await self._event_at(instance, user["id"], user["meta"]["created"], _CREATES)
        changed = await self._event_at(instance, user["id"], user["meta"]["lastModified"], _WRITES)
        here = path_of(instance, "users", user["id"])
        return self.page(
            asking,
            instance,
            "users",
            "user.html",
            user=user,
            lines=lines_of(user, frozenset({"id", "meta", "schemas"})),
            enterprise=ENTERPRISE,
            joined=joined,
            sessions=sessions,
            tagged=tagged,
            created=created,
            changed=changed,
            first=address(here) if after else "",
            further="" if joined.after is None else address(here, after=joined.after),
        )

    async def end_sessions_page(self, request: Request) -> Response:
        """What ending sessions means."""
        asking, instance = await self.opened(request)
        entry = await self._user(request, instance)
        sessions = await self.site.runner.read(lambda connection: signin.sessions_of(connection, entry, self.site.now()))
        return self.page(asking, instance, "users", "sessions_end.html", user=document_of(entry), sessions=sessions)

    async def end_sessions(self, request: Request) -> Response:
        """End them."""
        asking, _ = await self.site.posted(request)
        instance = await self.site.instance(request)
        user = document_of(await self._user(request, instance))
        call = self.site.call(asking, Operation.END_SESSIONS)
        ended, problem = await self.site.done(
            lambda connection: signin.end_sessions(connection, call, instance.name, user["userName"])
        )
        there = path_of(instance, "users", user["id"])
        if ended is None:
            return self.site.go(asking, there, "error", problem)
        said = "1 session" if ended == 1 else f"{ended} sessions"
        return self.site.go(asking, there, text=f"{said} of {kept_apart(user['userName'])} ended.")

    async def groups(self, request: Request) -> Response:
        """The list: a part of the name, or exactly an externalId or an id."""
        asking, instance = await self.opened(request)
        text, after = _text(request), key_in(request.query_params.get("after"))

        def found(connection: Connection) -> tuple[Listed, dict[int, str]]:
            if not text:
                listed = page_of(lambda start, most: reads.groups_page(connection, instance, start, most), after)
            else:
                listed = page_of(lambda start, most: search.groups_named(connection, instance, text, start, most), after)
                listed = _with(listed, [] if after else search.groups_exactly(connection, instance, text))
            return listed, {entry.key: counted(search.count_members(connection, entry)) for entry, _ in listed.entries}

        listed, members = await self.site.runner.read(found)
        number = await self.site.runner.read(lambda connection: search.count_groups(connection, instance))
        here = path_of(instance, "groups")
        return self.page(
            asking,
            instance,
            "groups",
            "groups.html",
            listed=listed,
            members=members,
            number=counted(number),
            text=text,
            first=address(here, q=text) if after else "",
            further="" if listed.after is None else address(here, q=text, after=listed.after),
        )

    async def group(self, request: Request) -> Response:
        """One group and its members."""
        asking, instance = await self.opened(request)
        wanted, after = request.path_params["group"], key_in(request.query_params.get("after"))
        entry = await self.site.runner.read(lambda connection: reads.group(connection, instance, wanted))
        if entry is None:
            raise HTTPException(_NOT_FOUND, "There is no such group in this instance; it may have been deleted.")
        group = document_of(entry)

        def found(connection: Connection) -> tuple[Listed, int]:
            members = page_of(lambda start, most: reads.members_page(connection, entry, start, most), after)
            return members, search.count_members(connection, entry)

        listed, number = await self.site.runner.read(found)
        created = await self._event_at(instance, group["id"], group["meta"]["created"], _CREATES)
        changed = await self._event_at(instance, group["id"], group["meta"]["lastModified"], _WRITES)
        here = path_of(instance, "groups", group["id"])
        return self.page(
            asking,
            instance,
            "groups",
            "group.html",
            group=group,
            listed=listed,
            number=counted(number),
            created=created,
            changed=changed,
            first=address(here) if after else "",
            further="" if listed.after is None else address(here, after=listed.after),
        )

    async def _user(self, request: Request, instance: Instance) -> Entry:
        wanted = request.path_params["user"]
        found = await self.site.runner.read(lambda connection: reads.user(connection, instance, wanted))
        if found is None:
            raise HTTPException(_NOT_FOUND, "There is no such user in this instance; it may have been deleted.")
        return found

    async def _event_at(
        self, instance: Instance, resource_id: str, moment: str, operations: frozenset[Operation]
    ) -> TrailEvent | None:
        """The event that made or changed something at a moment (to the second), as long as the trail keeps it."""
        since = from_iso(moment)
        sought = Sought(failed=False, resource_id=resource_id, since=since, until=since + 1_000)
        found = await self.site.runner.read(lambda connection: store.events(connection, instance.key, sought, None, _FEW))
        return next((event for event in found if event.operation in operations), None)


def _text(request: Request) -> str:
    return (request.query_params.get("q") or "").strip().replace("\0", "")[:_LONGEST_SEARCH]


def _with(listed: Listed, exactly: list[Entry]) -> Listed:
    """The page with those in front that were meant exactly, each once."""
    known = {entry.key for entry in exactly}
    rest = [(entry, document) for entry, document in listed.entries if entry.key not in known]
    return Listed([*((entry, document_of(entry)) for entry in exactly), *rest], listed.after)


def _tagged(connection: Connection, instance: Instance, user: Json) -> Tagged | None:
    """What the configured attributes give now, without what an identity provider may send."""
    configuration = attributes.configuration_of(connection, instance)
    if configuration is None:
        return None
    return session_tags(user, configuration.attributes, {}, configuration.precedence)
