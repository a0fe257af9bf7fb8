"""Mappings over a whole directory: `python -m benchmarks.directory.mappings [--people N] [--mappings N]`.

Each person meets one mapping, which gives a role and sets the title.  Reapplied twice: the first time everybody changes, the
second time nobody does.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.support import machine
from benchmarks.support.text import heading, table
from lockstep.idp.directory import actions, bulk
from lockstep.idp.directory.conditions.records import Condition
from lockstep.idp.directory.mappings import actions as mappings
from lockstep.idp.directory.mappings.records import Action, Mapping
from lockstep.idp.directory.records import User
from lockstep.idp.events import SERIAL
from lockstep.idp.storage import open_idp
from lockstep.kit.clock import now_ms
from lockstep.kit.db import Database

ACTOR = "a benchmark"
AIM_SECONDS = 30.0
Row = tuple[str, str]


def prepare(db: Database, people: int, count: int) -> None:
    """So many people, and so many mappings, which are saved and not in force."""
    with db.write(serial=SERIAL) as c:
        bulk.add_users(
            c,
            (
                User(employee_id=f"E{one:07}", user_name=f"u{one}@example.com", department=f"D{one % count}", title="none")
                for one in range(people)
            ),
        )
        for one in range(count):
            role = actions.create_role(c, f"Role {one}", actor=ACTOR, now=now_ms())
            gives = Action("add_role", (str(role.id),)), Action("set_title", (f"{{department}} {one}",))
            of = (Condition("department", "equals", f"D{one}"),)
            mappings.save(c, Mapping(f"Mapping {one}", gives, conditions=of), now_ms(), actor=ACTOR)


def reapply(db: Database) -> tuple[float, float]:
    """Reapply all mappings: the seconds of all pieces together, and of the longest, for which other writers wait."""
    begun = time.perf_counter()
    with db.write(serial=SERIAL) as c:
        mappings.apply(c, now_ms(), actor=ACTOR)
    longest, more = 0.0, True
    while more:
        piece = time.perf_counter()
        with db.write(serial=SERIAL) as c:
            more = mappings.go_on(c, now_ms())
        longest = max(longest, time.perf_counter() - piece)
    return time.perf_counter() - begun, longest


def measure(db: Database) -> Iterator[Row]:
    """What each thing took."""
    begun = time.perf_counter()
    with db.read() as c:
        shown = mappings.preview(c, mappings.mappings_of(c).edited)
    yield f"whom they would change ({shown.changed:,})", f"{time.perf_counter() - begun:.1f} s"
    for what in ("reapply, everybody changes", "reapply, nobody does"):
        whole, longest = reapply(db)
        yield what, f"{whole:.1f} s, longest piece {longest:.2f} s (aim {AIM_SECONDS:.0f} s)"
    begun = time.perf_counter()
    with db.write(serial=SERIAL) as c:
        actions.change_user(c, 1, {"department": "D1"}, actor=ACTOR, now=now_ms())
    yield "one person's department changes", f"{(time.perf_counter() - begun) * 1000:.1f} ms"


def run(people: int = 100_000, count: int = 20) -> None:
    """Fill, measure, print."""
    heading(f"{count} mappings over {people:,} people, SQLite")
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
        db = open_idp(Path(folder), None)
        try:
            prepare(db, people, count)
            table(("what", "took"), list(measure(db)))
        finally:
            db.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.directory.mappings", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--mappings", type=int, default=20)
    given = parser.parse_args()
    run(given.people, given.mappings)
