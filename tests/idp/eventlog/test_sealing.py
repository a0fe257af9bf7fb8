"""The seal moves over what hangs together, and over nothing else."""

import pytest

from lockstep.idp import events
from lockstep.idp.eventlog import sealing, store
from lockstep.idp.eventlog.records import Breach, BrokenSealError, Seal
from lockstep.idp.eventlog.walking import HaltedError
from lockstep.idp.events import EventType
from lockstep.kit.db import Database
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import by_hand, rewrite, write

VAULT = Vault(bytes(KEY_BYTES))


def sealed(db: Database) -> Seal | None:
    with db.read() as c:
        return sealing.read(c, VAULT)


def told(db: Database) -> list[str]:
    with db.read() as c:
        return [one.error_description for one in events.follow(c, 0) if one.type is EventType.EVENTS_BROKEN]


def test_nothing_is_sealed_before_the_first_event(idp: Database) -> None:
    assert sealing.seal(idp, VAULT, 1) is None
    assert sealed(idp) is None


def test_it_moves_on_with_the_stream(idp: Database) -> None:
    for count in (3, 4):
        write(idp, count)
        assert sealing.seal(idp, VAULT, count) is None
        with idp.read() as c:
            head = store.head(c)
        assert head is not None
        assert sealed(idp) == Seal(head, count)


def test_it_is_not_made_anew_where_nothing_happened(idp: Database) -> None:
    write(idp, 3)
    sealing.seal(idp, VAULT, 1)
    sealing.seal(idp, VAULT, 2)
    found = sealed(idp)
    assert found is not None
    assert found.at == 1


def test_it_stays_where_the_events_since_do_not_hang_together(idp: Database) -> None:
    write(idp, 3)
    sealing.seal(idp, VAULT, 1)
    before = sealed(idp)
    write(idp, 3)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 5")
    broken = sealing.seal(idp, VAULT, 2)
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.CHANGED, 5)
    assert sealing.seal(idp, VAULT, 3) == broken
    assert sealed(idp) == before
    assert told(idp) == ["event 5 was changed"], "an event says so, once"
    with idp.read() as c:
        kept = store.verification(c)
    assert kept is not None
    assert kept["whole"] is False


def test_it_does_not_move_onto_a_chain_that_was_computed_anew(idp: Database) -> None:
    write(idp, 3)
    sealing.seal(idp, VAULT, 1)
    before = sealed(idp)
    write(idp, 1)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 2")
        rewrite(c)
    broken = sealing.seal(idp, VAULT, 2)
    assert broken is not None
    assert (broken.breach, broken.seq) == (Breach.REWRITTEN, 3)
    assert sealed(idp) == before


def test_a_seal_of_another_key_is_not_replaced(idp: Database) -> None:
    write(idp, 3)
    sealing.seal(idp, Vault(b"x" * KEY_BYTES), 1)
    broken = sealing.seal(idp, VAULT, 2)
    assert broken is not None
    assert broken.breach is Breach.SEAL
    with pytest.raises(BrokenSealError):
        sealed(idp)


def test_a_seal_of_another_key_is_replaced_where_somebody_says_so(idp: Database) -> None:
    write(idp, 3)
    sealing.seal(idp, Vault(b"x" * KEY_BYTES), 1)
    assert sealing.seal_anew(idp, VAULT, 2, actor="ada") is None
    found = sealed(idp)
    assert found is not None
    assert (found.head.seq, found.at) == (4, 2)
    with idp.read() as c:
        newest = events.by_number(c, 4)
    assert newest is not None
    assert (newest.type, newest.actor) == (EventType.EVENTS_SEALED_ANEW, "ada")
    write(idp, 1)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 2")
    assert sealing.seal_anew(idp, VAULT, 3, actor="ada") is not None
    assert sealed(idp) == found


def test_a_first_seal_looks_at_everything(idp: Database) -> None:
    write(idp, 3)
    with by_hand(idp) as c:
        c.raw.execute("DELETE FROM events WHERE seq = 2")
    assert sealing.seal(idp, VAULT, 1) is not None
    assert sealed(idp) is None


def test_a_long_walk_ends_when_the_server_does(idp: Database) -> None:
    write(idp, 3)
    with pytest.raises(HaltedError):
        sealing.seal(idp, VAULT, 1, lambda: True)
    assert sealed(idp) is None
