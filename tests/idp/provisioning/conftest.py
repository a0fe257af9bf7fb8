"""Fixtures of the engine: a world on SQLite, and the same on each database."""

import pytest

from lockstep.idp.provisioning import exchange, moving, tokens
from lockstep.kit.db import Database
from lockstep.scim import client
from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite
from tests.idp.provisioning.provider import Generic, Provider
from tests.idp.provisioning.world import World
from tests.support.doubled import doubled

__all__ = ["each", "each_world", "empty_file", "generic", "postgresql", "shared_postgres", "sqlite", "world"]


@pytest.fixture
def world(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world on SQLite, where no pause between tries is waited for."""
    return make_world(sqlite, monkeypatch)


@pytest.fixture
def each_world(each: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world once on each database."""
    return make_world(each, monkeypatch)


@pytest.fixture
def generic(world: World, monkeypatch: pytest.MonkeyPatch) -> Generic:
    """An app with the connector `scim2` whose target is what a test makes of it."""
    world.target = provider = Provider(world.clock)
    monkeypatch.setattr(tokens, "ScimClient", provider.client)
    world.make_app(connector="scim2")
    return Generic(world, provider)


def make_world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world on a database, where no pause between tries is waited for."""
    made = World(database)
    doubled(monkeypatch)
    monkeypatch.setattr(tokens, "ScimClient", made.target.client)
    monkeypatch.setattr(moving, "ScimClient", made.target.client)
    monkeypatch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))
    return made
