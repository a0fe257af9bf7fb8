"""An administrator's desk."""

import pytest
from argon2 import PasswordHasher

from lockstep.kit import passwords
from tests.center.console.world import Desk
from tests.center.signin.conftest import world  # noqa: F401 - a fixture
from tests.center.signin.world import World


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def desk(world: World) -> Desk:  # noqa: F811
    return Desk(world)
