"""Both services as processes: the company in the identity provider, and what the centre holds of it."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import sqlalchemy as sa

from lockstep.center.events import trail
from lockstep.center.storage import open_center
from lockstep.idp.provisioning import jobs, ledger, links
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Connection, Database
from lockstep.kit.sql import Statement
from tests.support.company import DEPARTMENTS, Company, Held, held_of
from tests.support.sides import Center, Process, Side

APP = "aws"
BEGIN_SECONDS = 60
IDLE_SECONDS = 8
"""A server that has something to do begins within two, once it is up."""
POLL_SECONDS = 0.01
_OPENING = Lock()
"""Alembic, which makes the tables, works for one thread of a process at a time."""
_REQUESTS = Statement(sa.select(sa.func.max(trail.c.key)))


@dataclass(slots=True)
class Pair:
    """One company, its identity provider, its identity centre."""

    idp: Side
    center: Center
    company: Company
    rng: random.Random
    folder: Path
    database: Database
    watched: Database
    """The centre's, to see what comes in."""

    def set_up(self, rate: int) -> None:
        """Make the app at the centre, with groups and without approvals, at most `rate` requests a second."""
        self.center.set_up()
        token = self.folder / "token"
        token.write_text(self.center.token)
        self.idp.must(
            *("app", "create", APP, "--connector", "aws-iam-identity-center", "--scim-url", self.center.scim_url),
            *("--token-file", str(token), "--allow-loopback"),
        )
        self.idp.must("app", "assign", APP, "--everyone")
        settings = "provisioning=on groups=on approve-create=off approve-update=off approve-delete=off leavers=delete"
        limits = "limit-deletions=100000 limit-deletions-share=1"
        self.idp.must("app", "set", APP, *settings.split(), *limits.split(), f"rate={rate}")
        self.bring()

    def bring(self) -> None:
        """Import the company as it is."""
        self.idp.must("import", str(self.company.write(self.folder / "roster")))

    def reorganise(self) -> None:
        """A day on which something changes for nearly everybody."""
        self.company.day(self.rng)
        for person in self.company.people.values():
            person["department"] = f"{self.rng.choice(DEPARTMENTS)} {self.rng.randrange(100)}"
        self.bring()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """The identity provider's database, as it is now."""
        with self.database.read() as connection:
            yield connection

    def at_work(self) -> bool:
        """Whether a run has begun and not ended."""
        with self.looking() as c:
            return bool(jobs.running(c))

    def in_flight(self) -> int:
        """Changes of which it is not written down what became of them."""
        with self.looking() as c:
            return len(ledger.sending(c, 1))

    def requests(self) -> int:
        """A number that grows with each request that the centre has answered."""
        with self.watched.read() as c:
            return int(c.value(_REQUESTS) or 0)

    def idle(self) -> bool:
        """Whether nothing is under way, and nothing waits to be."""
        with self.looking() as c:
            return not jobs.running(c) and not jobs.queued(c)

    def wait_for_requests(self, process: Process, before: int) -> bool:
        """Wait until requests come in (more than `before`); False if it has nothing to send."""
        began = busy = time.monotonic()
        while time.monotonic() < began + BEGIN_SECONDS:
            if self.requests() > before:
                return True
            if not self.idle():
                busy = time.monotonic()
            if not process.running or time.monotonic() > busy + IDLE_SECONDS:
                return False
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"nothing was sent: {''.join(process.said)}")

    def held(self) -> Held:
        """What the centre holds."""
        groups = self.center.groups()
        members = {group["id"]: {member["value"] for member in group["members"]} for group in groups}
        return held_of(self.center.users(), groups, members)

    def acknowledged(self) -> tuple[set[str], set[str], set[tuple[str, str]]]:
        """What the identity provider was told that the centre holds: ids of users and groups, (group, user) of members."""
        with self.looking() as c:
            target = links.find_target(c, 1, self.center.scim_url)
            groups = {link.id: link.target_id for link in links.groups(c, target) if not link.missing}
            users = {link.target_id for link in links.users(c, target) if not link.missing}
            members = {(groups[link], member) for link, member, _ in links.members_of_groups(c, target)}
        return users, set(groups.values()), members

    def assert_equal(self) -> None:
        """Both sides are equal, nothing is there twice, and nothing was ever made twice."""
        held = self.held()
        found = self.company.expected().differences(held)
        assert not found, "\n".join(found)
        done = self.center.done()
        for kind, there in (("User", len(held.people)), ("Group", len(held.groups))):
            assert done[f"Create{kind}"] - done[f"Delete{kind}"] == there, f"a {kind} was made twice"

    def assert_quiet(self) -> None:
        """There is nothing left to do, and nothing that the identity provider does not know."""
        (result,) = self.idp.must("sync", APP, "--full", "--json").lines()
        assert (result["requests"], result["failed"], result["check"]["differences"]) == (0, 0, 0), str(result)


@contextmanager
def pair(folder: Path, company: Company, seed: int, urls: tuple[str, str] | None, rate: int) -> Iterator[Pair]:
    """Both services, set up; `urls` are PostgreSQL databases for the identity provider and the centre."""
    idp = Side("idp", folder / "idp", urls[0] if urls else None)
    center = Center(Side("center", folder / "center", urls[1] if urls else None))
    with _OPENING:
        database, watched = open_idp(idp.folder, idp.url), open_center(center.side.folder, center.side.url)
    try:
        both = Pair(idp, center, company, random.Random(seed), folder, database, watched)
        both.set_up(rate)
        yield both
    finally:
        center.kill()
        database.close()
        watched.close()
