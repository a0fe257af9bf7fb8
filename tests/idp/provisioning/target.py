"""A SCIM service provider in memory, behind the real client: no sockets, no waiting, and faults where a test wants them.

It keeps to AWS's rules: at most 100 members in a request, userName, e-mail address and displayName unique without case, an
unknown member is 404, lists go by cursor, members are read through filters.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import msgspec

from lockstep.kit.clock import Clock
from lockstep.scim import patch
from lockstep.scim.client import Answer, ScimClient, TransportError
from lockstep.scim.messages import ENTERPRISE, ScimError

MOST_MEMBERS = 100
PAGE = 100
CONFLICT = 409
JSON = "application/scim+json"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it arrived."""

    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with a request: a status instead of the answer, or no answer (`status` 0); done nevertheless or not."""

    status: int = 0
    done: bool = False
    detail: str = "made up by a test"
    scim_type: str = ""


Faults = Callable[[Sent], Fault | None]


class Target:
    """What the target holds, and every request that it got."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.users: dict[str, Document] = {}
        self.groups: dict[str, Document] = {}
        self.log: list[Sent] = []
        self.refused: list[Sent] = []
        """Requests that were answered with 409."""
        self.faults: Faults = lambda _sent: None
        self.watch: Callable[[Sent], None] = lambda _sent: None
        self.accepts: set[str] | None = None
        """The tokens that it takes; None: every one."""
        self._numbers = count(1)

    def client(self, base_url: str, token: str, **options: Any) -> ScimClient:
        """In the place of the class ScimClient."""
        return _Client(self, base_url, token, **options)

    @property
    def writes(self) -> list[Sent]:
        """The requests that were to change something."""
        return [sent for sent in self.log if sent.method != "GET"]

    def answer(self, sent: Sent) -> Answer:
        """What the target says to a request; raises TransportError where no answer arrives."""
        self.log.append(sent)
        self.watch(sent)
        fault = self.faults(sent)
        if fault is None or fault.done:
            status, body = self._done(sent)
            if status == CONFLICT:
                self.refused.append(sent)
        if fault is not None:
            if not fault.status:
                raise TransportError("the connection broke", sent=True)
            status, body = fault.status, {"detail": fault.detail}
            if fault.scim_type:
                body["scimType"] = fault.scim_type
        return Answer(status, body, JSON, "" if body is None else msgspec.json.encode(body).decode())

    def _done(self, sent: Sent) -> tuple[int, Any]:
        _, kind, *rest = sent.path.split("/")
        objects = self.users if kind == "Users" else self.groups
        if not rest:
            return self._made(kind, objects, sent.body) if sent.method == "POST" else self._listed(kind, objects, sent.query)
        if rest[0] not in objects:
            return 404, {"detail": f"{kind} {rest[0]} not found"}
        if sent.method == "GET":
            return 200, objects[rest[0]]
        if sent.method == "DELETE":
            self.lose(rest[0])
            return 204, None
        return self._patched(kind, objects, rest[0], sent.body)

    def _made(self, kind: str, objects: dict[str, Document], body: Document) -> tuple[int, Any]:
        created = datetime.fromtimestamp(self._clock() / 1000, UTC).isoformat()
        made = {**body, "id": f"{kind[0].lower()}{next(self._numbers)}", "meta": {"created": created}}
        problem = self._problem(kind, made, len(body.get("members", [])))
        if problem is None:
            objects[made["id"]] = made
        return problem or (201, made)

    def _patched(self, kind: str, objects: dict[str, Document], number: str, body: Document) -> tuple[int, Any]:
        named = sum(len(op["value"]) for op in body["Operations"] if op.get("path") == "members")
        try:
            changed = {**patch.apply(objects[number], patch.parse_patch(body)), "id": number}
        except ScimError as error:
            return error.status, {"detail": error.detail}
        problem = self._problem(kind, changed, named)
        if problem is None:
            objects[number] = changed
        return problem or ((200, changed) if kind == "Users" else (204, None))

    def _problem(self, kind: str, wanted: Document, named: int) -> tuple[int, Any] | None:
        if named > MOST_MEMBERS:
            return 400, {"detail": f"{named} members are too many"}
        if any(member["value"] not in self.users for member in wanted.get("members", [])):
            return 404, {"detail": "a member was not found"}
        objects = self.users if kind == "Users" else self.groups
        taken = {name for number, one in objects.items() if number != wanted["id"] for name in _names(one)}
        return (CONFLICT, {"detail": "the name is taken"}) if taken & _names(wanted) else None

    def _listed(self, kind: str, objects: dict[str, Document], query: dict[str, str]) -> tuple[int, Any]:
        found = [{key: value for key, value in one.items() if key != "members"} for one in objects.values()]
        attribute, _, text = query.get("filter", "").partition(" eq ")
        if attribute:
            found = [one for one in found if self._matches(kind, one, attribute, msgspec.json.decode(text))]
        start = int(query.get("cursor") or 0)
        page = found[start : start + PAGE]
        body: Document = {"schemas": [], "Resources": page}
        if start + PAGE < len(found):
            body["nextCursor"] = str(start + PAGE)
        return 200, body

    def _matches(self, kind: str, one: Document, attribute: str, value: str) -> bool:
        if attribute == "groups.value":
            return one["id"] in self.members(value)
        if attribute == "members.value":
            return value in self.members(one["id"])
        return str(one.get(attribute, "")).casefold() == value.casefold()

    def members(self, group: str) -> set[str]:
        """The ids of a group's members."""
        return {member["value"] for member in self.groups.get(group, {}).get("members", [])}

    def lose(self, number: str) -> None:
        """A user or group vanishes, and memberships with it."""
        self.users.pop(number, None)
        self.groups.pop(number, None)
        for group in self.groups.values():
            group["members"] = [member for member in group.get("members", []) if member["value"] != number]

    def id_of(self, name: str) -> str:
        """The id of the user or group of that userName or displayName."""
        found = [
            number
            for number, one in (*self.users.items(), *self.groups.items())
            if name in (one.get("userName"), one.get("displayName") if number in self.groups else None)
        ]
        assert len(found) == 1, (name, found)
        return found[0]

    def people(self) -> dict[str, Document]:
        """externalId (else userName) → the user as it stands there, without its id, the manager by userName."""
        found = {}
        for one in self.users.values():
            shown = {key: value for key, value in one.items() if key not in ("id", "meta", "schemas")}
            manager = shown.get(ENTERPRISE, {}).get("manager")
            if manager:
                named = self.users.get(manager["value"], {}).get("userName", "nobody")
                shown[ENTERPRISE] = {**shown[ENTERPRISE], "manager": named}
            found[str(one.get("externalId") or one["userName"])] = shown
        return found

    def teams(self) -> dict[str, set[str]]:
        """displayName → the userNames of its members."""
        return {
            one["displayName"]: {self.users[number]["userName"] for number in self.members(group)}
            for group, one in self.groups.items()
        }


def _names(one: Document) -> set[tuple[str, str]]:
    """What no other object of the kind may be called."""
    if "userName" not in one:
        return {("displayName", one["displayName"].casefold())}
    emails = {("email", email["value"].casefold()) for email in one.get("emails", [])}
    return {("userName", one["userName"].casefold()), *emails}


class _Client(ScimClient):
    """The real client, with the target where its session would be."""

    def __init__(self, target: Target, base_url: str, token: str, **options: Any) -> None:
        super().__init__(base_url, token, **options)
        self._target = target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def _send(self, method: str, url: str, data: bytes | None, version: str = "") -> tuple[Answer, float | None]:
        self.meter.sent += 1
        if self._target.accepts is not None and self.token not in self._target.accepts:
            return Answer(401, {"detail": "the token is not known"}, JSON, "{}"), None
        parts = urlsplit(url.removeprefix(self.base_url))
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = None if data is None else msgspec.json.decode(data)
        headers = {"If-Match": version} if version else {}
        return self._target.answer(Sent(method, parts.path, body, query, headers)), None
