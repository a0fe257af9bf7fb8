"""A world with the engine that makes evidence of it."""

from collections.abc import Iterator

import pytest

from tests.idp.provisioning.evidence.maker import Maker
from tests.idp.provisioning.world import World


@pytest.fixture
def maker(each_world: World) -> Iterator[Maker]:
    """Three people in two groups, at the target already."""
    each_world.make_app()
    made = Maker(each_world)
    each_world.synced({"A": {}, "B": {}, "C": {}}, {"1": ("Readers", "AB"), "2": ("Empty", "")})
    yield made
    made.engine.fleet.leave()
