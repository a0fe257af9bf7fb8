"""Fixtures of the API: a server on loopback, and tokens."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from lockstep.kit import passwords
from lockstep.kit.db import Database
from tests.idp.api.world import World, serving


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
async def world(sqlite: Database) -> AsyncIterator[World]:
    """On SQLite."""
    async with serving(sqlite) as made:
        yield made


@pytest.fixture
async def each_world(each: Database) -> AsyncIterator[World]:
    """Once on each kind of database."""
    async with serving(each) as made:
        yield made
