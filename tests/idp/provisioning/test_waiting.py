"""What a job waits for."""

from lockstep.idp.provisioning import jobs, waiting
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import store
from lockstep.idp.provisioning.installation.records import Installation, Place, Watch
from lockstep.kit.clock import iso
from tests.idp.provisioning.world import World, everyone


def add(world: World, kind: str, name: str = "aws") -> int:
    with world.write() as c:
        return jobs.add(c, world.app_id(c, name), kind, {}, world.now)


def words(world: World, number: int) -> str:
    with world.db.read() as c:
        return waiting.of_job(c, number).words


def test_a_job_that_is_under_way_says_how_far_it_is(each_world: World) -> None:
    each_world.make_app()
    each_world.become(everyone("A", "B"))
    number = add(each_world, "sync")
    each_world.plan()
    with each_world.write() as c:
        jobs.start(c, number, "17-ab")
    filed = iso(each_world.now)
    assert words(each_world, number) == f"job 1, sync of aws, under way at worker 17-ab, filed {filed}, 0 of 2 changes"


def test_another_run_of_the_app_is_before_it(world: World) -> None:
    world.make_app()
    first, second = add(world, "drift"), add(world, "sync")
    with world.write() as c:
        jobs.start(c, first, "17-ab")
    at = iso(world.now)
    expected = (
        f"job 2, sync of aws, not begun, filed {at}; before it: job 1, drift of aws, under way at worker 17-ab, filed {at}"
    )
    assert words(world, second) == expected


def test_nothing_is_before_it(world: World) -> None:
    world.make_app()
    world.make_app(name="other")
    other, number = add(world, "sync", "other"), add(world, "sync")
    with world.write() as c:
        jobs.start(c, other, "17-ab")
        store.add(c, Installation("i", Place("/x"), 0, world.now, world.now))
    assert f"; a worker is at work on this data, last seen at work {iso(world.now)}, with 1 run of other apps" in words(
        world, number
    )


def test_the_installation_is_held(world: World) -> None:
    world.make_app()
    number = add(world, "sync")
    with world.write() as c:
        installation.watch_all(c, Watch.HELD, "restored from a backup", 0, world.now)
    said = words(world, number)
    assert said.endswith("; nothing is sent to aws, restored from a backup: look at lockstep idp installation")


def test_one_that_is_over_waits_for_nothing(world: World) -> None:
    world.make_app()
    number = add(world, "sync")
    with world.write() as c:
        jobs.end(c, number, {}, "", world.now)
    with world.db.read() as c:
        assert waiting.of_job(c, number).mine is None
