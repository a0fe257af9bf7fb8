"""What a worker is asked to do, on each database."""

import pytest

from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.jobs import Job
from tests.idp.provisioning.world import World


@pytest.fixture
def app(each_world: World) -> int:
    return each_world.make_app().id


def test_a_job_from_order_to_result(each_world: World, app: int) -> None:
    with each_world.write() as c:
        number = jobs.add(c, app, "sync", {"only": "E1", "full": True}, 5)
        job = Job(number, app, "sync", {"only": "E1", "full": True}, jobs.QUEUED, {}, "")
        assert (jobs.get(c, number), jobs.queued(c), jobs.running(c)) == (job, [job], [])
        assert jobs.start(c, number, "worker")
        running = jobs.get(c, number)
        assert running is not None
        assert (running.state, jobs.queued(c), jobs.running(c)) == (jobs.RUNNING, [], [running])
        jobs.end(c, number, {"requests": 3}, "", 9)
        done = jobs.get(c, number)
        assert done is not None
        assert (done.state, done.result, done.error, jobs.running(c)) == (jobs.DONE, {"requests": 3}, "", [])


def test_a_job_is_begun_once(each_world: World, app: int) -> None:
    with each_world.write() as c:
        number = jobs.add(c, app, "sync", {}, 5)
        assert jobs.start(c, number, "one")
        assert not jobs.start(c, number, "other")
        assert not jobs.start(c, number + 1, "other")


def test_a_job_that_failed_says_why(each_world: World, app: int) -> None:
    with each_world.write() as c:
        number = jobs.add(c, app, "drift", {}, 5)
        jobs.start(c, number, "one")
        jobs.end(c, number, {}, "the target refused the access token", 9)
        failed = jobs.get(c, number)
        assert failed is not None
        assert (failed.state, failed.error) == (jobs.FAILED, "the target refused the access token")


def test_jobs_are_done_in_their_order(each_world: World, app: int) -> None:
    with each_world.write() as c:
        numbers = [jobs.add(c, app, "sync", {}, 5) for _ in range(3)]
        assert [job.id for job in jobs.queued(c)] == numbers


def test_what_a_dead_worker_began_is_queued_again(each_world: World, app: int) -> None:
    other = each_world.make_app(name="other").id
    with each_world.write() as c:
        mine, theirs, done = jobs.add(c, app, "sync", {}, 5), jobs.add(c, other, "sync", {}, 5), jobs.add(c, app, "sync", {}, 5)
        for number in (mine, theirs, done):
            jobs.start(c, number, "dead")
        jobs.end(c, done, {}, "", 6)
        assert jobs.requeue(c, app) == 1
        assert ([job.id for job in jobs.queued(c)], [job.id for job in jobs.running(c)]) == ([mine], [theirs])


def test_old_jobs_go_but_never_one_that_is_not_finished(each_world: World, app: int) -> None:
    with each_world.write() as c:
        waiting, first = jobs.add(c, app, "sync", {}, 5), jobs.add(c, app, "sync", {}, 5)
        jobs.end(c, first, {}, "", 6)
        for _ in range(jobs.KEPT + 1):
            last = jobs.add(c, app, "sync", {}, 7)
            jobs.end(c, last, {}, "", 8)
        assert jobs.get(c, first) is None
        assert jobs.get(c, last) is not None
        assert jobs.get(c, last - jobs.KEPT + 1) is not None
        assert [job.id for job in jobs.queued(c)] == [waiting]


def test_there_is_no_such_job(each_world: World) -> None:
    with each_world.db.read() as c:
        assert jobs.get(c, 99) is None


def test_the_newest_of_a_kind(each_world: World, app: int) -> None:
    other = each_world.make_app(name="other").id
    with each_world.write() as c:
        assert jobs.newest(c, app, "takeover") is None
        first, second = (jobs.add(c, app, "takeover", {"link": link}, 5) for link in (False, True))
        jobs.add(c, app, "sync", {}, 5)
        jobs.add(c, other, "takeover", {}, 5)
        jobs.end(c, first, {"requests": 3}, "", 9)
        newest, done = jobs.newest(c, app, "takeover"), jobs.newest(c, app, "takeover", jobs.DONE)
        assert newest is not None
        assert done is not None
        assert (newest.id, done.id, done.result) == (second, first, {"requests": 3})
        assert jobs.newest(c, app, "takeover", jobs.FAILED) is None
