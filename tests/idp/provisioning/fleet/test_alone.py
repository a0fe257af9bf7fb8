"""The one worker on a SQLite file."""

from lockstep.idp import events
from lockstep.idp.provisioning.fleet.alone import Alone
from lockstep.idp.provisioning.fleet.fleet import fleet_of
from lockstep.idp.provisioning.fleet.records import Fence
from lockstep.idp.provisioning.fleet.shared import Shared
from lockstep.kit.db import Database, PostgresDatabase


def test_each_database_has_its_own_kind(sqlite: Database) -> None:
    assert isinstance(fleet_of(sqlite, "one"), Alone)
    assert isinstance(fleet_of(PostgresDatabase("postgresql://nowhere"), "one"), Shared)


def test_there_is_one_at_a_time(sqlite: Database) -> None:
    first, second = fleet_of(sqlite, "first"), fleet_of(sqlite, "second")
    assert not first.busy()
    assert first.join()
    assert (first.alive(), first.busy(), second.busy(), second.join(), second.alive()) == (True, False, True, False, False)
    first.leave()
    assert (first.alive(), second.busy(), second.join(only=True)) == (False, False, True)
    second.leave()


def test_every_app_is_its_own_and_nobody_elses(sqlite: Database) -> None:
    first, second = fleet_of(sqlite, "first"), fleet_of(sqlite, "second")
    assert first.join()
    with sqlite.write(serial=events.SERIAL) as c:
        assert (first.free(c, 1), second.free(c, 1)) == (True, False)
        assert (first.claim(c, 1), second.claim(c, 1)) == (Fence(1, 0), None)
    assert first.behind(Fence(1, 0)) is sqlite
    first.release(Fence(1, 0))
    first.bury()
    first.leave()
