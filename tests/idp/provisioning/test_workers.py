"""Engines side by side on PostgreSQL: each app at one of them; what a dead one began goes on, what a frozen one does is not."""

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lockstep.idp import events
from lockstep.idp.apps.records import App
from lockstep.idp.provisioning import engine as engine_module
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.fleet import shared
from lockstep.idp.provisioning.run import Run
from lockstep.kit.db import Database
from tests.idp.provisioning.conftest import make_world
from tests.idp.provisioning.target import Sent
from tests.idp.provisioning.workers import PATIENCE, Workers, all_done, is_taken, serving, until
from tests.idp.provisioning.world import World, everyone, many


@pytest.fixture
def workers(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    monkeypatch.setattr(engine_module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(engine_module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(shared, "BEAT_SECONDS", 0.05)
    made = Workers(make_world(postgresql, monkeypatch))
    yield made
    made.end()


def who_did(world: World) -> dict[int, set[str]]:
    """Which workers had jobs of which app."""
    found: dict[int, set[str]] = {}
    with world.db.read() as c:
        for app_id, worker in c.raw.execute("SELECT app_id, worker FROM jobs WHERE worker <> ''").fetchall():
            found.setdefault(app_id, set()).add(worker)
    return found


def came_to(world: World, number: int) -> None:
    """Wait until so many people are at the target, and nothing is under way."""
    until(lambda: len(world.target.users) == number and all_done(world))


def elsewhere(world: World, app: App) -> App:
    """The app has a target of its own."""
    with world.write() as c:
        c.script([f"UPDATE apps SET scim_url = 'https://scim.example/{app.name}/scim/v2' WHERE id = {app.id}"])
    return app


def declare_dead(world: World, engine: Engine) -> None:
    """As the others do with one that was not heard of for long; it does not hear of it itself."""
    heart = getattr(engine.fleet, "_heart", None)
    assert heart is not None
    heart.stop()
    with world.db.write(serial=events.SERIAL) as c:
        c.script([f"UPDATE workers SET standing = 'dead' WHERE name = '{engine.fleet.name}'"])


def test_the_apps_are_shared_out_and_each_is_at_one_at_a_time(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers with room for one run each: while one has the first app, the other does the second."""
    monkeypatch.setattr(engine_module, "MOST_RUNS", 1)
    world = workers.world
    first, second = world.make_app(name="first"), elsewhere(world, world.make_app(name="second"))
    begun, go_on = threading.Event(), threading.Event()
    plan = Run.plan

    async def long(self: Any, attempt: int) -> dict[str, Any]:
        if self._app_id == first.id and not go_on.is_set():
            begun.set()
            await asyncio.to_thread(go_on.wait, PATIENCE)
        return await plan(self, attempt)

    monkeypatch.setattr(Run, "plan", long)
    with serving(workers.engine(worker="one")), serving(workers.engine(worker="other")):
        world.become(everyone("A", "B"))
        until(lambda: begun.is_set() and len(world.target.users) == 2)
        go_on.set()
        until(lambda: all_done(world))
    did = who_did(world)
    assert len(did[first.id]) == 1
    assert did[second.id] - did[first.id]


def test_apps_with_the_same_target_are_at_one_worker(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have one rate budget: the second one waits where only the other worker had room for it."""
    monkeypatch.setattr(engine_module, "MOST_RUNS", 1)
    world = workers.world
    first, second = world.make_app(name="first"), world.make_app(name="second")
    begun, go_on = threading.Event(), threading.Event()
    plan = Run.plan

    async def long(self: Any, attempt: int) -> dict[str, Any]:
        begun.set()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        return await plan(self, attempt)

    monkeypatch.setattr(Run, "plan", long)
    with serving(workers.engine(worker="one")), serving(workers.engine(worker="other")):
        world.become(everyone("A", "B"))
        until(begun.is_set)
        time.sleep(0.5)
        with world.db.read() as c:
            assert len(jobs.running(c)) == 1
        go_on.set()
        until(lambda: len(who_did(world)) == 2 and all_done(world))
    assert set(who_did(world)) == {first.id, second.id}


def test_what_is_due_is_filed_once(workers: Workers) -> None:
    world = workers.world
    world.make_app()
    with serving(workers.engine()), serving(workers.engine()), serving(workers.engine()):
        for number, keys in enumerate(("A", "AB", "ABC", "ABCD"), 1):
            world.become(everyone(*keys))
            came_to(world, number)
    posted = [sent for sent in world.target.writes if sent.method == "POST"]
    assert len(posted) == 4


def test_a_run_goes_on_at_another_worker_when_its_own_is_declared_dead(workers: Workers) -> None:
    """The first one is not dead at all: it wakes in the middle of a batch, and nothing that it still does takes effect."""
    world = workers.world
    world.make_app()
    world.become(everyone(*many(250)))
    dead, other = workers.engine(worker="dead"), workers.engine(worker="other")
    declared = threading.Event()

    def watch(_sent: Sent) -> None:
        if len(world.target.log) > 120 and not declared.is_set():
            declared.set()
            declare_dead(world, dead)

    world.target.watch = watch
    with serving(dead) as thread:
        until(declared.is_set)
        with serving(other):
            until(lambda: len(world.target.users) == 250 and all_done(world))
            assert thread.is_alive()
    made = [sent for sent in world.target.writes if sent.method == "POST"]
    assert len(made) == len(world.target.users) == 250, "nobody was made twice"
    with world.db.read() as c:
        leases = c.raw.execute("SELECT worker, fence FROM app_leases").fetchall()
        assert leases[0][0] == ""
        assert leases[0][1] >= 2
        assert c.raw.execute("SELECT count(*) FROM jobs WHERE state = 'failed'").fetchone() == (0,)


def test_what_a_run_that_lost_its_app_still_writes_is_refused_and_ends_no_job(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = workers.world
    app = world.make_app()
    world.become(everyone("A", "B"))
    frozen = workers.engine(worker="frozen")
    plan = Run.plan
    taken = threading.Event()

    async def steal(self: Any, attempt: int) -> dict[str, Any]:
        if not taken.is_set():
            taken.set()
            with world.db.write(serial=events.SERIAL) as c:  # as another worker does that has found it dead
                c.script([f"UPDATE app_leases SET worker = 'other', fence = fence + 1 WHERE app_id = {app.id}"])
                c.script(["INSERT INTO workers VALUES ('other', 'there', 1, 'live', 1, 99999999999999)"])
        return await plan(self, attempt)

    monkeypatch.setattr(Run, "plan", steal)
    with serving(frozen):
        until(taken.is_set)
        time.sleep(0.3)
        with world.db.read() as c:
            [job] = jobs.running(c)
            assert c.raw.execute("SELECT count(*) FROM plans").fetchone() == (0,)
        assert world.target.log == []
        with world.db.write(serial=events.SERIAL) as c:
            c.script(["UPDATE workers SET standing = 'left' WHERE name = 'other'"])
        until(lambda: len(world.target.users) == 2 and all_done(world))
    with world.db.read() as c:
        done = jobs.get(c, job.id)
    assert done is not None
    assert done.state == jobs.DONE, "it was done in the end, by who could"


def test_a_command_beside_workers_waits_for_them(workers: Workers) -> None:
    world, command = workers.world, workers.engine(worker="command")
    world.make_app("provisioning=off")
    with serving(workers.engine(worker="one")), serving(workers.engine(worker="other")):
        until(lambda: is_taken(command))
        world.set("provisioning=on")
        assert command.wait(command.order(world.app().id, "sync", {}))["failed"] == 0
    assert all("command" not in names for names in who_did(world).values())


def test_a_failed_run_pauses_for_every_worker(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    world = workers.world
    world.make_app()
    tried: list[str] = []

    async def broken(self: Any, attempt: int) -> dict[str, Any]:
        tried.append("plan")
        raise LookupError("a mistake of ours")

    monkeypatch.setattr(Run, "plan", broken)
    world.become(everyone("A"))
    with serving(workers.engine()), serving(workers.engine()), serving(workers.engine()):
        until(lambda: bool(tried))
        time.sleep(0.5)
    assert len(tried) == 1


def test_workers_that_share_a_witness_do_not_take_each_other_for_a_copy(workers: Workers, tmp_path: Any) -> None:
    """On one machine, with one folder: the marks of both are in one file, in any order."""
    world = workers.world
    for name in ("first", "second", "third"):
        world.make_app(name=name)
    engines = [workers.engine(folder=tmp_path) for _ in range(2)]
    with serving(engines[0]), serving(engines[1]):
        for number in range(1, 6):
            world.become(everyone(*many(number * 20)))
            came_to(world, number * 20)
    with world.db.read() as c:
        assert c.raw.execute("SELECT count(*) FROM installation_apps").fetchone() == (0,)
        assert c.raw.execute("SELECT count(*) FROM jobs WHERE state = 'failed'").fetchone() == (0,)


def test_a_thread_of_a_worker_that_ended_is_no_worker(workers: Workers) -> None:
    world = workers.world
    world.make_app()
    engine = workers.engine()
    with serving(engine) as thread:
        until(lambda: is_taken(workers.engine()))
    thread.join(PATIENCE)
    assert not is_taken(workers.engine())
