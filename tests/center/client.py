"""A SCIM client that calls the application in-process, and what makes instances for it."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import msgspec

from lockstep.center import events
from lockstep.center.app import Center
from lockstep.center.events import Operation
from lockstep.center.instances import actions
from lockstep.center.instances.records import Instance, NewToken
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database

Json = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CATCH_ALL = "Request is unparsable, syntactically incorrect, or violates schema."
ABSENT = "00000000-0000-4000-8000-000000000000"
"""An id that nobody has."""
_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.raw)

    @property
    def detail(self) -> str:
        return str(self.json["detail"])

    @property
    def resources(self) -> list[Json]:
        found: list[Json] = self.json["Resources"]
        return found

    @property
    def ids(self) -> list[str]:
        return [resource["id"] for resource in self.resources]


async def request(
    app: Any, method: str, path: str, *, headers: dict[str, str], body: bytes = b"", chunks: int = 1, query: str = ""
) -> Answer:
    """One request to an ASGI application, its body in `chunks` pieces."""
    step = max(1, -(-len(body) // chunks))
    pieces = [body[start : start + step] for start in range(0, len(body), step)] or [b""]
    waiting = [
        {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1} for index, piece in enumerate(pieces)
    ]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        "client": ("192.0.2.7", 50000),
        "scheme": "http",
    }
    await app(scope, receive, send)
    start, *bodies = sent
    answered = {key.decode(): value.decode() for key, value in start["headers"]}
    return Answer(start["status"], answered, b"".join(message["body"] for message in bodies))


@dataclass(frozen=True)
class Client:
    """Speaks SCIM to one instance."""

    app: Center
    instance: Instance
    token: str
    stage: "Stage"

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request below the base URL; `body` is bytes, or a value to be sent as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        path, _, query = path.partition("?")
        sent = {"authorization": f"Bearer {self.token}", "host": "center.example", "content-type": "application/scim+json"}
        sent |= {key.replace("_", "-"): value for key, value in headers.items()}
        return await request(self.app, method, self.instance.scim_path + path, headers=sent, body=raw, query=query)

    async def get(self, path: str) -> Answer:
        return await self("GET", path)

    async def find(self, path: str, text: str) -> Answer:
        """A list with a filter, encoded as Go clients do."""
        return await self("GET", f"{path}?filter={encoded(text)}")

    async def post(self, path: str, body: Any) -> Answer:
        return await self("POST", path, body)

    async def put(self, path: str, body: Any) -> Answer:
        return await self("PUT", path, body)

    async def delete(self, path: str) -> Answer:
        return await self("DELETE", path)

    async def patch(self, path: str, *operations: Json) -> Answer:
        return await self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    async def user(self, **changes: Any) -> Json:
        """A new user."""
        answer = await self.post("/Users", a_user(**changes))
        assert answer.status == 201, answer.raw
        made: Json = answer.json
        return made

    async def group(self, **changes: Any) -> Json:
        """A new group."""
        answer = await self.post("/Groups", {"displayName": f"Group {next(_numbers)}", **changes})
        assert answer.status == 201, answer.raw
        made: Json = answer.json
        return made

    async def members(self, group_id: str) -> list[str]:
        """userNames of a group's members."""
        answer = await self.find("/Users", f'groups.value eq "{group_id}"')
        return sorted(user["userName"] for user in answer.resources)

    async def trail(self) -> list[Json]:
        """What is recorded of this instance, once everything is written."""
        await self.app.settled()
        with self.stage.database.read() as connection:
            return list(events.records(connection, self.instance.key, self.instance.region))

    def with_token(self, token: str) -> "Client":
        """The same instance, another token."""
        return replace(self, token=token)


@dataclass(frozen=True)
class Stage:
    """Makes instances in a database."""

    database: Database
    name: str

    def client(self, app: Center, profile: str = "aws", rate: float | None = None, **settings: Any) -> Client:
        """A new instance with provisioning enabled, and a client of it."""
        instance, made = self.enable(self.instance(profile, rate, **settings).name)
        return Client(app, instance, made.token, self)

    def instance(self, profile: str = "aws", rate: float | None = None, **settings: Any) -> Instance:
        """A new instance."""
        with self.database.write() as connection:
            call = actions.admin_call(Operation.CREATE_INSTANCE, "test", now_ms())
            name = f"{self.name}-{next(_numbers)}"
            return actions.create(connection, call, name, profile=profile, settings=settings, rate=rate)

    def enable(self, name: str, at: int | None = None) -> tuple[Instance, NewToken]:
        with self.database.write() as connection:
            call = actions.admin_call(Operation.ENABLE_PROVISIONING, "test", now_ms() if at is None else at)
            return actions.enable_provisioning(connection, call, name)

    def second_token(self, instance: Instance) -> NewToken:
        with self.database.write() as connection:
            return actions.create_token(
                connection, actions.admin_call(Operation.CREATE_BEARER, "test", now_ms()), instance.name
            )[1]

    def delete_token(self, instance: Instance, token_id: str) -> None:
        with self.database.write() as connection:
            call = actions.admin_call(Operation.DELETE_BEARER, "test", now_ms())
            actions.delete_token(connection, call, instance.name, token_id)


def a_user(**changes: Any) -> Json:
    """A user that AWS takes, with a userName and e-mail of its own; a change to None leaves an attribute out."""
    name = f"user{next(_numbers)}"
    user = {
        "schemas": [USER],
        "userName": name,
        "name": {"givenName": "Barbara", "familyName": "Jensen"},
        "displayName": "Babs Jensen",
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        **changes,
    }
    return {key: value for key, value in user.items() if value is not None}


def encoded(text: str) -> str:
    """A filter in a query, with `+` for spaces."""
    from urllib.parse import quote_plus

    return quote_plus(text)
