"""`make soak`: days of changes in hours, with memory and lag watched.

Both services run; again and again the directory changes, and the centre is asked until it has the change.  At the end both
sides have to be equal, nothing may have taken longer than it should, and memory may not have grown since it had settled.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import msgspec

from benchmarks.engine import rosters
from benchmarks.engine.rosters import Roster
from benchmarks.engine.scenario import Scenario
from benchmarks.support import center
from benchmarks.support.center import Tenant
from benchmarks.support.processes import LOCKSTEP, Server, served
from benchmarks.support.text import heading, say, table

LONGEST_LAG_SECONDS = 10.0
GROWTH = 0.25
"""How much larger the memory may be at the end than after a quarter of the time."""
LEAVERS = 3
_POLL_SECONDS = 0.05


@dataclass(slots=True)
class Watched:
    """What was seen: seconds until a change was at the centre, and resident MiB of each service at each round."""

    lags: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: {"idp": [], "centre": []})

    def growth(self, side: str) -> float:
        """How much the largest of the last quarter is above the largest of the second one."""
        seen = self.memory[side]
        quarter = max(1, len(seen) // 4)
        return max(seen[-quarter:]) / max(seen[quarter : 2 * quarter] or seen[:1]) - 1


def main() -> None:
    """Run for as long as was asked for; ends with 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--people", type=int, default=2_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lockstep-soak-") as name:
        problems = run(Path(name), asked.minutes * 60, asked.people)
    for problem in problems:
        say(f"PROBLEM: {problem}")
    sys.exit(1 if problems else 0)


def run(folder: Path, seconds: float, people: int) -> list[str]:
    """What was not as it should be."""
    tenant = center.made(folder / "center")
    watched = Watched()
    with center.running(tenant.data) as there:
        scenario = Scenario(folder, tenant, there)
        roster = rosters.made(people, [people // 10] * max(1, people // 50))
        scenario.load(roster)
        scenario.sync("first run", 0)
        words: list[str | Path] = [LOCKSTEP, "idp", "serve", "--data", folder / "idp", "--port", "0"]
        with served(folder / "idp.log", words) as here:
            roster = _live(scenario, tenant, (here, there), roster, watched, seconds)
            scenario.check("at the end", 0)
    return _report(watched)


def _live(
    scenario: Scenario, tenant: Tenant, servers: tuple[Server, Server], roster: Roster, watched: Watched, seconds: float
) -> Roster:
    """Change after change, until the time is over."""
    chance, began = random.Random(1), time.monotonic()
    while time.monotonic() - began < seconds:
        roster, user_name, title = _changed(roster, chance, len(watched.lags))
        scenario.load(roster)
        watched.lags.append(_arrival(servers[1].url + tenant.scim_path, tenant.token, user_name, title))
        for side, server in zip(watched.memory, servers, strict=True):
            watched.memory[side].append(_resident_mib(server.pid))
        if len(watched.lags) % 20 == 0:
            shown = ", ".join(f"{side} {seen[-1]:.0f} MiB" for side, seen in watched.memory.items())
            say(f"{time.monotonic() - began:6.0f} s  {len(watched.lags)} rounds, {shown}, lag {watched.lags[-1]:.2f} s")
    return roster


def _changed(roster: Roster, chance: random.Random, number: int) -> tuple[Roster, str, str]:
    """A day: somebody has a new title, some change groups, some leave and others come.  Whom to look for, and for what."""
    roster = rosters.with_members_swapped(roster, chance.randint(1, 20))
    leaving = chance.sample(sorted(roster.people), LEAVERS)
    people = {key: person for key, person in roster.people.items() if key not in leaving}
    model = dict(next(iter(people.values())))
    for count in range(LEAVERS):
        key = f"N{number:06}{count}"
        address = f"new{number}-{count}@example.com"
        people[key] = {**model, "employee_id": key, "user_name": address, "email": address}
    key, title = chance.choice(sorted(people)), f"Title {number}"
    people[key] = {**people[key], "title": title}
    members = {group: inside - set(leaving) for group, inside in roster.members.items()}
    return replace(roster, people=people, members=members), people[key]["user_name"], title


def _arrival(endpoint: str, token: str, user_name: str, title: str) -> float:
    """Seconds until the centre has the title.  Raises RuntimeError where it never comes."""
    began = time.monotonic()
    wanted = quote(f'userName eq "{user_name}"')
    url = f"{endpoint}/Users?filter={wanted}"
    while time.monotonic() - began < 6 * LONGEST_LAG_SECONDS:
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=30) as answer:
            found = msgspec.json.decode(answer.read())["Resources"]
        if found and found[0].get("title") == title:
            return time.monotonic() - began
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"{user_name} never got {title!r} at the centre")


def _resident_mib(pid: int) -> float:
    """Resident memory; 0 where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def _report(watched: Watched) -> list[str]:
    heading("Soak")
    lags = sorted(watched.lags)
    middle, longest = statistics.median(lags), lags[-1]
    say(f"- {len(lags)} rounds; a change is at the centre after {middle:.2f} s (median), {longest:.2f} s (longest)")
    rows = []
    for side, seen in watched.memory.items():
        rows.append([side, f"{seen[0]:.0f}", f"{max(seen):.0f}", f"{seen[-1]:.0f}", f"{watched.growth(side):+.0%}"])
    table(["resident MiB", "first", "most", "last", "growth since settled"], rows)
    problems = [f"a change took {longest:.1f} s to arrive"] if longest > LONGEST_LAG_SECONDS else []
    return problems + [
        f"the {side} has grown by {watched.growth(side):.0%}" for side in watched.memory if watched.growth(side) > GROWTH
    ]


if __name__ == "__main__":
    main()
