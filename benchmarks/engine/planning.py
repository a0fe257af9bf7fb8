"""How long planning takes and how much memory, for directories of any size, with no target: nothing is sent.

`python -m benchmarks.engine.planning [PEOPLE GROUPS MEMBERS]...`; each directory lies in a SQLite file of its own, and each
figure is from a process of its own, so that its memory is its own, too.

Filling a directory of a million takes longer than planning it: with `--keep FOLDER` each filled directory stays in that folder,
and the next time it is copied from there.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.engine import rosters
from benchmarks.support import machine
from benchmarks.support.text import heading, say, table
from lockstep.idp import events
from lockstep.idp.apps import actions as apps
from lockstep.idp.apps.rules import actions as rules
from lockstep.idp.apps.rules.records import Mapped, Rule
from lockstep.idp.directory import actions as directory
from lockstep.idp.directory import bulk, store
from lockstep.idp.directory.records import FOLDER, Role, User
from lockstep.idp.provisioning import ledger, links
from lockstep.idp.provisioning.planner import make_plan_apart
from lockstep.idp.provisioning.records import Kind, State
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database
from lockstep.kit.vault import Vault

NOW = 1_700_000_000_000
EDITS = 50
SIZES = ((10_000, 1_000, 100_000), (100_000, 10_000, 500_000), (1_000_000, 100_000, 5_000_000))
SETTINGS = ["provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off"]
KINDS = ("plain", "rules", "pilot")


def fill(folder: Path, people: int, groups: int, members: int, kind: str = "plain") -> None:
    """A directory of so many people and roles, and an app that everyone has; by `kind` it has rules, or is limited."""
    db = open_idp(folder, None)
    each = members // groups
    with db.write(serial=events.SERIAL) as c:
        bulk.add_users(c, (msgspec.convert({**rosters.person(number), "created_at": NOW}, User) for number in range(people)))
        bulk.add_roles(c, (Role(group_id=f"G{number:06}", name=f"Group {number}") for number in range(groups)))
        users, roles = list(bulk.user_ids(c).values()), list(bulk.role_ids(c).values())
        bulk.add_members(c, _seats(roles, users, each), FOLDER)
        app = apps.create_app(
            c,
            Vault(bytes(32)),
            name="aws",
            connector="aws-iam-identity-center",
            scim_url="https://scim.example.com/t/scim/v2",
            token="t",
            allow_loopback=False,
            now=NOW,
        )
        apps.change_settings(c, app, SETTINGS, NOW)
        apps.assign(c, app, None, NOW)
        if kind == "rules":
            rules.save(c, app, Rule("all", (Mapped("role", "(.*)"),)), NOW, actor="somebody")
            rules.apply(c, app, NOW, actor="somebody")
        elif kind == "pilot":
            apps.change_settings(c, app, [f"pilot-people={max(EDITS * 17, people // 20)}"], NOW)
    db.close()


def _seats(roles: list[int], users: list[int], each: int) -> Iterator[tuple[int, int, str]]:
    """Members who lie together, and begin somewhere else for each role."""
    for number, role in enumerate(roles):
        start = number * 7919 % len(users)
        for seat in range(each):
            yield role, users[(start + seat) % len(users)], "{}"


def plan_from_nothing(db: Database) -> dict[str, Any]:
    """The first plan of all."""
    return _timed(db)


def settle(db: Database) -> dict[str, Any]:
    """What the plan says is at the target now."""
    with db.write(serial=events.SERIAL) as c:
        app = apps.find_app(c, "aws")
        target = links.target_of(c, app.id, app.scim_url)
        plan = ledger.newest_whole(c, app.id)
        assert plan is not None
        for placed in ledger.all_changes(c, plan.id):
            change = placed.change
            if change.object == "user":
                links.put_user(c, target, change.key, f"u-{change.key}", change.payload["document"], made=True)
            elif change.kind is Kind.CREATE:
                feeders = change.payload["feeders"]
                link = links.put_group(c, target, change.key, change.name, f"g-{change.key}", feeders, made=True)
                links.add_members(c, link, ((f"u-{key}", key) for key, _ in change.payload["add"]), added=True)
        ledger.settle(c, plan.id, State.READY, State.DONE, "")
    return {}


def no_change(db: Database) -> dict[str, Any]:
    """A plan when nothing has happened."""
    return _timed(db)


def everybody(db: Database) -> dict[str, Any]:
    """A plan that looks at everybody, when nothing has happened."""
    return _timed(db, everything=True)


def one_edit(db: Database) -> dict[str, Any]:
    """Plans for one changed person each; the middle and the largest time."""
    taken, cpu = [], 0.0
    for number in range(EDITS):
        with db.write(serial=events.SERIAL) as c:
            key = rosters.employee_id(number * 17)
            user = store.user_by_employee_id(c, key)
            assert user is not None
            directory.change_user(c, user.id, {"title": f"Moved {number}"}, actor="somebody", now=NOW)
        timed = _timed(db)
        taken.append(timed["seconds"])
        cpu += timed["cpu"] / EDITS
        _applied(db)
    taken.sort()
    return {"seconds": taken[len(taken) // 2], "most": taken[-1], "cpu": cpu}


def _applied(db: Database) -> None:
    """The one change has gone through."""
    with db.write(serial=events.SERIAL) as c:
        app = apps.find_app(c, "aws")
        plan = ledger.newest_whole(c, app.id)
        assert plan is not None
        for placed in ledger.all_changes(c, plan.id):
            links.set_value(c, placed.change.link_id, placed.change.payload["document"])
        ledger.settle(c, plan.id, State.READY, State.DONE, "")


def _timed(db: Database, *, everything: bool = False) -> dict[str, Any]:
    with db.read() as c:
        app = apps.find_app(c, "aws")
    began, cpu = time.perf_counter(), time.process_time()
    plan = make_plan_apart(db, app, NOW, everything=everything)
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "floor": plan.floor}


STEPS: dict[str, Callable[[Database], dict[str, Any]]] = {
    "from nothing": plan_from_nothing,
    "settle": settle,
    "no change": no_change,
    "no change, everybody looked at": everybody,
    "one edit": one_edit,
}


def _child(folder: Path, step: str) -> None:
    db = open_idp(folder, None)
    found = STEPS[step](db)
    db.close()
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(msgspec.json.encode(found).decode())


def _filled(folder: Path, keep: Path | None, people: int, groups: int, members: int, kind: str) -> None:
    """A directory in `folder`: a copy of the one kept, where there is one; kept, if that is wanted."""
    if keep is None:
        fill(folder, people, groups, members, kind)
        return
    kept = keep / f"{people}-{groups}-{members}{'' if kind == 'plain' else f'-{kind}'}"
    if not kept.exists():
        half = keep / f"{kept.name}.part{os.getpid()}"
        fill(half, people, groups, members, kind)
        half.rename(kept)
    shutil.copytree(kept, folder, dirs_exist_ok=True)


def measure(people: int, groups: int, members: int, keep: Path | None = None, kind: str = "plain") -> None:
    """One directory, all steps."""
    heading(f"Planning: {people:,} people, {groups:,} groups, {members:,} memberships ({kind})")
    rows = []
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as place:
        _filled(Path(place), keep, people, groups, members, kind)
        for step in STEPS:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.engine.planning", "--step", step, "--folder", place],
                check=True,
                capture_output=True,
            )
            found = msgspec.json.decode(done.stdout)
            if "seconds" in found:
                most = f" (most {found['most'] * 1000:.1f} ms)" if "most" in found else ""
                times = f"{found['seconds'] * 1000:,.1f} ms{most}", f"{found['cpu'] * 1000:,.1f} ms"
                rows.append((step, *times, f"{found['memory']:,.0f} MiB"))
    table(("plan", "took", "of a core", "memory of its process"), rows)


def run(sizes: Iterable[tuple[int, ...]] = SIZES, keep: Path | None = None, kind: str = "plain") -> None:
    """One directory of each size (people, groups, memberships)."""
    for people, groups, members in sizes:
        measure(people, groups, members, keep, kind)


def main() -> None:
    """`python -m benchmarks.engine.planning`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine.planning", description=__doc__)
    parser.add_argument("size", nargs="*", type=int, help="PEOPLE GROUPS MEMBERS, any number of times")
    parser.add_argument("--kind", choices=KINDS, default="plain", help="an app as it is, with rules, or limited to some people")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep filled directories here, and begin with those kept")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        _child(given.folder, given.step)
        return
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        machine.describe(Path(folder))
    numbers = iter(given.size)
    run([tuple(islice(numbers, 3)) for _ in range(len(given.size) // 3)] or SIZES, given.keep, given.kind)
    say("")


if __name__ == "__main__":
    main()
