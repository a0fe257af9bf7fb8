"""Whoever tampers with the events is found out, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp import events
from lockstep.idp.eventchain.encoding import NEWEST
from lockstep.idp.eventlog import sealing, store
from lockstep.idp.eventlog.records import Breach, Head, Verified
from lockstep.idp.eventlog.verify import verify, verify_and_keep
from lockstep.idp.eventlog.walking import Kept
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import COLUMNS, by_hand, rewrite, write

VAULT = Vault(bytes(KEY_BYTES))
COUNT = 12


def found(db: Database, *kept: Head) -> Verified:
    with db.read() as c:
        return verify(c, VAULT, 5_000, [Kept(head, "--head") for head in kept])


def head(db: Database) -> Head:
    with db.read() as c:
        known = store.head(c)
    assert known is not None
    return known


def test_an_empty_stream_is_whole(idp: Database) -> None:
    assert found(idp) == Verified(0, 0, 0, "", 0, 0, 0, None, 5_000)


def test_a_whole_chain(idp: Database) -> None:
    write(idp, COUNT)
    assert sealing.seal(idp, VAULT, 2_000) is None
    write(idp, 1, first=50)
    then = head(idp)
    write(idp, 1, first=51)
    seen = found(idp, then)
    assert seen == Verified(14, 1, 14, head(idp).digest.hex(), COUNT, 1, 0, None, 5_000)
    assert seen.as_json()["whole"] is True


def test_what_came_of_it_is_kept(idp: Database) -> None:
    write(idp, COUNT)
    seen = verify_and_keep(idp, VAULT, 5_000)
    with idp.read() as c:
        assert store.verification(c) == seen.as_json()
        assert events.latest(c) == COUNT


Tamper = Callable[[Connection], None]


def changed(c: Connection) -> None:
    c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 5")


def changed_to_nothing(c: Connection) -> None:
    c.raw.execute("UPDATE events SET user_id = NULL WHERE seq = 5")


def moved_in_time(c: Connection) -> None:
    c.raw.execute("UPDATE events SET at = at + 1 WHERE seq = 5")


def changed_with_its_digest(c: Connection) -> None:
    c.raw.execute("UPDATE events SET actor = 'bob', digest = (SELECT digest FROM events WHERE seq = 4) WHERE seq = 5")


def removed_first(c: Connection) -> None:
    c.raw.execute("DELETE FROM events WHERE seq <= 2")


def removed_one(c: Connection) -> None:
    c.raw.execute("DELETE FROM events WHERE seq = 5")


def removed_some(c: Connection) -> None:
    c.raw.execute("DELETE FROM events WHERE seq BETWEEN 5 AND 7")


def removed_and_renumbered(c: Connection) -> None:
    c.raw.execute("DELETE FROM events WHERE seq = 5")
    for seq in range(6, COUNT + 1):
        c.raw.execute(f"UPDATE events SET seq = {seq - 1} WHERE seq = {seq}")


def cut_off(c: Connection) -> None:
    c.raw.execute("DELETE FROM events WHERE seq > 10")


def all_gone(c: Connection) -> None:
    c.raw.execute("DELETE FROM events")


def without_head(c: Connection) -> None:
    c.raw.execute("DELETE FROM event_head")


def copied(c: Connection, source: int, to: int, digest: str = "digest") -> None:
    values = COLUMNS.replace("seq", str(to), 1)
    c.raw.execute(f"INSERT INTO events ({COLUMNS}, digest) SELECT {values}, {digest} FROM events WHERE seq = {source}")


def put_at_the_end(c: Connection) -> None:
    copied(c, 3, COUNT + 1)


def put_at_the_end_unchained(c: Connection) -> None:
    copied(c, 3, COUNT + 1, "NULL")


def put_between(c: Connection) -> None:
    for seq in range(COUNT, 4, -1):
        c.raw.execute(f"UPDATE events SET seq = {seq + 1} WHERE seq = {seq}")
    copied(c, 3, 5)


def swapped(c: Connection) -> None:
    for source, to in ((5, 100), (6, 5), (100, 6)):
        c.raw.execute(f"UPDATE events SET seq = {to} WHERE seq = {source}")


def no_digest(c: Connection) -> None:
    c.raw.execute("UPDATE events SET digest = NULL WHERE seq = 5")


@pytest.mark.parametrize(
    ("tamper", "breach", "seq"),
    [
        (changed, Breach.CHANGED, 5),
        (changed_to_nothing, Breach.CHANGED, 5),
        (moved_in_time, Breach.CHANGED, 5),
        (changed_with_its_digest, Breach.CHANGED, 5),
        (removed_first, Breach.REMOVED, 1),
        (removed_one, Breach.REMOVED, 5),
        (removed_some, Breach.REMOVED, 5),
        (removed_and_renumbered, Breach.CHANGED, 5),
        (cut_off, Breach.CUT_OFF, 11),
        (all_gone, Breach.CUT_OFF, 1),
        (without_head, Breach.CUT_OFF, COUNT + 1),
        (put_at_the_end, Breach.CHANGED, COUNT + 1),
        (put_at_the_end_unchained, Breach.ADDED, COUNT + 1),
        (put_between, Breach.CHANGED, 5),
        (swapped, Breach.CHANGED, 5),
        (no_digest, Breach.ADDED, 5),
    ],
)
def test_tampering_is_found(idp: Database, tamper: Tamper, breach: Breach, seq: int) -> None:
    write(idp, COUNT)
    with by_hand(idp) as c:
        tamper(c)
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (breach, seq), broken


def test_a_row_that_the_chain_goes_past_was_put_in(idp: Database) -> None:
    """Numbers that PostgreSQL gave away and never used, before there was a chain, leave room."""
    write(idp, COUNT)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET seq = seq + 100 WHERE seq > 5")
        rewrite(c)
    assert found(idp).broken is None
    with by_hand(idp) as c:
        copied(c, 3, 50)
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.ADDED, 50)
    assert broken.words == "event 50 was put between 5 and 106"


def test_a_chain_that_was_gone_on_with_after_its_head(idp: Database) -> None:
    write(idp, COUNT)
    before = head(idp)
    write(idp, 1)
    with by_hand(idp) as c:
        c.raw.execute(f"UPDATE event_head SET seq = {COUNT}, digest = (SELECT digest FROM events WHERE seq = {COUNT})")
    assert head(idp) == before
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.ADDED, COUNT + 1)


def rewritten(idp: Database) -> None:
    """Somebody who has the database alone computes everything anew."""
    with by_hand(idp) as c:
        changed(c)
        rewrite(c)


def test_what_was_computed_anew_does_not_fit_the_seal(idp: Database) -> None:
    write(idp, COUNT)
    sealing.seal(idp, VAULT, 2_000)
    rewritten(idp)
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.REWRITTEN, COUNT)
    assert "the seal" in broken.words


def test_what_was_computed_anew_does_not_fit_a_head_kept_elsewhere(idp: Database) -> None:
    write(idp, COUNT)
    noted = head(idp)
    rewritten(idp)
    assert found(idp).broken is None, "without a seal and a head elsewhere nobody can tell"
    broken = found(idp, noted).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.REWRITTEN, COUNT)
    assert "--head" in broken.words


def test_a_cut_that_takes_the_head_along_is_seen_by_seal_and_head(idp: Database) -> None:
    write(idp, COUNT)
    noted = head(idp)
    sealing.seal(idp, VAULT, 2_000)
    with by_hand(idp) as c:
        cut_off(c)
        rewrite(c)
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.CUT_OFF, 11)
    with by_hand(idp) as c:
        c.raw.execute("DELETE FROM event_seal")
    assert found(idp).broken is None
    broken = found(idp, noted).broken
    assert broken is not None
    assert broken.breach is Breach.CUT_OFF


def test_a_seal_of_another_key(idp: Database) -> None:
    write(idp, COUNT)
    sealing.seal(idp, Vault(b"x" * KEY_BYTES), 2_000)
    broken = found(idp).broken
    assert broken is not None
    assert broken.breach is Breach.SEAL


def test_rows_removed_as_if_for_their_age(idp: Database) -> None:
    """A forged record of a cut has no event that tells of it."""
    write(idp, COUNT)
    with by_hand(idp) as c:
        c.raw.execute(
            "INSERT INTO event_cut (id, first_seq, digest, removed, at, actor)"
            " SELECT 1, 5, digest, 4, 1, 'server' FROM events WHERE seq = 4"
        )
        c.raw.execute("DELETE FROM events WHERE seq < 5")
    broken = found(idp).broken
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.NO_CUT, 5)


def test_writers_side_by_side_write_one_chain(idp: Database) -> None:
    """Also those who forgot to say that they write alone."""

    def some(worker: int) -> None:
        for turn in range(8):
            with idp.write(serial=events.SERIAL if worker % 2 else None) as c:
                events.append_many(c, [Event(type=EventType.USER_UPDATED, user_id=worker)] * (1 + turn * 9), turn)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(4)))
    seen = found(idp)
    assert (seen.broken, seen.count, seen.last) == (None, 4 * sum(1 + turn * 9 for turn in range(8)), seen.count)


NUMBERS = {name for name in NEWEST if name == "at" or name.endswith("_id")} - {"client_id"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_is_found_where_it_was_changed(sqlite_idp: Database, data: st.DataObject) -> None:
    if not found(sqlite_idp).count:
        write(sqlite_idp, COUNT)
    name = data.draw(st.sampled_from(sorted({*NEWEST} - {"seq"})))
    seq = data.draw(st.integers(1, COUNT))
    text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    value = data.draw(st.integers(-(2**40), 2**40) if name in NUMBERS else text)
    with by_hand(sqlite_idp) as c:
        before = c.raw.execute(f"SELECT {name} FROM events WHERE seq = ?", (seq,)).fetchone()[0]
        c.raw.execute(f"UPDATE events SET {name} = ? WHERE seq = ?", (value, seq))
    broken = found(sqlite_idp).broken
    if value == before:
        assert broken is None
    else:
        assert broken is not None
        assert (broken.breach, broken.seq) == (Breach.CHANGED, seq)
    with by_hand(sqlite_idp) as c:
        c.raw.execute(f"UPDATE events SET {name} = ? WHERE seq = ?", (before, seq))
    assert found(sqlite_idp).broken is None
