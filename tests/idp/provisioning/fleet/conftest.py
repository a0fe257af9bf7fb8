"""Fixtures of the tests of workers."""

from collections.abc import Iterator

import pytest

from lockstep.idp.provisioning.fleet import shared
from lockstep.kit.db import PostgresDatabase
from tests.idp.provisioning.conftest import empty_file, postgresql, shared_postgres, sqlite
from tests.idp.provisioning.fleet.colleagues import Colleagues

__all__ = ["colleagues", "empty_file", "postgresql", "shared_postgres", "sqlite"]


@pytest.fixture
def colleagues(postgresql: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Colleagues]:
    """Workers side by side whose hearts beat fast."""
    monkeypatch.setattr(shared, "BEAT_SECONDS", 0.02)
    made = Colleagues(postgresql)
    yield made
    made.end()
