"""The seal: the installation's key, which is not in the database, vouches for the chain up to an event.

A seal moves forward only over events that were found to hang together, from the seal before on.  So whoever can write the
database but does not have the key can change nothing before the seal without being noticed, however well they compute.
"""

from collections.abc import Callable

from lockstep.idp import events
from lockstep.idp.eventchain.encoding import GENESIS
from lockstep.idp.eventlog import store
from lockstep.idp.eventlog.records import Breach, Broken, Head, Seal, Verified, read_head
from lockstep.idp.eventlog.walking import Walk, never
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

_WHERE = "event_seal|sealed|1"


class BrokenSealError(Exception):
    """A seal that this key has not made."""


def read(c: Connection, vault: Vault) -> Seal | None:
    """The newest seal; None before the first.  Raises BrokenSealError."""
    found = store.seal(c)
    if found is None:
        return None
    sealed, at = found
    try:
        return Seal(read_head(vault.open(sealed, _WHERE)), at)
    except Problem:
        raise BrokenSealError from None


def broken_seal() -> Broken:
    """What a seal that does not open says."""
    return Broken(Breach.SEAL, 0, "the seal was not made with this key, or was tampered with")


def seal(db: Database, vault: Vault, now: int, stopped: Callable[[], bool] = never) -> Broken | None:
    """Move the seal to the newest event; what is wrong where the events since the last seal do not hang together.

    Then the seal stays where it is, and an event says so, once.  Raises HaltedError.
    """
    with db.read() as c:
        if _is_newest(c, vault):
            return None
    with db.snapshot() as c:
        old, walked = store.seal(c), _walk(c, vault, stopped)
    with db.write(serial=events.SERIAL) as c:
        if store.seal(c) != old:  # another server was faster; the next look begins at its seal
            return None
        if isinstance(walked, Head):
            store.set_seal(c, vault.seal(str(walked), _WHERE), now)
            return None
        _tell(c, walked, now)
    return walked


def _is_newest(c: Connection, vault: Vault) -> bool:
    """Whether nothing has happened since the last seal."""
    try:
        before = read(c, vault)
    except BrokenSealError:
        return False
    return store.head(c) == (None if before is None else before.head)


def _walk(c: Connection, vault: Vault, stopped: Callable[[], bool]) -> Head | Broken:
    """The place to seal, or what is wrong since the last seal."""
    try:
        before = read(c, vault)
    except BrokenSealError:
        return broken_seal()
    start = beginning(c)
    if before is not None:
        seq = before.head.seq
        if before.head not in (start, Head(seq, store.digest_of(c, seq) or b"")):
            return Broken(Breach.REWRITTEN, seq, f"event {seq} is gone, or is not the one that the seal knows")
        start = before.head
    walk = Walk(c, start, store.head(c), stopped=stopped)
    return walk.run() or walk.before


def beginning(c: Connection) -> Head:
    """The place in the chain that the first event that was kept follows."""
    cut = store.cut(c)
    return Head(0, GENESIS) if cut is None else Head(cut.first_seq - 1, cut.digest)


def _tell(c: Connection, found: Broken, now: int) -> None:
    known = store.verification(c)
    if known is not None and known["broken"] is not None and known["broken"]["words"] == found.words:
        return
    last = store.head(c)
    result = Verified(
        count=0, first=0, last=0 if last is None else last.seq, digest="", sealed=0, heads=0, removed=0, broken=found, at=now
    )
    store.set_verification(c, result.as_json())
    event = Event(type=EventType.EVENTS_BROKEN, actor="server", object="events", error_description=found.words)
    events.append(c, event, now)
