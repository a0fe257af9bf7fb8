"""Fixtures of the console: an identity provider with an administrator who is signed in."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from lockstep.idp.console import configuration, whynothing
from lockstep.idp.provisioning import exchange, moving, tokens
from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit import passwords
from lockstep.kit.db import Database
from lockstep.saml.keys import SigningKey
from lockstep.scim import client
from tests.idp.console.world import World
from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite

__all__ = ["each", "empty_file", "postgresql", "shared_postgres", "sqlite"]


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    """A signing key that has begun long ago."""
    return certificates.make_key(0, bits=2048)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch, signing_key: SigningKey) -> None:
    monkeypatch.setattr(certificates, "make_key", lambda _now, _bits=None: signing_key)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def _world(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    made = World(database)
    monkeypatch.setattr(tokens, "ScimClient", made.target.client)
    monkeypatch.setattr(moving, "ScimClient", made.target.client)
    monkeypatch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))
    for page in (configuration, whynothing):
        monkeypatch.setattr(page, "test_connection", made.test_connection)
    monkeypatch.setattr(configuration, "ask", made.ask)
    yield made
    await made.close()


@pytest.fixture
async def world(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """On SQLite."""
    async for made in _world(sqlite, monkeypatch):
        yield made


@pytest.fixture
async def each_world(each: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Once on each kind of database."""
    async for made in _world(each, monkeypatch):
        yield made
