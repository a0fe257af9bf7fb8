"""An identity provider whose API answers over HTTP on loopback, and programs with credentials of each scope."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn

from lockstep.idp import events
from lockstep.idp.api.application import Api
from lockstep.idp.api.context import Context
from lockstep.idp.api.credentials import actions as credentials
from lockstep.idp.api.credentials.records import NewCredential, Scope
from lockstep.idp.app import sign_in_for_api
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory.records import Role, User
from lockstep.idp.provisioning.engine import Engine
from lockstep.kit.db import Database
from lockstep.kit.vault import KEY_BYTES, Vault
from lockstep.kit.web.hashing import Hasher

NOW = 1_800_000_000_000
ORIGIN = "https://login.example.com"
HAND = "a test"


@dataclass
class Said:
    """What came back."""

    status: int
    headers: dict[str, str]
    json: Any

    def fields(self) -> dict[str, list[str]]:
        """What is wrong with which field, of a 422."""
        assert self.status == 422, self
        assert self.json["message"] == "Validation Failed"
        return {one["field"]: one["message"] for one in self.json["errors"]}


@dataclass
class World:
    """The database, the server's address, and a client."""

    db: Database
    engine: Engine
    context: Context
    url: str = ""
    now: int = NOW
    client: Any = None
    tokens: dict[Scope, str] = field(default_factory=dict)

    def changing(self) -> Any:
        """A transaction of one's own."""
        return self.db.write(serial=events.SERIAL)

    def credential(self, scope: Scope, name: str = "") -> NewCredential:
        """A new credential."""
        with self.changing() as c:
            return credentials.create(c, name or scope.value, scope.value, actor=HAND, now=self.now)

    def token(self, scope: Scope) -> str:
        """A token of that scope."""
        if scope not in self.tokens:
            made = self.credential(scope)
            with self.changing() as c:
                self.tokens[scope] = credentials.token_for(c, self.engine.vault, made.credential, self.now).text
        return self.tokens[scope]

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        scope: Scope = Scope.MANAGE_ALL,
        raw: bytes | None = None,
        **headers: str,
    ) -> Said:
        """One request; `body` as JSON, `raw` as it is."""
        sent = {"authorization": f"bearer {self.token(scope)}", **headers}
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        async with self.client.request(method, self.url + path, data=data, headers=sent) as answer:
            text = await answer.read()
            return Said(answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(text) if text else None)

    async def get(self, path: str, *, scope: Scope = Scope.MANAGE_ALL) -> Any:
        """What is there."""
        said = await self.ask("GET", path, scope=scope)
        assert said.status == 200, said
        return said.json

    async def done(self, method: str, path: str, body: Any = None, *, scope: Scope = Scope.MANAGE_ALL) -> Any:
        """A change that has to succeed; what was answered."""
        said = await self.ask(method, path, body, scope=scope)
        assert said.status in (200, 201, 204), said
        return said.json

    def user(self, name: str, **fields: str) -> User:
        """A new person."""
        address = f"{name}@x.example"
        values = {"employee_id": name, "user_name": address, "email": address, "given_name": name, "family_name": "Test"}
        with self.changing() as c:
            return directory.create_user(c, {**values, **fields}, actor=HAND, now=self.now)

    def role(self, name: str, *members: User) -> Role:
        """A new role."""
        with self.changing() as c:
            role = directory.create_role(c, name, actor=HAND, now=self.now)
            directory.add_members(c, role.id, [one.id for one in members], actor=HAND, now=self.now)
        return role

    def events(self) -> list[tuple[str, str]]:
        """(what, by whom) of all that happened by the API."""
        with self.db.read() as c:
            found = [(one.type.value, one.actor) for one in events.follow(c, 0)]
        return [one for one in found if one[1].startswith("api:")]


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[World]:
    """The API of a database, served until the end of the block."""
    hasher = Hasher()
    world: World
    engine = Engine(database, Vault(bytes(KEY_BYTES)), clock=lambda: world.now)
    context = Context(engine, hasher, sign_in_for_api(ORIGIN))
    world = World(database, engine, context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(Api(context), lifespan="off", log_level="critical", ws="none"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        world.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with aiohttp.ClientSession(auto_decompress=False) as client:
            world.client = client
            yield world
        server.should_exit = True
        await task
    await hasher.close()
