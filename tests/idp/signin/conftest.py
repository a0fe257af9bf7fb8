"""Fixtures of signing in: fresh databases, a key that is made once, and a small identity provider with its site."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from lockstep.idp.signin.certificates import actions as certificates
from lockstep.kit import passwords
from lockstep.kit.db import Database
from lockstep.kit.runner import open_runner
from lockstep.saml.keys import SigningKey
from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite
from tests.idp.signin.world import World

__all__ = ["each", "empty_file", "postgresql", "shared_postgres", "sqlite"]


@pytest.fixture(scope="session")
def signing_key() -> SigningKey:
    """A signing key that has begun long ago, for any clock that a test has."""
    return certificates.make_key(0, bits=2048)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch, signing_key: SigningKey) -> None:
    """Keys and hashes that cost little: what they cost is tested where they are."""
    monkeypatch.setattr(certificates, "make_key", lambda _now, _bits=None: signing_key)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def _world(database: Database) -> AsyncIterator[World]:
    runner = open_runner(database)
    world = World(database, runner)
    yield world
    await world.close()


@pytest.fixture
async def world(sqlite: Database) -> AsyncIterator[World]:
    """An identity provider on SQLite."""
    async for made in _world(sqlite):
        yield made


@pytest.fixture
async def each_world(each: Database) -> AsyncIterator[World]:
    """An identity provider, once on each kind of database."""
    async for made in _world(each):
        yield made
