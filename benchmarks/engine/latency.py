"""From saving an edit to the object changed at the target, alone and while another app runs a first sync.

`python -m benchmarks.engine.latency [--people N] [--edits N]`.  `lockstep idp serve` follows the directory, the centre is
another process with an instance for each app.  An edit is saved by a third, as a command would; the time runs from the end of
its transaction until the centre has committed the change.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.engine import rosters
from benchmarks.engine.received import Trail, trail_of
from benchmarks.engine.scenario import SETTINGS
from benchmarks.support import center, machine
from benchmarks.support.processes import LOCKSTEP, Server, lockstep, served
from benchmarks.support.text import heading, say, table
from lockstep.idp import events
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import bulk, store
from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database

PEOPLE = 100_000
FEW = 200
"""People of the app whose edits are timed."""
EDITS = 300
LONGEST_SECONDS = 120
POLL_SECONDS = 0.002
MOST_PAUSE_SECONDS = 0.3
"""Between two edits there is a pause of any length up to this one, so that they fall on all moments of a run."""
APPS = ("edited", "large")


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds from saving to the change at the target, and how many users the other app made meanwhile."""

    times: list[float]
    made: int

    def share(self, part: float) -> float:
        """The time within which this part of the edits were there."""
        return sorted(self.times)[min(len(self.times) - 1, int(part * len(self.times)))]


def _fill(folder: Path, people: int) -> None:
    """A directory with a role of a few."""
    db = open_idp(folder, None)
    with db.write(serial=events.SERIAL) as c:
        made = ({**rosters.person(number), "created_at": now_ms()} for number in range(people))
        bulk.add_users(c, (msgspec.convert(one, User) for one in made))
        bulk.add_roles(c, [Role(group_id="few", name="Few")])
        [role] = bulk.role_ids(c).values()
        ids = bulk.user_ids(c)
        bulk.add_members(c, ((role, ids[rosters.employee_id(number)], "{}") for number in range(FEW)), FOLDER)
    db.close()


def _app(folder: Path, name: str, tenant: center.Tenant, server: Server, *assigned: str) -> None:
    token = folder / "token"
    token.write_text(tenant.token)
    url = server.url + tenant.scim_path
    how = ("--connector", "aws-iam-identity-center", "--allow-loopback", "--scim-url", url, "--token-file", token)
    data = ("--data", folder / "idp")
    lockstep("idp", "app", "create", name, *how, *data)
    lockstep("idp", "app", "connect", name, "--json", *data)
    lockstep("idp", "app", "assign", name, *assigned, *data)
    lockstep("idp", "app", "set", name, *(one for one in SETTINGS if one != "provisioning=on"), *data)


def _edits(db: Database, trail: Trail, other: Trail, count: int, going: Callable[[], bool]) -> Waited:
    """Edits one after the other, as long as the other app is `going`."""
    chance, times, made = random.Random(1), list[float](), other.users()
    last = max((one.number for one in trail.since()), default=0)
    for number in range(count):
        if not going():
            break
        time.sleep(chance.uniform(0, MOST_PAUSE_SECONDS))
        with db.write(serial=events.SERIAL) as c:
            user = store.user_by_employee_id(c, rosters.employee_id(chance.randrange(FEW)))
            assert user is not None
            directory.change_user(c, user.id, {"title": f"{time.time_ns()} {number}"}, actor="somebody", now=now_ms())
        began = time.perf_counter()
        while not (found := trail.since(last)):
            if time.perf_counter() - began > LONGEST_SECONDS:
                raise RuntimeError("an edit never came to the centre")
            time.sleep(POLL_SECONDS)
        times.append((time.perf_counter() - began) * 1000)
        last = found[-1].number
    return Waited(times, other.users() - made)


def _until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} takes too long")
        time.sleep(0.05)


def measure(people: int = PEOPLE, edits: int = EDITS) -> tuple[Waited, Waited, list[str]]:
    """Alone; beside a first sync of everybody; and what the servers cost of a core meanwhile."""
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as name:
        folder = Path(name)
        _fill(folder / "idp", people)
        tenants = [center.made(folder / "center", name=app) for app in APPS]
        data: list[Any] = ["--data", folder / "idp"]
        words = [LOCKSTEP, "idp", "serve", *data, "--port", "0"]
        with (
            center.running(folder / "center") as there,
            trail_of(folder / "center", APPS[0]) as trail,
            trail_of(folder / "center", APPS[1]) as other,
        ):
            _app(folder, APPS[0], tenants[0], there, "--role", "Few")
            _app(folder, APPS[1], tenants[1], there, "--everyone")
            db = open_idp(folder / "idp", None)
            with served(folder / "idp.log", words) as here:
                lockstep("idp", "app", "set", APPS[0], "provisioning=on", *data)
                _until("the first run of the few", lambda: trail.users() == FEW)
                time.sleep(2)
                alone = _edits(db, trail, other, edits, lambda: True)
                busy = [here.cpu(), there.cpu()]
                lockstep("idp", "app", "set", APPS[1], "provisioning=on", *data)
                beside = _edits(db, trail, other, edits, lambda: other.users() < people)
                busy = [here.cpu() - busy[0], there.cpu() - busy[1]]
            db.close()
    return alone, beside, [f"{seconds:.1f} s" for seconds in busy]


def _row(name: str, waited: Waited) -> tuple[str, ...]:
    shown = (statistics.median(waited.times), waited.share(0.99), max(waited.times))
    return name, str(len(waited.times)), *(f"{one:,.0f} ms" for one in shown), f"{waited.made:,}"


def run(*, people: int = PEOPLE, edits: int = EDITS) -> None:
    """Both, as a table."""
    heading("Engine: from saving an edit to the object at the target")
    alone, beside, (here, there) = measure(people, edits)
    rows = [_row("alone", alone), _row(f"beside a first sync of {people:,}", beside)]
    table(("", "edits", "p50", "p99", "most", "users made by the other app meanwhile"), rows)
    say(f"\nBeside the sync the identity provider was busy for {here} of a core, the centre for {there}.")
    say("Aims: p50 under 300 ms, p99 under 1 s, in both.")


def main() -> None:
    """`python -m benchmarks.engine.latency`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.latency", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE, help="whom the other app makes in its first sync")
    parser.add_argument("--edits", type=int, default=EDITS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    run(people=given.people, edits=given.edits)


if __name__ == "__main__":
    main()
