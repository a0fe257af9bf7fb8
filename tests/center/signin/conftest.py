"""A centre with an instance, two people and an identity provider, and browsers in front of it."""

from collections.abc import AsyncIterator

import pytest

from lockstep.kit.db import Database
from tests.center.client import Stage
from tests.center.signin.world import Clock, World, started


@pytest.fixture
async def world(database: Database, stage: Stage) -> AsyncIterator[World]:
    clock = Clock()
    center = await started(database, clock)
    yield World(database, stage, center, clock, stage.instance())
    await center.stop()
