"""Rosters, day after day, through the real commands of both sides over real HTTP.

The days are those of the folder that LOCKSTEP_ROSTERS names, else a made company's.  After each day the centre equals the
roster to the letter, at the floor of requests, and nobody and nothing has lost its id.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from tests.pair.equality import Held, differences
from tests.pair.floor import Floor, check_floor, floor, sizes_of
from tests.pair.history import history
from tests.pair.rosters import Roster, given_days, read, write
from tests.support.center import Tenant, served_center
from tests.support.processes import Finished, lockstep

DONE, WAITS = 0, 3
SHARE = 0.8
NEVER_BY_SHARE = 5
FIRST_RUN_READS = 3
SETTINGS = (
    "provisioning=on",
    "groups=on",
    "approve-create=off",
    "approve-update=off",
    "approve-delete=off",
    "leavers=delete",
    "limit-deletions=100000",
    f"limit-deletions-share={SHARE}",
    "rate=10000",
)


@dataclass(slots=True)
class Pair:
    """Both sides: the idp spoken to by commands only, the centre served.  `place` says where the idp has its data."""

    place: tuple[str, ...]
    tenant: Tenant
    counted: int = 0
    """Requests that the centre had seen when it was last asked."""
    held_days: list[str] = field(default_factory=list)

    def set_up(self, folder: Path) -> None:
        """An app that provisions everyone into the centre."""
        token = folder / "token"
        token.write_text(self.tenant.scim.token)
        where = ("--scim-url", self.tenant.url, "--token-file", str(token), "--allow-loopback")
        self.idp("app", "create", "aws", "--connector", "aws-iam-identity-center", *where).ended(DONE)
        self.idp("app", "assign", "aws", "--everyone").ended(DONE)
        self.idp("app", "set", "aws", *SETTINGS).ended(DONE)

    def idp(self, *words: str) -> Finished:
        """`lockstep idp WORDS`."""
        return lockstep("idp", *words, *self.place)

    def sync(self) -> Finished:
        """One sync."""
        return self.idp("sync", "aws", "--json")

    def held(self) -> Held:
        """What the centre holds."""
        return Held(self.tenant.users(), self.tenant.groups())

    def requests(self) -> int:
        """How many SCIM requests the centre has seen since it was last asked."""
        before, self.counted = self.counted, self.tenant.count(reads=True)
        return self.counted - before


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Pair]:
    """Both sides on SQLite."""
    with served_center(folder) as center:
        pair = Pair(("--data", str(folder / "idp")), center.tenant())
        pair.set_up(folder)
        yield pair


@contextmanager
def on_postgresql(folder: Path, url: str, other: str) -> Iterator[Pair]:
    """Both sides on PostgreSQL, each in a database of its own."""
    with served_center(folder, other) as center:
        pair = Pair(("--database-url", url, "--key-file", str(folder / "key")), center.tenant())
        pair.set_up(folder)
        yield pair


def replay(pair: Pair, days: list[tuple[str, Path, Roster]]) -> None:
    """Every day in turn, then a look at the whole."""
    before, held = Roster(), Held([], [])
    for name, folder, roster in days:
        pair.idp("import", str(folder), "--json").ended(DONE)
        wanted = floor(before, roster)
        spent = bring_about(pair, name, wanted, sum(sizes_of(before)))
        again, now = pair.sync().ended(DONE).json, pair.held()
        assert (again["requests"], again["floor"]) == (0, 0), name
        assert differences(roster, now) == [], name
        seen = pair.requests()
        assert spent <= seen <= spent + (0 if before.people else FIRST_RUN_READS), name
        assert_ids_stay(before, roster, wanted, held, now)
        before, held = roster, now
    assert_no_drift(pair, before)


def bring_about(pair: Pair, name: str, wanted: Floor, memberships: int) -> int:
    """Sync one day; the requests that it took, each part of which is at its floor."""
    if wanted.removals <= max(NEVER_BY_SHARE, SHARE * memberships):
        result = pair.sync().ended(DONE).json
        assert (result["requests"], result["floor"]) == (wanted.requests, wanted.requests), name
        assert (result["failed"], result["held"], result["waiting"]) == (0, 0, 0), name
        return wanted.requests
    pair.held_days.append(name)
    result = pair.sync().ended(WAITS).json
    assert (result["requests"], result["floor"]) == (wanted.without_removals, wanted.without_removals), name
    assert result["held"] == wanted.removals, name
    pair.idp("release", "aws").ended(DONE)
    result = pair.sync().ended(DONE).json
    assert (result["requests"], result["floor"]) == (wanted.removals_alone, wanted.removals_alone), name
    return wanted.without_removals + wanted.removals_alone


def assert_ids_stay(before: Roster, after: Roster, wanted: Floor, held: Held, now: Held) -> None:
    """People keep their id as long as they are there, groups as long as they are there or are renamed."""
    old, new = held.user_ids(), now.user_ids()
    assert {key: new[key] for key in before.people.keys() & after.people.keys()} == {
        key: old[key] for key in before.people.keys() & after.people.keys()
    }
    old, new = held.group_ids(), now.group_ids()
    assert {key: new[key] for key in wanted.heirs} == {key: old[past] for key, past in wanted.heirs.items()}


def assert_no_drift(pair: Pair, roster: Roster) -> None:
    """A check finds nothing, at its floor."""
    report = pair.idp("drift", "aws", "--json").ended(DONE).json
    wanted = check_floor(len(roster.people), sizes_of(roster))
    assert (report["differences"], report["requests"], report["floor"]) == ([], wanted, wanted)
    assert pair.requests() == wanted


def made_days(folder: Path) -> list[tuple[str, Path, Roster]]:
    """The made company's days, written down."""
    return [(name, write(roster, folder / "rosters" / name), roster) for name, roster in history().items()]


@pytest.mark.slow
def test_days_replay_at_the_floor(tmp_path: Path) -> None:
    given = [(day.name, day, read(day)) for day in given_days()]
    with on_sqlite(tmp_path) as pair:
        replay(pair, given or made_days(tmp_path))
    vacated = [name for (_, _, one), (name, _, other) in pairwise(given) if one.seats and not other.seats]
    assert pair.held_days == (vacated if given else ["vacated"])


@pytest.mark.slow
def test_days_replay_on_postgresql(tmp_path: Path, postgres_url: str, other_postgres_url: str) -> None:
    with on_postgresql(tmp_path, postgres_url, other_postgres_url) as pair:
        replay(pair, made_days(tmp_path))
    assert pair.held_days == ["vacated"]
