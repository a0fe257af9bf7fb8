"""Makes evidence in a world."""

from typing import Any

from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.evidence import store
from lockstep.idp.provisioning.evidence.chain import Signed
from tests.idp.provisioning.world import World


class Maker:
    """A world and its engine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = Engine(world.db, world.vault, world.clock)

    def make(self) -> dict[str, Any]:
        """A record, by a job."""
        return self.engine.wait(self.engine.order(self.world.app().id, "evidence", {}))

    def kept(self) -> list[Signed]:
        """All that are kept."""
        number = self.world.app().id
        with self.world.db.read() as c:
            return list(store.of_app(c, number))
