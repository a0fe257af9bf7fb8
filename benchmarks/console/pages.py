"""Every page of the identity provider's console, over HTTP, with a directory of any size behind it.

`python -m benchmarks.console.pages [--people N] [--keep FOLDER] [--database-url URL]` imports a made company, gives everyone
an app, plans, settles what was planned as if a target had taken it, changes some people, and then asks for each page several
times.  With `--keep` the data stays in that folder, and the next run begins with it.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from benchmarks.console.people import admin_in, made_company
from benchmarks.support import machine
from benchmarks.support.processes import LOCKSTEP, served
from benchmarks.support.text import heading, say, table
from lockstep.cli.demo.browser import Browser
from lockstep.idp.console.routes import ROUTES

TIMES = 7
AIM_MS = 300
PLACES = {"{id:int}": "1", "{user:int}": "1", "{role:int}": "1", "{job:int}": "1", "{rule:int}": "1", "{number:int}": "1"}
NOT_PAGES = ("/stream", "/jobs/{job:int}", "/metadata", "/evidence/{number:int}", "/evidence/key", "/comparison")
"""What goes on for as long as it is open, or is not there in this company."""
SEARCHES = (
    ("one person", "q=person777@"),
    ("nobody", "q=qqqq"),
    ("everybody", "q=example.com"),
    ("a name that many have", "q=eriksson"),
    ("two names", "q=priya+eriksson"),
    ("two names that nobody has both of", "q=priya+noel"),
    ("the middle of a word", "q=ikss"),
    ("a status that few have", "status=2"),
    ("a status that nearly all have", "status=1"),
    ("a role, a text and a status", "role=G00000&q=priya&status=1"),
    ("an app", "app=1"),
    ("a state that nobody has", "state=2"),
)


def addresses() -> Iterator[tuple[str, str]]:
    """(what it is called, its address) of each page, and of each kind of search."""
    for name, query in SEARCHES:
        yield f"Users: {name}", f"/admin/users?{query}"
    yield "Users: suspend all that match", "/admin/users/bulk?do=suspend&scope=all&q=eriksson"
    yield "Users: delete everybody", "/admin/users/bulk?do=delete&scope=all"
    yield "Role: members who were added by hand", "/admin/roles/1/users?by=hand"
    yield "Role: check", "/admin/roles/1/users?check=eriksson"
    yield "App: users, by a text", "/admin/apps/1/users?q=eriksson"
    yield "App: one group", f"/admin/apps/1/groups/one?name={quote('Group 1 of Treasury')}"
    yield "App: on demand, one user", "/admin/apps/1/on-demand?user=E0000777"
    for route in ROUTES:
        if "GET" not in (route.methods or ()) or route.path in ("/admin", "/admin/login") or route.path.endswith(NOT_PAGES):
            continue
        path = route.path
        for place, number in PLACES.items():
            path = path.replace(place, number)
        yield path, path


def measure(url: str) -> list[tuple[str, float, float]]:
    """(what it is called, middle and longest time in ms) of each page that is there."""
    browser, found = Browser(), []
    admin_in(browser, url)
    for name, address in addresses():
        taken = []
        try:
            for _ in range(TIMES):
                began = time.perf_counter()
                browser.visit(url + address)
                taken.append((time.perf_counter() - began) * 1000)
        except Exception as problem:  # what this company has not is no page to be measured
            say(f"- not measured: {address}: {str(problem)[:120]}")
            continue
        found.append((name, statistics.median(taken), max(taken)))
    return found


def run(people: int = 100_000, keep: Path | None = None, database_url: str = "") -> None:
    """Fill, serve, measure, print."""
    heading(f"Pages of the console, {people:,} people")
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as temporary:
        folder = Path(keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        machine.describe(folder)
        place = made_company(folder, people, database_url)
        with served(folder / "log", [LOCKSTEP, "idp", "serve", "--no-worker", "--port", "0", *place]) as server:
            found = measure(server.url)
    table(
        ("page", "median ms", "longest ms"),
        [(name, f"{middle:.0f}", f"{most:.0f}") for name, middle, most in sorted(found, key=lambda one: -one[1])],
    )
    slow = [name for name, middle, _ in found if middle > AIM_MS]
    say(f"\n{len(found)} pages, {len(slow)} of them above {AIM_MS} ms at the median" + (f": {', '.join(slow)}" if slow else ""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console.pages", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--database-url", default="")
    given = parser.parse_args()
    run(given.people, given.keep, given.database_url)
