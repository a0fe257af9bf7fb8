"""Jobs, the lease, and the worker that follows the directory, with two engines on the same data."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps import store
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import engine as engine_module
from lockstep.idp.provisioning import jobs, ledger
from lockstep.idp.provisioning.due import Due
from lockstep.idp.provisioning.ledger import Plan
from lockstep.idp.provisioning.making import Apart
from lockstep.idp.provisioning.planner import make_plan_apart
from lockstep.idp.provisioning.run import Run
from lockstep.kit.db import Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.provisioning.target import Fault
from tests.idp.provisioning.workers import PATIENCE, Workers, all_done, is_taken, serving, until
from tests.idp.provisioning.world import World, everyone, many

AB = everyone("A", "B")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "POLL_SECONDS", 0.01)


@pytest.fixture
def workers(each_world: World) -> Iterator[Workers]:
    made = Workers(each_world)
    yield made
    made.end()


def state(world: World, number: int) -> str:
    with world.db.read() as c:
        job = jobs.get(c, number)
    return "gone" if job is None else job.state


def test_a_command_does_its_job_where_no_worker_runs(workers: Workers) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app()
    world.become(AB)
    number = engine.order(world.app().id, "sync", {})
    assert state(world, number) == jobs.QUEUED
    result = engine.wait(number)
    assert (result["requests"], result["applied"], state(world, number)) == (2, 2, jobs.DONE)
    assert not is_taken(workers.engine())


def test_a_command_does_no_more_than_its_own_job(workers: Workers) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app()
    other = engine.order(world.app().id, "sync", {})
    engine.wait(engine.order(world.app().id, "sync", {}))
    assert state(world, other) == jobs.QUEUED


def test_progress_is_reported(workers: Workers) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app()
    world.become(AB)
    seen: list[tuple[int, int]] = []
    engine.wait(engine.order(world.app().id, "sync", {}), lambda done, of: seen.append((done, of)))
    assert (2, 2) in seen


def test_a_job_that_fails_says_why(workers: Workers) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app("provisioning=off")
    number = engine.order(world.app().id, "sync", {})
    for _ in range(2):
        with pytest.raises(Problem, match="provisioning is off for aws"):
            engine.wait(number)
    assert state(world, number) == jobs.FAILED


def test_a_job_that_fails_as_it_should_not_says_so(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app()

    def broken(*_: Any, **__: Any) -> None:
        raise LookupError("a mistake of ours")

    monkeypatch.setattr("lockstep.idp.provisioning.run.make_plan_apart", broken)
    words = r"the run failed in a way that should not happen \(LookupError: a mistake of ours\)"
    with pytest.raises(Problem, match=words):
        engine.wait(engine.order(world.app().id, "sync", {}))


def test_there_is_no_such_job(workers: Workers) -> None:
    with pytest.raises(Problem, match="the job is gone"):
        workers.engine().wait(99)


def test_a_key_that_is_another_one_is_a_problem_in_words(workers: Workers) -> None:
    world = workers.world
    world.make_app()
    world.become(AB)
    world.vault = Vault(b"k" * KEY_BYTES)
    with pytest.raises(Problem, match="the key file does not open the secrets"):
        engine = workers.engine()
        engine.wait(engine.order(world.app().id, "sync", {}))


def test_drift_is_reported_and_nothing_is_changed(workers: Workers) -> None:
    world, engine = workers.world, workers.engine()
    world.make_app()
    world.synced(AB, {"G": ("Team", ["A"])})
    world.target.lose(world.target.id_of("Team"))
    result = engine.wait(engine.order(world.app().id, "drift", {}))
    assert {name: result[name] for name in ("requests", "floor", "unmatched")} == {"requests": 2, "floor": 2, "unmatched": 0}
    [found] = result["differences"]
    assert (found["object"], found["name"], found["kind"], found["decision"]) == ("group", "Team", "missing", "")
    assert (world.target.writes, world.changes()) == ([], [])
    assert world.events()[-1].type.value == "drift.found"


def test_a_command_beside_a_worker_waits_for_it(workers: Workers) -> None:
    world, worker, command = workers.world, workers.engine(worker="worker"), workers.engine(worker="command")
    world.make_app("provisioning=off")
    with serving(worker):
        until(lambda: is_taken(command))
        world.set("provisioning=on")
        result = command.wait(command.order(world.app().id, "sync", {}))
    assert result["failed"] == 0
    with world.db.read() as c:
        names = {row[0] for row in c.raw.execute("SELECT worker FROM jobs").fetchall()}
    assert names == {"worker"}


def test_only_one_of_two_engines_works_at_a_time(workers: Workers) -> None:
    """Ten commands at once: the target never sees two runs of the app together."""
    world = workers.world
    world.make_app()
    world.become(AB)
    busy: list[int] = []
    most: list[int] = []

    def watch(_sent: object) -> None:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.01)
        busy.pop()

    world.target.watch = watch
    engines = [workers.engine() for _ in range(6)]
    numbers = [engine.order(world.app().id, "sync", {"full": True}) for engine in engines]
    threads = [threading.Thread(target=engine.wait, args=(number,)) for engine, number in zip(engines, numbers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert [state(world, number) for number in numbers] == [jobs.DONE] * 6
    assert (set(most), len(world.target.users)) == ({1}, 2)


def test_what_a_dead_worker_began_is_done_again(workers: Workers) -> None:
    world, dead, engine = workers.world, workers.engine(), workers.engine()
    world.make_app()
    world.become(AB)
    sync = dead.order(world.app().id, "sync", {})
    drift = dead.order(world.app().id, "drift", {})
    assert dead.fleet.join()
    with dead.db.write(serial=events.SERIAL) as c:
        assert dead.fleet.claim(c, world.app().id)
        assert jobs.start(c, sync, "dead")
        assert jobs.start(c, drift, "dead")
    dead.fleet.leave()  # as its death would
    assert engine.wait(sync)["applied"] == 2
    assert engine.wait(drift)["differences"] == []


def test_a_worker_follows_the_directory(workers: Workers) -> None:
    world = workers.world
    world.make_app()
    with serving(workers.engine()):
        world.become(AB, {"G": ("Team", ["A"])})
        until(lambda: world.target.teams() == {"Team": {"A@x.example"}})
        world.suspend("A")
        until(lambda: world.target.people()["A"]["active"] is False)


def test_an_edit_at_the_very_end_of_a_run_is_followed_at_once(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan has not seen it, and while the app is busy no other run of it is queued."""
    world, finish, edited = workers.world, Run.finish, list[str]()
    world.make_app()
    world.become(AB)

    async def slow(self: Run, *args: Any) -> float:
        seconds = await finish(self, *args)
        if not edited:
            edited.append("A")
            world.suspend("A")
            await asyncio.sleep(0.2)  # the worker has looked meanwhile
        return seconds

    monkeypatch.setattr(Run, "finish", slow)
    monkeypatch.setattr(engine_module, "LOOK_SECONDS", 10 * PATIENCE)
    with serving(workers.engine()):
        until(lambda: bool(edited) and world.target.people()["A"]["active"] is False)


def test_a_worker_leaves_alone_what_it_should(workers: Workers) -> None:
    """An app that is off, one that is stopped and one in quarantine, beside one that runs."""
    world = workers.world
    world.make_app("provisioning=off", name="off")
    for name in ("stopped", "ill", "runs"):
        world.make_app(name=name)
    with world.write() as c:
        apps.stop(c, apps.find_app(c, "stopped"), 1)
        store.set_quarantine(c, apps.find_app(c, "ill").id, "too much failed")
    world.become(AB)
    with serving(workers.engine()):
        until(lambda: len(world.target.users) == 2)
    with world.db.read() as c:
        rows = c.raw.execute("SELECT DISTINCT a.name FROM jobs j JOIN apps a ON a.id = j.app_id").fetchall()
    assert [row[0] for row in rows] == ["runs"]


def test_one_app_that_fails_does_not_hold_up_the_others(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    world = workers.world
    first, second = world.make_app(name="first"), world.make_app(name="second")
    planned: list[int] = []
    plan = Run.plan

    async def broken(self: Any, attempt: int) -> dict[str, Any]:
        planned.append(self._app_id)
        if self._app_id == first.id:
            raise LookupError("a mistake of ours")
        return await plan(self, attempt)

    monkeypatch.setattr(Run, "plan", broken)
    world.become(AB)
    with serving(workers.engine()) as thread:
        until(lambda: len(world.target.users) == 2)
        world.suspend("A")
        until(lambda: planned.count(second.id) == 2)
        assert thread.is_alive()
    assert planned.count(first.id) == 1, "after a failure there is a pause"


def test_the_runs_of_two_apps_are_under_way_together(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long plan of one does not keep an edit from the target of the other."""
    world = workers.world
    first, _ = world.make_app(name="first"), world.make_app(name="second")
    plan, begun, go_on = make_plan_apart, threading.Event(), threading.Event()

    def long(db: Database, app: App, now: int, **more: Any) -> Plan:
        if app.id == first.id:
            begun.set()
            assert go_on.wait(PATIENCE)
        return plan(db, app, now, **more)

    monkeypatch.setattr("lockstep.idp.provisioning.run.make_plan_apart", long)
    world.become(AB)
    with serving(workers.engine()):
        until(lambda: begun.is_set() and len(world.target.users) == 2)
        world.suspend("A")
        until(lambda: world.target.people()["A"]["active"] is False)
        go_on.set()
        until(lambda: all_done(world))


def test_a_worker_that_is_stopped_in_a_long_plan_gives_it_up(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is made anew by the next one."""
    world, stop = workers.world, threading.Event()
    world.make_app()
    world.become(everyone(*many(150)), {"G": ("Team", [*many(150)])})
    write = Apart.write

    def stopped(self: Apart) -> Any:
        stop.set()
        time.sleep(0.05)
        return write(self)

    with monkeypatch.context() as patch:
        patch.setattr(Apart, "write", stopped)
        asyncio.run(workers.engine().serve(stop.is_set))
    assert world.target.log == []
    app = world.app()
    with world.db.read() as c:
        assert ledger.newest(c, app.id) is None
        assert [job.kind for job in jobs.running(c)] == ["sync"]
    with serving(workers.engine()):
        until(lambda: len(world.target.users) == 150 and all_done(world))


def test_after_a_run_that_failed_there_is_a_pause(workers: Workers) -> None:
    world = workers.world
    world.make_app()
    world.become(AB)
    world.target.faults = lambda _sent: Fault(401)
    with serving(workers.engine()):
        until(lambda: bool(world.target.log))
        time.sleep(0.3)
    with world.db.read() as c:
        assert c.raw.execute("SELECT count(*) FROM jobs").fetchone()[0] == 1


def test_a_worker_that_is_stopped_in_a_run_halts_between_two_batches(workers: Workers) -> None:
    """And the next one does the rest; nothing is sent twice."""
    world, engine = workers.world, workers.engine()
    world.make_app()
    world.become(everyone(*many(250)))
    stop = threading.Event()
    world.target.watch = lambda _sent: stop.set() if len(world.target.log) > 20 else None
    asyncio.run(engine.serve(stop.is_set))
    assert len(world.target.users) % 100 == 0
    assert len(world.target.users) < 250
    with world.db.read() as c:
        assert [job.kind for job in jobs.running(c)] == ["sync"]
    with serving(workers.engine()):
        until(lambda: len(world.target.users) == 250)
    assert len(world.target.writes) == 250


def test_on_sqlite_a_second_worker_stands_by_and_takes_over(world: World) -> None:
    workers = Workers(world)
    first, second = workers.engine(worker="first"), workers.engine(worker="second")
    world.make_app()
    assert first.fleet.join()
    with serving(second):
        world.become(everyone("A"))
        time.sleep(0.2)
        assert world.target.log == []
        first.fleet.leave()
        until(lambda: len(world.target.users) == 1)
    workers.end()


def test_on_sqlite_a_worker_that_waits_for_its_turn_can_be_stopped(world: World) -> None:
    workers = Workers(world)
    first, second = workers.engine(), workers.engine()
    assert first.fleet.join()
    with serving(second):
        time.sleep(0.05)
    workers.end()


def test_what_waits_for_a_person_is_looked_at_in_growing_pauses_and_an_edit_at_once(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, engine = workers.world, workers.engine()
    now = 1_000
    monkeypatch.setattr("lockstep.idp.provisioning.scheduler.time", SimpleNamespace(monotonic=lambda: float(now)))
    why = Due.TIME
    monkeypatch.setattr("lockstep.idp.provisioning.due.what_is_due", lambda *_: (why, 0))
    world.make_app()

    def queued() -> bool:
        engine.scheduler.look()
        with world.write() as c:
            waiting = jobs.queued(c)
            for job in waiting:
                jobs.start(c, job.id, "worker")
                jobs.end(c, job.id, {}, "", world.now)
        return bool(waiting)

    runs = []
    for now in range(1_000, 1_500):
        if queued():
            runs.append(now - 1_000)
    assert runs == [0, 30, 90, 210, 450]
    why = Due.EVENT
    assert queued()
    assert queued()


def test_a_database_that_was_away_ends_nothing(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    world, engine = workers.world, workers.engine()
    broken = [1]

    def flaky(method: Callable[..., bool]) -> Callable[..., bool]:
        def call(*given: Any, **named: Any) -> bool:
            if broken[0]:
                broken[0] -= 1
                raise psycopg.OperationalError("the database is shutting down")
            return method(*given, **named)

        return call

    for name in ("join", "bury"):
        monkeypatch.setattr(type(engine.fleet), name, flaky(getattr(type(engine.fleet), name)))
    world.make_app()
    with serving(engine):
        world.become(everyone("A"))
        until(lambda: len(world.target.users) == 1)
        broken[0] = 1
        world.become(AB)
        until(lambda: len(world.target.users) == 2)


def test_a_take_over_is_the_workers_job_where_one_runs(workers: Workers) -> None:
    """So that no run works meanwhile; whoever asked waits for it."""
    worker, other = workers.engine(), workers.engine()
    world = workers.world
    world.make_app("provisioning=off")
    world.become(AB)
    world.target.users["a"] = {"id": "a", "userName": "A@x.example", "active": True}
    with serving(worker):
        until(lambda: is_taken(other))
        found = other.wait(other.order(1, "takeover", {"link": True}))
    assert (found["taken"]["users"], found["users"]["create"], world.target.writes) == (1, 1, [])
    with world.db.read() as c:
        job = jobs.newest(c, 1, "takeover", jobs.DONE)
        assert job is not None
        assert (job.result["taken"], jobs.newest(c, 1, "drift")) == (found["taken"], None)
