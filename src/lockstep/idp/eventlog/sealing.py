"""The seal: the installation's key, which is not in the database, vouches for the chain up to an event.

A seal moves forward only over events that were found to hang together, from the seal before on.  So whoever can write the
database but does not have the key can change nothing before the seal without being noticed, however well they compute; and
a second copy in a file (`outside`) is there where the first is taken away.
"""

from collections.abc import Callable
from pathlib import Path

from lockstep.idp import events
from lockstep.idp.eventchain.encoding import GENESIS
from lockstep.idp.eventlog import outside, store
from lockstep.idp.eventlog.records import Breach, Broken, BrokenSealError, Head, Seal, Verified, read_head
from lockstep.idp.eventlog.walking import Kept, Walk, never
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import Problem
from lockstep.kit.vault import Vault

_WHERE = "event_seal|sealed|1"
SEAL = "the seal"
COPY = "the seal beside the key"


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


def seal(db: Database, vault: Vault, now: int, stopped: Callable[[], bool] = never, file: Path | None = None) -> Broken | None:
    """Move the seal to the newest event; what is wrong where the events since the last seal do not hang together.

    Then the seal stays where it is, and an event says so, once.  `file` holds its second copy.  Raises HaltedError.
    """
    copy = copy_of(file, vault)
    with db.read() as c:
        if _is_newest(c, vault) and (file is None or copy == store.head(c)):
            return None
    with db.snapshot() as c:
        old, walked = store.seal(c), _walk(c, vault, copy, stopped)
    with db.write(serial=events.SERIAL) as c:
        if store.seal(c) != old:  # another server was faster; the next look begins at its seal
            return None
        if isinstance(walked, Broken):
            _tell(c, walked, now)
            return walked
        before = read(c, vault)
        if before is None or before.head != walked:
            store.set_seal(c, vault.seal(str(walked), _WHERE), now)
    outside.write(file, vault, walked)
    return None


def seal_anew(db: Database, vault: Vault, now: int, *, actor: str, file: Path | None = None) -> Broken | None:
    """Replace a seal that does not open, because the key was lost, or the seal tampered with; an event says so.

    What is wrong where the chain is not whole in itself: then nothing is sealed.
    """
    with db.write(serial=events.SERIAL) as c:
        broken = Walk(c, beginning(c), store.head(c)).run()
        if broken is not None:
            return broken
        event = Event(
            type=EventType.EVENTS_SEALED_ANEW, actor=actor, object="events", notes="what the seal before said is gone"
        )
        events.append(c, event, now)
        head = store.head(c)
        store.set_seal(c, vault.seal(str(head), _WHERE), now)
    if head is not None:
        outside.write(file, vault, head)
    return None


def copy_of(file: Path | None, vault: Vault) -> Head | Broken | None:
    """What the second copy knows, or what is wrong with it.

    To be asked for before the state of the database that it is compared with: what it knows is then in there.
    """
    try:
        return outside.read(file, vault)
    except BrokenSealError:
        return broken_seal()


def _is_newest(c: Connection, vault: Vault) -> bool:
    """Whether nothing has happened since the last seal."""
    try:
        before = read(c, vault)
    except BrokenSealError:
        return False
    return store.head(c) == (None if before is None else before.head)


def _walk(c: Connection, vault: Vault, copy: Head | Broken | None, stopped: Callable[[], bool]) -> Head | Broken:
    """The place to seal, or what is wrong since the last seal."""
    try:
        before = read(c, vault)
    except BrokenSealError:
        return broken_seal()
    if isinstance(copy, Broken):
        return copy
    start, kept = beginning(c), []
    if before is not None and not _is_there(c, before.head):
        return _gone(before.head, SEAL)
    if copy is not None and copy.seq >= start.seq:  # older ones say nothing any more
        if before is None or copy.seq > before.head.seq:
            kept.append(Kept(copy, COPY))
        elif not _is_there(c, copy):
            return _gone(copy, COPY)
    walk = Walk(c, start if before is None else before.head, store.head(c), kept, stopped=stopped)
    return walk.run() or walk.before


def _is_there(c: Connection, head: Head) -> bool:
    return head in (beginning(c), Head(head.seq, store.digest_of(c, head.seq) or b""))


def _gone(head: Head, where: str) -> Broken:
    return Broken(Breach.REWRITTEN, head.seq, f"event {head.seq} is gone, or is not the one that {where} knows")


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
