"""Old events go, and the chain stays whole."""

import pytest

from lockstep.idp import events
from lockstep.idp.eventlog import readers, retention, sealing, store
from lockstep.idp.eventlog.readers import Reader
from lockstep.idp.eventlog.records import Head
from lockstep.idp.eventlog.verify import verify
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.events import EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import ValueProblem
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import write

VAULT = Vault(bytes(KEY_BYTES))
DAY = retention.DAY_MS
EACH_DAY = 3


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_READERS", {})


def ten_days(db: Database) -> None:
    for day in range(10):
        write(db, EACH_DAY, at=day * DAY + 1)


def keep(db: Database, days: int, now: int) -> None:
    with db.write(serial=events.SERIAL) as c:
        retention.change(c, days, actor="ada", now=now)


def house(db: Database, now: int) -> int:
    assert sealing.seal(db, VAULT, now) is None
    return retention.remove_old(db, VAULT, lambda: now, lambda: False)


def numbers(db: Database) -> list[int]:
    with db.read() as c:
        return [event.seq for event in events.follow(c, 0)]


def whole(db: Database, *kept: Head) -> bool:
    with db.read() as c:
        found = verify(c, VAULT, 1, [Kept(head, "--head") for head in kept])
    assert found.heads == len(kept) or found.broken
    return found.broken is None


def test_by_default_everything_is_kept(idp: Database) -> None:
    ten_days(idp)
    assert house(idp, 10_000 * DAY) == 0
    assert len(numbers(idp)) == 10 * EACH_DAY


def test_what_is_older_goes_and_the_chain_stays_whole(idp: Database) -> None:
    ten_days(idp)
    with idp.read() as c:
        noted = store.head(c)
    assert noted is not None
    keep(idp, 4, 9 * DAY + 1)
    assert house(idp, 9 * DAY + 1) == 5 * EACH_DAY
    assert numbers(idp)[0] == 5 * EACH_DAY + 1
    assert whole(idp, noted)
    with idp.read() as c:
        cut, newest = store.cut(c), events.by_number(c, events.latest(c))
    assert cut is not None
    assert (cut.first_seq, cut.removed, cut.at, cut.actor) == (16, 15, 9 * DAY + 1, "server")
    assert newest is not None
    assert newest.type is EventType.EVENTS_REMOVED
    assert newest.object_name == f"15:{cut.digest.hex()}"
    assert newest.notes == "events 1 to 15, older than 4 days"


def test_a_days_events_go_together(idp: Database) -> None:
    ten_days(idp)
    keep(idp, 4, 9 * DAY + 1)
    house(idp, 9 * DAY + 1)
    assert house(idp, 9 * DAY + 2) == 0
    assert house(idp, 9 * DAY + DAY // 2) == 0
    assert house(idp, 10 * DAY + 1) == 0
    assert house(idp, 10 * DAY + 2) == 2 * EACH_DAY
    assert whole(idp)
    with idp.read() as c:
        cut = store.cut(c)
    assert cut is not None
    assert cut.removed == 7 * EACH_DAY


def test_what_somebody_has_yet_to_read_stays(idp: Database) -> None:
    ten_days(idp)
    keep(idp, 4, 9 * DAY + 1)
    told: list[int] = []
    readers.register(Reader("hook", lambda _c: (8, "the webhook"), lambda _c, first: told.append(first)))
    readers.register(Reader("idle", lambda _c: None))
    with idp.read() as c:
        standing = retention.standing(c, 9 * DAY + 1)
    assert (standing.waits_for, standing.from_seq) == ("the webhook", 8)
    assert house(idp, 9 * DAY + 1) == 7
    assert numbers(idp)[0] == 8
    assert told == [8]
    assert house(idp, 9 * DAY + 2) == 0
    readers.register(Reader("hook", lambda _c: (16, "the webhook")))
    with idp.read() as c:
        assert retention.standing(c, 9 * DAY + 1).waits_for == ""
    assert house(idp, 9 * DAY + 3) == 8
    assert whole(idp)


def test_what_is_not_sealed_stays(idp: Database) -> None:
    ten_days(idp)
    keep(idp, 4, 9 * DAY + 1)
    assert retention.remove_old(idp, VAULT, lambda: 9 * DAY + 1, lambda: False) == 0


def test_a_removal_that_was_stopped_goes_on(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 4)
    ten_days(idp)
    keep(idp, 4, 9 * DAY + 1)
    sealing.seal(idp, VAULT, 9 * DAY + 1)
    asked = iter([False, True])
    assert retention.remove_old(idp, VAULT, lambda: 9 * DAY + 1, lambda: next(asked)) == 4
    assert numbers(idp)[0] == 5
    assert whole(idp), "the chain begins at the cut, whatever is left before it"
    keep(idp, 0, 9 * DAY + 2)
    assert house(idp, 9 * DAY + 2) == 11, "what was decided is done, even if the setting is another by now"
    assert numbers(idp)[0] == 16
    assert whole(idp)


def test_the_newest_event_stays_however_old(idp: Database) -> None:
    ten_days(idp)
    keep(idp, 1, 9 * DAY + 1)
    house(idp, 500 * DAY)
    left = numbers(idp)
    assert left
    assert whole(idp)
    write(idp, 1, at=500 * DAY)
    assert numbers(idp)[-1] == left[-1] + 1


@pytest.mark.parametrize("days", [-1, 36_501])
def test_days_that_are_none(sqlite_idp: Database, days: int) -> None:
    with pytest.raises(ValueProblem, match="0 \\(for ever\\) to 36500 days"):
        keep(sqlite_idp, days, 1)
    assert numbers(sqlite_idp) == []


def test_a_change_is_an_event_and_none_is_none(idp: Database) -> None:
    for days in (30, 30, 0):
        keep(idp, days, 5)

    def notes(c: Connection) -> list[tuple[str, str]]:
        return [(event.actor, event.notes) for event in events.follow(c, 0)]

    with idp.read() as c:
        assert notes(c) == [("ada", "events are kept for 30 days"), ("ada", "events are kept for ever")]


def test_pages_end_where_the_events_do(idp: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking further back goes no further than to the oldest event that was kept."""
    ten_days(idp)
    keep(idp, 4, 9 * DAY + 1)
    house(idp, 9 * DAY + 1)
    monkeypatch.setattr(events, "SPAN", 5)
    looked: list[int] = []
    before = 0
    with idp.read() as c:
        while not looked or before:
            _, before = events.page(c, events.Wanted(type="nothing"), before=before, limit=5)
            looked.append(before)
    assert min(one for one in looked if one) > 15
