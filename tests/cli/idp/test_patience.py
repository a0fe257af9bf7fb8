"""A command that waits for a server says so, and does not wait for ever."""

import pytest

from lockstep.cli.idp.patience import AGAIN_SECONDS, SAY_SECONDS, SILENT_SECONDS, UNBEGUN_SECONDS, Patience, WaitedProblem
from lockstep.idp import events
from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.fleet.fleet import fleet_of
from lockstep.idp.provisioning.installation import store
from lockstep.idp.provisioning.installation.records import Installation, Place
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database
from tests.cli.idp.command import Idp


class Waiter:
    """A filed job, and a clock by hand."""

    def __init__(self, database: Database, most: float | None = None) -> None:
        self.db = database
        with database.write(serial=events.SERIAL) as c:
            self.job = jobs.add(c, 1, "sync", {}, 1_800_000_000_000)
        self.at = 100.0
        self.patience = Patience(database, self.job, most, lambda: self.at)

    def pass_by(self, seconds: float) -> None:
        """Time passes, and is waited."""
        until = self.at + seconds
        while self.at < until:
            self.at += 1.0
            self.patience()

    def begin(self) -> None:
        """A worker begins the job."""
        with self.db.write(serial=events.SERIAL) as c:
            jobs.start(c, self.job, "17-ab")


def waiter(idp: Idp, most: float | None = None) -> Waiter:
    idp.make_app()
    return Waiter(open_idp(idp.data, None), most)


def test_after_a_few_seconds_it_says_what_it_waits_for(idp: Idp, capsys: pytest.CaptureFixture[str]) -> None:
    one = waiter(idp)
    one.begin()
    one.pass_by(SAY_SECONDS - 1)
    assert capsys.readouterr().err == ""
    one.pass_by(1)
    said = "lockstep: waiting for job 1, sync of aws, under way at worker 17-ab, filed 2027-01-15T08:00:00Z\n"
    assert capsys.readouterr().err == said
    one.pass_by(AGAIN_SECONDS)
    assert capsys.readouterr().err == said
    one.db.close()


def test_a_server_that_begins_nothing_is_not_waited_for(idp: Idp) -> None:
    one = waiter(idp)
    with one.db.write(serial=events.SERIAL) as c:
        store.add(c, Installation("i", Place("/x"), 0, 0, 0))
    one.pass_by(UNBEGUN_SECONDS - 2)
    with one.db.write(serial=events.SERIAL) as c:
        store.set_alive(c, 1_800_000_000_000)
    with pytest.raises(WaitedProblem, match=r"has begun nothing for 6\d s: stop it, and start it again\. Waited for job 1"):
        one.pass_by(5)
    one.db.close()


def test_one_that_is_under_way_is_waited_for_as_long_as_anything_is_heard(idp: Idp) -> None:
    one = waiter(idp)
    one.begin()
    one.pass_by(SILENT_SECONDS - 2)
    idp.become(["A"])
    one.pass_by(SILENT_SECONDS - 2)
    with pytest.raises(WaitedProblem, match="nothing was heard of the server for 90"):
        one.pass_by(5)
    one.db.close()


def test_no_longer_than_was_said(idp: Idp) -> None:
    one = waiter(idp, 10.0)
    one.begin()
    one.pass_by(9)
    with pytest.raises(WaitedProblem, match=r"not done within 10 s\. .* It stays filed; what comes of it: lockstep idp events"):
        one.pass_by(1)
    one.db.close()


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "aws"),
        ("drift", "aws"),
        ("takeover", "aws"),
        ("evidence", "make", "aws"),
        ("provision", "aws", "--user", "A", "--send"),
    ],
)
def test_each_command_that_waits_can_be_told_how_long(idp: Idp, words: tuple[str, ...]) -> None:
    idp.make_app()
    idp.become(["A"])
    database = open_idp(idp.data, None)
    other = fleet_of(database, "other")
    assert other.join()
    ended = idp.run(*words, "--wait", "0.2", "--json")
    other.leave()
    database.close()
    assert (ended.code, ended.out) == (1, "")
    assert "not done within 0.2 s. Waited for job 1, " in ended.err


def test_without_a_server_the_command_does_it_itself(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"])
    assert idp.done("sync", "aws", "--wait", "0", "--json").one["applied"] == 1
