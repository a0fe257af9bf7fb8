"""Three workers on one PostgreSQL database: one is killed; one is frozen, and wakes when others have what it had."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lockstep.idp.provisioning import jobs
from lockstep.idp.provisioning.fleet import shared
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database
from tests.faults.conftest import company
from tests.support.company import held_of
from tests.support.postgres import PostgresServer
from tests.support.sides import Center, Process, Side

pytestmark = pytest.mark.slow

APPS = ("first", "second", "third", "fourth")
RATE = 6
PATIENCE = 90.0
SETTINGS = "provisioning=on groups=on approve-create=off approve-update=off approve-delete=off"


def until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return value


@dataclass
class Scene:
    """One directory, four apps, each with an instance of its own."""

    idp: Side
    centers: dict[str, Center]
    database: Database

    def working(self) -> dict[int, list[str]]:
        """The apps each process works on."""
        return {one["pid"]: one["apps"] for one in self.idp.must("workers", "--json").lines()}

    def running(self) -> bool:
        with self.database.read() as c:
            return bool(jobs.running(c) or jobs.queued(c))

    def made(self) -> int:
        """People whom the identity provider knows to be there, at all of them."""
        with self.database.read() as c:
            return int(c.raw.execute("SELECT count(*) FROM user_links").fetchone()[0])


@contextmanager
def scene(folder: Path, server: PostgresServer) -> Iterator[Scene]:
    with ExitStack() as ends:
        idp = Side("idp", folder / "idp", ends.enter_context(server.database()))
        first = Center(Side("center", folder / "center"))
        ends.callback(first.kill)
        first.set_up()
        centers = {APPS[0]: first}
        for name in APPS[1:]:
            centers[name] = first.another(name)
        idp.must("import", str(company().write(folder / "roster")))
        for name, center in centers.items():
            (folder / name).write_text(center.token)
            where = ("--scim-url", center.scim_url, "--token-file", str(folder / name), "--allow-loopback")
            idp.must("app", "create", name, "--connector", "aws-iam-identity-center", *where)
            idp.must("app", "assign", name, "--everyone")
            idp.must("app", "set", name, *SETTINGS.split(), f"rate={RATE}")
            idp.must("app", "stop", name)
        database = open_idp(idp.folder, idp.url)
        ends.callback(database.close)
        yield Scene(idp, centers, database)


def test_what_a_dead_or_a_frozen_worker_had_goes_on_elsewhere(tmp_path: Path, postgres: PostgresServer) -> None:
    with scene(tmp_path, postgres) as there, ExitStack() as ends:
        workers = {}
        for _ in range(3):
            process = ends.enter_context(there.idp.begin("worker"))
            workers[process.pid] = process
        until(lambda: len(there.working()) == len(workers))
        for name in APPS:
            there.idp.must("app", "start", name)
        until(lambda: there.made() > 20)
        busy = until(lambda: _with_work(there, workers))
        dead, frozen, *_ = busy
        workers[dead].kill_now()
        os.kill(frozen, signal.SIGSTOP)
        try:
            stopped = time.monotonic()
            until(lambda: set(there.working()) == workers.keys() - {dead, frozen})
            assert time.monotonic() - stopped < shared.PATIENCE_SECONDS + 20
            until(lambda: not there.running())
        finally:
            os.kill(frozen, signal.SIGCONT)
        until(lambda: frozen in there.working())  # under another name
        for name, center in there.centers.items():
            (result,) = there.idp.must("sync", name, "--full", "--json").lines()
            assert (result["requests"], result["failed"], result["check"]["differences"]) == (0, 0, 0), f"{name}: {result}"
            _assert_equal(center)


def _with_work(there: Scene, workers: dict[int, Process]) -> list[int]:
    """The processes that work on something, if there are two."""
    found = [pid for pid, apps in there.working().items() if apps and pid in workers]
    return found if len(found) > 1 else []


def _assert_equal(center: Center) -> None:
    groups = center.groups()
    members = {group["id"]: {member["value"] for member in group["members"]} for group in groups}
    held = held_of(center.users(), groups, members)
    found = company().expected().differences(held)
    assert not found, "\n".join(found)
    done = center.done()
    assert (done["CreateUser"], done["CreateGroup"]) == (len(held.people), len(held.groups)), "something was made twice"
