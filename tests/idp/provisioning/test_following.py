"""How far the engine has read, for whoever removes old events."""

import subprocess
import sys

from lockstep.idp import events
from lockstep.idp.provisioning import following, ledger, links, touched
from tests.idp.provisioning.world import World, everyone


def unread(world: World) -> tuple[int, str] | None:
    with world.db.read() as c:
        return following.unread(c)


def newest(world: World) -> int:
    with world.db.read() as c:
        return events.latest(c)


def planned(world: World) -> int:
    app = world.app()
    with world.db.read() as c:
        return touched.planned_up_to(c, links.find_target(c, app.id, app.scim_url))


def test_an_app_that_has_never_run_needs_none(each_world: World) -> None:
    each_world.make_app()
    assert unread(each_world) is None


def test_what_came_since_the_last_plan_is_needed(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("E1"))
    each_world.sync()
    seen = unread(each_world)
    assert seen is not None
    first, who = seen
    assert who == "the app aws"
    assert first <= newest(each_world)
    each_world.become(everyone("E1", "E2"))
    assert unread(each_world) == (first, "the app aws")
    each_world.sync()
    after = unread(each_world)
    assert after is not None
    assert after[0] > first


def test_an_app_that_is_off_holds_nothing_back_and_then_looks_at_everybody(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("E1"))
    each_world.sync()
    each_world.set("provisioning=off")
    assert unread(each_world) is None
    each_world.become(everyone("E1", "E2"))
    came = planned(each_world)
    assert came
    with each_world.write() as c:
        following.told(c, came + 1)
    assert planned(each_world) == came, "it has seen all that goes"
    with each_world.write() as c:
        following.told(c, came + 2)
    assert planned(each_world) == 0
    each_world.set("provisioning=on")
    each_world.sync()
    assert {"E1@x.example", "E2@x.example"} <= {user["userName"] for user in each_world.target.users.values()}


def test_the_last_event_seen_is_what_both_readings_agree_on(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("E1"))
    each_world.sync()
    app = each_world.app()
    with each_world.write() as c:
        ledger.set_watermark(c, app.id, 2)
        assert following.unread(c) == (3, "the app aws")


def test_whoever_runs_the_engine_has_it_registered() -> None:
    code = "import lockstep.idp.provisioning.engine, lockstep.idp.eventlog.readers as r; assert 'provisioning' in r._READERS"
    subprocess.run([sys.executable, "-c", code], check=True)
