"""The guard when a worker starts, and before each batch, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp.apps import actions as apps
from lockstep.idp.provisioning import actions, jobs
from lockstep.idp.provisioning.engine import Engine
from lockstep.idp.provisioning.installation import actions as installation
from lockstep.idp.provisioning.installation import store, witness
from lockstep.idp.provisioning.installation.judge import AWAY_MS
from lockstep.idp.provisioning.installation.records import HeldProblem, NotComparedProblem
from lockstep.kit.problems import Problem
from tests.idp.provisioning.target import Fault, Sent
from tests.idp.provisioning.world import World, everyone


class Installed:
    """A world with its engine, in a folder for the witness; each `job` is a worker of its own."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.engine = Engine(world.db, world.vault, world.clock, folder=folder)

    @property
    def file(self) -> Path:
        """The witness."""
        return Path(self.engine.guard.files[0])

    def job(self, kind: str = "sync", **orders: Any) -> dict[str, Any]:
        return self.engine.wait(self.engine.order(self.world.app().id, kind, orders))

    def mark(self) -> int:
        with self.world.db.read() as c:
            found = store.read(c)
        assert found is not None
        return found.mark

    def set_back(self, mark: int) -> None:
        """The database is an earlier one, as far as the guard can tell."""
        with self.world.write() as c:
            c.script([f"UPDATE installation SET mark = {mark}"])

    def start(self) -> None:
        with self.world.write() as c:
            actions.start(c, apps.find_app(c, "aws"), self.world.now)

    def held(self) -> str:
        number = self.world.app().id
        with self.world.db.read() as c:
            found = installation.held(c, number)
        return "" if found is None else found.reason


@pytest.fixture
def installed(each_world: World, tmp_path: Path) -> Iterator[Installed]:
    each_world.make_app()
    each_world.become(everyone("A", "B"))
    made = Installed(each_world, tmp_path)
    yield made
    made.engine.fleet.leave()


def test_a_witness_speaks_of_every_batch_before_it_is_sent(installed: Installed) -> None:
    seen: list[int] = []

    def look(_sent: Sent) -> None:
        seen.append(witness.read(installed.file).mark)

    installed.world.target.watch = look
    installed.job()
    assert seen == [1, 1]
    assert installed.mark() == 1
    installed.world.become(everyone("A", "B", "C"))
    installed.job()
    assert seen == [1, 1, 2]


def test_ordinary_restarts_stop_nothing_and_ask_nothing(installed: Installed) -> None:
    for keys in ("AB", "ABC", "ABCD"):
        installed.world.become(everyone(*keys))
        assert installed.job()["failed"] == 0
    assert installed.held() == ""
    assert {sent.method for sent in installed.world.target.log} == {"POST"}


def test_an_older_database_sends_nothing_until_it_was_compared_and_let_go(installed: Installed) -> None:
    installed.job()
    installed.world.target.log.clear()
    installed.set_back(0)
    installed.world.become(everyone("A", "B", "C"))
    with pytest.raises(Problem, match=r"older than .* says: a backup was restored"):
        installed.job()
    assert installed.world.target.log == []
    kinds = [event.type.value for event in installed.world.events()]
    assert kinds.count("installation.held") == 1

    with pytest.raises(NotComparedProblem, match="lockstep idp drift aws"):
        installed.start()
    found = installed.job("drift")
    assert found["differences"] == []
    assert installed.world.target.writes == []
    with pytest.raises(Problem, match="nothing is sent to aws"):
        installed.job()
    with installed.world.db.read() as c:
        shown = installation.describe(c)
    assert shown["state"] == "held"
    assert shown["apps"][0]["comparison"]["count"] == 0

    installed.start()
    result = installed.job()
    assert (result["applied"], result["check"]["differences"]) == (1, 0)
    assert "check" not in installed.job(), "it is read once"
    assert installed.held() == ""


def test_what_is_in_the_witness_is_never_given_twice_after_a_restore(installed: Installed) -> None:
    installed.job()
    installed.world.become(everyone("A", "B", "C"))
    installed.job()
    installed.set_back(0)
    with pytest.raises(Problem):
        installed.job()
    assert installed.mark() > 2
    assert witness.read(installed.file).mark == installed.mark()


def test_a_copy_that_is_at_work_stops_this_one_in_the_middle_of_a_run(installed: Installed) -> None:
    """Both know the same witness, and the other one has sent something."""
    installed.job()
    number = witness.read(installed.file).id

    def another(sent: Sent) -> None:
        if sent.method == "POST":
            witness.write(installed.file, number, 1_000)

    installed.world.target.watch = another
    installed.world.become(everyone(*(f"N{index:03}" for index in range(130)), "A", "B"))
    with pytest.raises(Problem, match="more was sent than this database knows"):
        installed.job()
    assert len(installed.world.target.writes) == 2 + 100
    assert "another copy" in installed.held()


@pytest.mark.parametrize(("ahead", "known", "stops"), [(1, True, False), (1, False, True), (5, True, True)])
def test_a_higher_mark_is_a_colleagues_only_if_this_very_database_knows_them_and_has_come_as_far(
    installed: Installed, ahead: int, known: bool, stops: bool
) -> None:
    """Between a claim and its mark in the witness, another worker on the same database may have written a higher one."""
    installed.job()
    guard = installed.engine.guard
    with installed.world.write() as c:
        number, mark = guard.raised(c)
        guard.raised(c)  # by the other one
        if known:
            c.script(["INSERT INTO workers VALUES ('colleague', 'there', 1, 'live', 1, 1)"])
    witness.write(installed.file, number, mark + ahead, "colleague")
    if stops:
        with pytest.raises(HeldProblem, match="more was sent than this database knows"):
            guard.vouch(number, mark)
    else:
        guard.vouch(number, mark)
        assert witness.read(installed.file).mark == mark + ahead, "the higher one stands"
        assert installed.held() == ""


def test_a_worker_beside_others_may_come_without_a_witness(installed: Installed) -> None:
    """Another machine has a folder of its own; where nobody else is at work, the missing file is a reason to look."""
    installed.job()
    installed.file.unlink()
    assert installed.engine.guard.open(beside_others=True) is None
    assert witness.read(installed.file).mark == installed.mark()
    installed.file.unlink()
    found = installed.engine.guard.open()
    assert found is not None
    assert "is missing" in found.reason


def test_the_target_is_asked_after_a_long_absence_and_found_to_be_ahead(installed: Installed) -> None:
    """A machine was set back with all its disks: nothing beside the database shows it."""
    installed.job()
    world = installed.world
    world.now += 3 * AWAY_MS
    world.target.users["later"] = {
        "id": "later",
        "userName": "C@x.example",
        "externalId": "C",
        "meta": {"created": "2023-11-15T00:30:00Z"},
    }
    world.become(everyone("A", "B", "C"))
    world.target.log.clear()
    with pytest.raises(Problem, match=r"C@x\.example was made at the target after this database was last at work"):
        installed.job()
    assert [sent.method for sent in world.target.log] == ["GET"]
    assert installed.held()
    installed.job("drift")
    with world.write() as c:
        apps.change_settings(c, apps.find_app(c, "aws"), ["adopt=adopt"], world.now)
    installed.start()
    installed.job()
    assert len(world.target.users) == 3, "nobody is made twice"


def test_after_a_long_absence_a_target_that_is_not_ahead_costs_a_read_and_stops_nothing(installed: Installed) -> None:
    installed.job()
    world = installed.world
    world.now += 3 * AWAY_MS
    world.become(everyone("A", "B", "C"))
    world.target.log.clear()
    result = installed.job()
    assert (result["requests"], result["floor"]) == (1, 1)
    assert [sent.method for sent in world.target.log] == ["GET", "POST"]
    world.become(everyone("A", "B", "C", "D"))
    installed.job()
    assert [sent.method for sent in world.target.log] == ["GET", "POST", "POST"]


def test_a_target_that_cannot_be_asked_gets_nothing(installed: Installed) -> None:
    installed.job()
    installed.world.now += 3 * AWAY_MS
    installed.world.become(everyone("A", "B", "C"))
    installed.world.target.log.clear()
    installed.world.target.faults = lambda sent: Fault(500) if sent.method == "GET" else None
    with pytest.raises(Problem, match="the target could not be read"):
        installed.job()
    assert installed.world.target.writes == []
    installed.world.target.faults = lambda _sent: None
    assert installed.job()["applied"] == 1


def test_a_database_that_never_ran_beside_the_witness_of_another_one_is_looked_at(installed: Installed) -> None:
    witness.write(installed.file, "another", 5)
    with pytest.raises(Problem, match="speaks of another installation"):
        installed.job()
    assert installed.world.target.log == []


def test_a_witness_that_cannot_be_written_lets_nothing_be_sent(installed: Installed, tmp_path: Path) -> None:
    engine = Engine(
        installed.world.db, installed.world.vault, installed.world.clock, folder=tmp_path, witness=tmp_path / "gone" / "w"
    )
    with pytest.raises(Problem, match="cannot be written, so nothing is sent"):
        engine.wait(engine.order(installed.world.app().id, "sync", {}))
    assert installed.world.target.log == []


def test_accepting_asks_for_a_comparison_unless_somebody_says_so(installed: Installed) -> None:
    installed.job()
    installed.set_back(0)
    with pytest.raises(Problem):
        installed.job()
    with installed.world.write() as c, pytest.raises(NotComparedProblem, match="not compared with the target yet: aws"):
        installation.accept(c, 1)
    with installed.world.write() as c:
        (app,) = installation.accept(c, 1, unseen=True, steady=False)
        found = store.read(c)
    assert app.name == "aws"
    assert found is not None
    assert not found.files
    assert installed.job()["failed"] == 0


def test_a_held_app_does_not_run_by_itself(installed: Installed) -> None:
    app = installed.world.app()
    with installed.world.write() as c:
        installation.hold(c, app, "a test", 1, 1)
    with installed.world.db.read() as c, pytest.raises(HeldProblem):
        installation.check(c, app)
    installed.engine.scheduler.look()
    with installed.world.db.read() as c:
        assert jobs.queued(c) == []
