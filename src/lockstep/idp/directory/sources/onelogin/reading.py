"""One reading of an account: everything, or what has changed.

What has changed is what events tell, and who was updated since.  An event says who, and nothing of what: everybody whom one
names is looked up as they are now, and whoever is not there any more has left.
"""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, field

from lockstep.idp.directory.sources.faults import Faults
from lockstep.idp.directory.sources.onelogin import watermark as marks
from lockstep.idp.directory.sources.onelogin.lists import Row, rows
from lockstep.idp.directory.sources.onelogin.people import Names, groups, key_of, person, role_ids
from lockstep.idp.directory.sources.onelogin.records import FIELDS, OneLoginSettings
from lockstep.idp.directory.sources.onelogin.watermark import Heard, Watermark
from lockstep.idp.directory.sources.onelogin.wire import Api, ApiProblem
from lockstep.idp.directory.sources.records import Person, Reading, SourceProblem

PAGE = 100
"""The most users and roles that a page has; of events it is 50."""
EVENTS = 50
MOST_EVENTS = 5_000
MOST_LOOKED_UP = 1_000
"""Beyond these everything is sooner read anew."""
_NOT_GIVEN = (401, 403, 404)
_USERS, _ROLES, _EVENTS = "/api/2/users", "/api/2/roles", "/api/1/events"


@dataclass(slots=True)
class Run:
    """One reading."""

    api: Api
    settings: OneLoginSettings
    names: Names = field(default_factory=Names)
    faults: Faults = field(default_factory=Faults)
    keys: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    async def whole(self) -> Reading:
        """Everything."""
        mark = await self._newest()
        await self._read_names()
        found = [row async for row in self._users({}, "users")]
        self._note_keys(found)
        people = self._people(found)
        if not found:
            raise SourceProblem(
                "There are no users; nothing was taken over. Check that the API credential may read users (scope Read Users)."
            )
        members: dict[int, list[str]] = {number: [] for number in self.names.roles}
        if all("role_ids" in row for row in found):
            for row in found:
                for number in role_ids(row):
                    if number in members and row["id"] in self.names.users:
                        members[number].append(self.names.users[row["id"]])
        else:
            for number in members:
                members[number] = await self._members(number)
        self.faults.check()
        return Reading(
            complete=True,
            people=people,
            groups=groups(self.names.roles, members),
            watermark=self._written(mark),
            requests=self.api.requests,
            notes=tuple(self.notes),
        )

    async def since(self, before: Watermark) -> Reading:
        """What has changed; everything, where events do not tell it all."""
        heard = await self._heard(before)
        if heard is None or heard.everything or len(heard.users) > MOST_LOOKED_UP:
            return await self.whole()
        await self._read_names()
        changed = {row["id"]: row async for row in self._users({"updated_since": marks.since(before)}, "changed users")}
        named = sorted(heard.users - changed.keys())
        for place in range(0, len(named), PAGE):
            part = ",".join(map(str, named[place : place + PAGE]))
            async for row in self._users({"user_ids": part}, "users whom events name"):
                changed[row["id"]] = row
        gone = [number for number in named if number not in changed]
        listed = await self._list_keys(changed.values(), gone)
        people = self._people(changed.values())
        fresh = {number for number, name in marks.digests(self.names.roles).items() if before.roles.get(number) != name}
        wanted = sorted((heard.roles | {int(number) for number in fresh}) & self.names.roles.keys())
        members = {number: await self._members(number) for number in wanted}
        self.faults.check()
        return Reading(
            complete=False,
            people=people,
            groups=groups(self.names.roles, members),
            removed_people=() if listed else tuple(map(str, gone)),
            present_people=frozenset(self.keys) if listed else None,
            present_groups=frozenset(map(str, self.names.roles)) if self.settings.roles else None,
            watermark=self._written(Watermark(plan=before.plan, event=heard.newest, at=heard.at)),
            requests=self.api.requests,
            notes=tuple(self.notes),
        )

    async def _newest(self) -> Watermark | None:
        """The newest event, before anything else is read; None where the credential may not see events."""
        try:
            answer = await self.api.get(_EVENTS, {"limit": "1", "sort": "-id"}, "the newest event")
        except ApiProblem as problem:
            if problem.status not in _NOT_GIVEN:
                raise
            self.notes.append(
                "Events cannot be read, so that everything is read each time: give the API credential the scope Read All."
            )
            return None
        listed = answer.body.get("data") if isinstance(answer.body, dict) else None
        event = listed[0] if isinstance(listed, list) and listed else None
        if not isinstance(event, dict) or not isinstance(event.get("id"), int):
            return None
        return Watermark(plan=marks.digest(self.settings), event=event["id"], at=str(event.get("created_at") or ""))

    async def _heard(self, before: Watermark) -> Heard | None:
        """What events say; None where there are too many of them, or they may not be read any more."""
        events: list[Row] = []
        asked = {"since": marks.since(before), "limit": str(EVENTS), "sort": "+id"}
        try:
            async for event in rows(self.api, _EVENTS, asked, "events"):
                events.append(event)
                if len(events) > MOST_EVENTS:
                    return None
        except ApiProblem as problem:
            if problem.status not in _NOT_GIVEN:
                raise
            return None
        return marks.heard(events, before)

    async def _read_names(self) -> None:
        """Of all roles, and of groups as far as the credential may see them."""
        if self.settings.roles:
            asked = {"limit": str(PAGE), "fields": "id,name"}
            async for row in rows(self.api, _ROLES, asked, "roles"):
                self.names.roles[row["id"]] = str(row.get("name") or row["id"])
        try:
            async for row in rows(self.api, "/api/1/groups", {}, "groups"):
                self.names.groups[row["id"]] = str(row.get("name") or "")
        except ApiProblem as problem:
            if problem.status not in _NOT_GIVEN:
                raise
            self.notes.append("The names of groups cannot be read: give the API credential the scope Read All.")

    def _users(self, filters: dict[str, str], what: str) -> AsyncIterator[Row]:
        return rows(self.api, _USERS, {"limit": str(PAGE), "fields": ",".join(FIELDS), **filters}, what)

    async def _members(self, role: int) -> list[str]:
        """The keys of who is in a role."""
        what = f"users of role {role} ({self.names.roles[role]})"
        found = [row["id"] async for row in rows(self.api, f"{_ROLES}/{role}/users", {"limit": str(PAGE)}, what)]
        return [key for key in map(self._key, found) if key]

    def _key(self, number: int) -> str:
        return str(number) if self.settings.key == "id" else self.names.users.get(number, "")

    def _note_keys(self, found: Iterable[Row]) -> None:
        for row in found:
            key = key_of(row, self.settings, self.faults, self.keys)
            if key:
                self.names.users[row["id"]] = key

    async def _list_keys(self, changed: Collection[Row], gone: Collection[int]) -> bool:
        """Note the keys of everybody whom something may be asked of; whether these are all that there are.

        By id nobody has to be listed: an id is the key, and who has gone is known by it.
        """
        if self.settings.key == "id":
            self._note_keys(changed)
            for row in changed:
                manager = str(row.get("manager_user_id") or "")
                if manager.isascii() and manager.isdigit():
                    self.names.users.setdefault(int(manager), manager)
            return False
        asked = {"limit": str(PAGE), "fields": f"id,email,{self.settings.key}"}
        self._note_keys([row async for row in rows(self.api, _USERS, asked, "keys of users") if row["id"] not in gone])
        self._note_keys(row for row in changed if row["id"] not in self.names.users)
        return True

    def _people(self, found: Iterable[Row]) -> list[Person]:
        known = self.names.users
        return [person(row, known[row["id"]], self.names, self.settings) for row in found if row["id"] in known]

    def _written(self, mark: Watermark | None) -> str:
        if mark is None or not marks.since(mark):
            return ""
        roles = marks.digests(self.names.roles)
        return marks.written(Watermark(plan=mark.plan, event=mark.event, at=mark.at, roles=roles))
