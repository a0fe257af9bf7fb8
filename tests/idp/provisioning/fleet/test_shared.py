"""Workers side by side on PostgreSQL: who is at work, whose an app is, and what one may write that it is not any more."""

import time
from collections.abc import Callable

import psycopg
import pytest

from lockstep.idp import events
from lockstep.idp.provisioning.fleet import shared, store
from lockstep.idp.provisioning.fleet.records import Fence, Fenced
from lockstep.idp.provisioning.fleet.shared import Shared
from tests.idp.provisioning.fleet.colleagues import APP, Colleagues

PATIENCE = 30.0
LONG_MS = int(shared.PATIENCE_SECONDS * 1000) + 1000


def soon(found: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def apps_of(colleagues: Colleagues) -> dict[str, list[int]]:
    with colleagues.db.read() as c:
        return {worker.name: found for worker, found in store.at_work(c)}


def test_any_number_are_at_work_together_and_each_sees_the_others(colleagues: Colleagues) -> None:
    first = colleagues.worker("first")
    assert not first.busy()
    second = colleagues.worker("second")
    assert (first.busy(), second.busy(), first.alive(), second.alive()) == (True, True, True, True)
    second.leave()
    assert (first.busy(), second.alive(), second.busy()) == (False, False, True)


def test_a_command_is_at_work_only_where_nobody_else_is(colleagues: Colleagues) -> None:
    server = colleagues.worker("server")
    command = colleagues.worker("command", joined=False)
    assert not command.join(only=True)
    server.leave()
    assert command.join(only=True)


def test_an_app_belongs_to_one_of_them_until_it_is_given_back(colleagues: Colleagues) -> None:
    first, second = colleagues.worker("first"), colleagues.worker("second")
    fence = colleagues.claimed(first)
    assert fence == Fence(APP, 1)
    assert colleagues.claimed(second) is None
    assert colleagues.claimed(second, APP + 1) == Fence(APP + 1, 1)
    assert apps_of(colleagues) == {"first": [APP], "second": [APP + 1]}
    first.release(fence)
    assert colleagues.claimed(second) == Fence(APP, 2)


def test_what_a_worker_had_is_anybodys_once_it_has_left(colleagues: Colleagues) -> None:
    first, second = colleagues.worker("first"), colleagues.worker("second")
    assert colleagues.claimed(first)
    with colleagues.db.read() as c:
        assert (first.free(c, APP), second.free(c, APP)) == (True, False)
    first.leave()
    with colleagues.db.read() as c:
        assert (first.free(c, APP), second.free(c, APP)) == (False, True)
    assert colleagues.claimed(second) == Fence(APP, 2)


def test_one_that_is_at_work_nowhere_gets_nothing(colleagues: Colleagues) -> None:
    assert colleagues.claimed(colleagues.worker("first", joined=False)) is None


def test_one_that_is_heard_of_is_never_declared_dead(colleagues: Colleagues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 1.0)
    first, second = colleagues.worker("first"), colleagues.worker("second")
    fence = colleagues.claimed(first)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        second.bury()
        assert first.alive()
    assert fence
    assert colleagues.claimed(second) is None


def test_one_that_is_not_heard_of_loses_its_app_and_can_write_nothing_about_it(colleagues: Colleagues) -> None:
    frozen, other = colleagues.worker("frozen"), colleagues.worker("other")
    fence = colleagues.claimed(frozen)
    assert fence
    behind = frozen.behind(fence)
    with behind.write(serial=events.SERIAL) as c:
        c.script(["INSERT INTO app_leases VALUES (99, '', 1)"])  # it may, up to now
    colleagues.silence(frozen, for_ms=LONG_MS)
    assert colleagues.claimed(other) is None, "nobody has declared it dead yet"
    other.bury()
    assert colleagues.claimed(other) == Fence(APP, 2)
    with pytest.raises(Fenced), behind.write(serial=events.SERIAL) as c:
        c.script(["INSERT INTO app_leases VALUES (100, '', 1)"])
    with behind.read() as c, behind.snapshot() as s:
        assert c.raw.execute("SELECT app_id FROM app_leases WHERE app_id > 50").fetchall() == [(99,)]
        assert s.raw.execute("SELECT count(*) FROM app_leases").fetchone() == (2,)
    frozen.release(fence)  # which it has no more
    assert apps_of(colleagues) == {"other": [APP]}


def test_one_that_was_declared_dead_hears_of_it_and_begins_anew_under_another_name(colleagues: Colleagues) -> None:
    worker, other = colleagues.worker("worker"), colleagues.worker("other")
    fence = colleagues.claimed(worker)
    with colleagues.db.write() as c:
        c.script(["UPDATE workers SET standing = 'dead' WHERE name = 'worker'"])
    assert soon(lambda: not worker.alive())
    assert colleagues.claimed(worker) is None
    assert fence
    with worker.behind(fence).write(serial=events.SERIAL):
        pass  # nobody has claimed it yet, so nothing can be out of turn
    worker.leave()
    assert worker.join()
    assert (worker.name, worker.alive()) == ("worker.1", True)
    assert colleagues.claimed(worker) == Fence(APP, 2)
    assert set(apps_of(colleagues)) == {"worker.1", other.name}


def test_one_that_cannot_say_that_it_is_there_stops_by_its_own_clock(
    colleagues: Colleagues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away: nobody tells it that it was declared dead, and it must know in time all the same."""
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 0.5)
    worker = colleagues.worker("worker")

    def away(*_: object) -> bool:
        raise psycopg.OperationalError("the database is shutting down")

    with monkeypatch.context() as patch:
        patch.setattr(store, "beat", away)
        assert soon(lambda: not worker.alive())
    assert soon(worker.alive), "nobody has declared it dead, so it goes on once it is heard of again"


def test_a_connection_that_was_ended_is_made_again(colleagues: Colleagues) -> None:
    worker = colleagues.worker("worker")

    def beat() -> int:
        with colleagues.db.read() as c:
            return next(one.beat for one, _ in store.at_work(c))

    before = beat()
    assert soon(lambda: beat() > before)
    with psycopg.connect(colleagues.db.url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE query LIKE 'UPDATE workers SET beat%'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    before = beat()
    assert soon(lambda: beat() > before)
    assert worker.alive()


def test_leaving_a_database_that_is_away_is_no_failure(colleagues: Colleagues, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = colleagues.worker("worker")

    def away(*_: object) -> None:
        raise psycopg.OperationalError("the database is shutting down")

    monkeypatch.setattr(store, "end", away)
    worker.leave()
    assert not worker.alive()


def test_workers_that_have_ended_are_forgotten_after_a_while(colleagues: Colleagues) -> None:
    def known(name: str) -> bool:
        with colleagues.db.read() as c:
            return store.is_known(c, name)

    colleagues.worker("old").leave()
    with colleagues.db.write() as c:
        c.script([f"UPDATE workers SET beat = beat - {store.KEPT_MS + 60_000}"])
    colleagues.worker("recent").leave()
    colleagues.worker("new")
    assert [known(name) for name in ("old", "recent", "new", "never")] == [False, True, True, False]


def test_a_fence_stands_in_the_way_of_who_comes_after_until_the_write_is_done(colleagues: Colleagues) -> None:
    """A claim waits for a write that has shown its number: no moment lies between the look and the write."""
    worker, other = colleagues.worker("worker"), colleagues.worker("other")
    fence = colleagues.claimed(worker)
    assert fence
    with worker.behind(fence).write():
        worker.leave()
        with pytest.raises(psycopg.errors.LockNotAvailable), colleagues.db.write() as c:
            c.raw.execute("SET LOCAL lock_timeout = '200ms'")
            other.claim(c, APP)
    assert colleagues.claimed(other) == Fence(APP, 2)


def test_no_two_have_the_same_number(colleagues: Colleagues) -> None:
    workers: list[Shared] = [colleagues.worker(f"w{number}") for number in range(4)]
    numbers = []
    for turn in range(12):
        fence = colleagues.claimed(workers[turn % 4])
        assert fence
        numbers.append(fence.number)
        workers[turn % 4].release(fence)
    assert numbers == list(range(1, 13))
