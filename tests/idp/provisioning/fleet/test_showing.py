"""Who is at work, as people and scripts see it."""

from lockstep.idp.provisioning.fleet.fleet import fleet_of
from lockstep.idp.provisioning.fleet.showing import at_work
from lockstep.kit.db import Database
from tests.idp.provisioning.fleet.colleagues import Colleagues


def test_on_sqlite_the_one_worker_has_no_name(sqlite: Database) -> None:
    fleet, other = fleet_of(sqlite, "one"), fleet_of(sqlite, "other")
    assert at_work(sqlite, other) == []
    assert fleet.join()
    assert at_work(sqlite, other) == [{"worker": "the worker", "apps": []}]
    fleet.leave()


def test_on_postgresql_each_is_shown_and_the_silent_one_is_not(colleagues: Colleagues) -> None:
    first, second = colleagues.worker("first"), colleagues.worker("second")
    shown = at_work(colleagues.db, second)
    assert [one["worker"] for one in shown] == ["first", "second"]
    assert {"host", "pid", "since", "apps"} < set(shown[0])
    assert colleagues.claimed(first, 999)
    assert at_work(colleagues.db, second)[0]["apps"] == [], "of an app that is gone nothing is said"
    colleagues.silence(first, for_ms=60_000)
    assert [one["worker"] for one in at_work(colleagues.db, second)] == ["second"]
