"""An administrator's desk."""

import pytest

from tests.center.console.world import Desk
from tests.center.signin.conftest import world  # noqa: F401 - a fixture
from tests.center.signin.world import World


@pytest.fixture
def desk(world: World) -> Desk:  # noqa: F811
    return Desk(world)
