"""Fixtures of the engine: a world on SQLite, and the same on each database."""

import pytest

from lockstep.idp.provisioning import engine, exchange, moving, run
from lockstep.kit.db import Database
from lockstep.scim import client
from tests.idp.provisioning.databases import each, empty_file, postgresql, shared_postgres, sqlite
from tests.idp.provisioning.world import World

__all__ = ["each", "each_world", "empty_file", "postgresql", "shared_postgres", "sqlite", "world"]


@pytest.fixture
def world(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world on SQLite, where no pause between tries is waited for."""
    return _world(sqlite, monkeypatch)


@pytest.fixture
def each_world(each: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world once on each database."""
    return _world(each, monkeypatch)


def _world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(database)
    monkeypatch.setattr(run, "ScimClient", made.target.client)
    monkeypatch.setattr(engine, "ScimClient", made.target.client)
    monkeypatch.setattr(moving, "ScimClient", made.target.client)
    monkeypatch.setattr(exchange, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(client, "READ_PAUSES", (0.0, 0.0, 0.0))
    return made
