"""What a server does about events by itself."""

from lockstep.idp import events
from lockstep.idp.eventlog import retention, sealing
from lockstep.idp.eventlog.housekeeping import keep_house
from lockstep.kit.db import Database
from lockstep.kit.vault import KEY_BYTES, Vault
from tests.idp.eventlog.tampering import by_hand, write

VAULT = Vault(bytes(KEY_BYTES))
NOW = 100 * retention.DAY_MS


def house(db: Database, *, stopped: bool = False) -> int:
    """Keep house; the number of the oldest event then."""
    keep_house(db, VAULT, lambda: NOW, lambda: stopped)
    with db.read() as c:
        return events.oldest(c)


def old_ones(db: Database) -> None:
    write(db, 5, at=1)
    write(db, 1, at=NOW)
    with db.write(serial=events.SERIAL) as c:
        retention.change(c, 30, actor="ada", now=NOW)


def test_it_seals_and_then_removes(idp: Database) -> None:
    old_ones(idp)
    assert house(idp) == 6
    with idp.read() as c:
        seal = sealing.read(c, VAULT)
    assert seal is not None
    assert seal.head.seq == 7


def test_a_server_that_stops_leaves_it_to_the_next(idp: Database) -> None:
    old_ones(idp)
    assert house(idp, stopped=True) == 1


def test_nothing_is_removed_from_a_broken_chain(idp: Database) -> None:
    old_ones(idp)
    with by_hand(idp) as c:
        c.raw.execute("UPDATE events SET actor = 'bob' WHERE seq = 2")
    assert house(idp) == 1
