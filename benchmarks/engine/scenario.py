"""One roster through the command line into a served centre, step by step, counted by the centre."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.engine import floor, rosters
from benchmarks.engine.rosters import Roster
from benchmarks.support import center
from benchmarks.support.center import NAME, Tenant
from benchmarks.support.processes import Finished, Server, lockstep

APP = "aws"
SETTINGS = (
    *("provisioning=on", "groups=on", "approve-create=off", "approve-update=off", "approve-delete=off"),
    "rate=100000",
)
CHANGES: Mapping[str, Callable[[Roster], Roster]] = {
    "+10 members in one group": lambda roster: rosters.with_members_added(roster, 10),
    "10 members out, 10 others in": lambda roster: rosters.with_members_swapped(roster, 10),
    "one edit": rosters.with_one_edit,
}


@dataclass(frozen=True, slots=True)
class Received:
    """SCIM requests that the centre has had."""

    writes: int = 0
    reads: int = 0

    def __sub__(self, before: "Received") -> "Received":
        return Received(self.writes - before.writes, self.reads - before.reads)

    @property
    def all(self) -> int:
        """Both kinds."""
        return self.writes + self.reads


@dataclass(frozen=True, slots=True)
class Step:
    """What one step came to.  `said` is what our engine says it sent; `center_cpu` are seconds of a core in the centre."""

    name: str
    floor: int
    received: Received
    said: int
    done: Finished
    center_cpu: float


class Scenario:
    """Both sides, connected, with nothing provisioned yet."""

    def __init__(self, folder: Path, tenant: Tenant, server: Server, *settings: str) -> None:
        self._folder = folder
        self._tenant = tenant
        self._server = server
        self._connect(settings)
        self._before = self._received()

    def _connect(self, settings: Sequence[str]) -> None:
        token = self._folder / "token"
        token.write_text(self._tenant.token)
        url = self._server.url + self._tenant.scim_path
        how = ("--connector", "aws-iam-identity-center", "--allow-loopback", "--scim-url", url, "--token-file", token)
        self._idp("app", "create", APP, *how)
        self._idp("app", "connect", APP, "--json")
        self._idp("app", "assign", APP, "--everyone")
        self._idp("app", "set", APP, *SETTINGS, *settings)

    def _idp(self, *words: str | Path) -> Finished:
        return lockstep("idp", *words, "--data", self._folder / "idp")

    def _received(self) -> Received:
        records = lockstep("center", "trail", NAME, "--data", self._tenant.data, "--json").out.splitlines()
        kinds = [record["readOnly"] for record in map(msgspec.json.decode, records) if "scim" in record["eventSource"]]
        return Received(kinds.count(False), kinds.count(True))

    def load(self, roster: Roster) -> Finished:
        """Import a roster into the identity provider."""
        return self._idp("import", roster.write(self._folder / "roster"), "--json")

    def sync(self, name: str, fewest: int) -> Step:
        """`lockstep idp sync`."""
        return self._step(name, fewest, "sync")

    def check(self, name: str, fewest: int) -> Step:
        """`lockstep idp drift`.  Raises RuntimeError if the two sides differ."""
        step = self._step(name, fewest, "drift")
        if step.done.json["differences"]:
            raise RuntimeError(f"{name}: the two sides differ: {step.done.json['differences'][:5]}")
        return step

    def _step(self, name: str, fewest: int, word: str) -> Step:
        busy = self._server.cpu()
        done = self._idp(word, APP, "--json")
        busy = self._server.cpu() - busy
        now = self._received()
        received, self._before = now - self._before, now
        return Step(name, fewest, received, done.json["requests"], done, busy)


@contextmanager
def prepared(folder: Path) -> Iterator[Scenario]:
    """A scenario in an empty folder, with its centre served."""
    tenant = center.made(folder / "center", "trail_reads=true")
    with center.running(tenant.data) as server:
        yield Scenario(folder, tenant, server)


def walked(scenario: Scenario, roster: Roster) -> Iterator[Step]:
    """First run, nothing changed, a check of everything; each of CHANGES; and a check again."""
    scenario.load(roster)
    yield scenario.sync("first run", floor.first_run(roster))
    scenario.load(roster)
    yield scenario.sync("no change", 0)
    yield scenario.check("full check", floor.full_check(roster))
    for name, changed in CHANGES.items():
        after = changed(roster)
        scenario.load(after)
        yield scenario.sync(name, floor.change(roster, after))
        roster = after
    yield scenario.check("full check at the end", floor.full_check(roster))
