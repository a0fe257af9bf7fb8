"""Proves that no event was changed, taken out or put in: walks the whole chain, and compares with what is kept elsewhere.

What it proves, and what it does not, is in docs/events.md.
"""

from collections.abc import Iterable
from pathlib import Path

from lockstep.idp import events
from lockstep.idp.eventlog import sealing, store
from lockstep.idp.eventlog.records import Breach, Broken, BrokenSealError, Cut, Head, Verified
from lockstep.idp.eventlog.walking import Kept, Walk
from lockstep.idp.events import EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import Vault


def verify(c: Connection, vault: Vault, now: int, kept: Iterable[Kept] = (), copy: Head | Broken | None = None) -> Verified:
    """Walk from where the chain begins to its end.  `copy` is the second copy of the seal (`sealing.copy_of`).

    `kept` are heads that somebody has kept elsewhere; those of events that retention has removed since say nothing any more.
    """
    cut = store.cut(c)
    start = sealing.beginning(c)
    broken, seals = None, [Kept(copy, sealing.COPY)] if isinstance(copy, Head) else []
    try:
        seal = sealing.read(c, vault)
    except BrokenSealError:
        broken = sealing.broken_seal()
    else:
        broken = copy if isinstance(copy, Broken) else None
        seals += [] if seal is None else [Kept(seal.head, sealing.SEAL)]
    known = [one for one in (*seals, *kept) if one.head.seq >= start.seq and one.head.seq]
    walk = Walk(c, start, store.head(c), known, tells=EventType.EVENTS_REMOVED.value)
    broken = walk.run() or broken or _unattested(cut, walk)
    return Verified(
        count=walk.count,
        first=walk.first,
        last=walk.before.seq if walk.count else 0,
        digest=walk.before.digest.hex() if walk.count else "",
        sealed=max((one.head.seq for one in seals), default=0),
        heads=sum(where not in (sealing.SEAL, sealing.COPY) for where in walk.met),
        removed=0 if cut is None else cut.removed,
        broken=broken,
        at=now,
    )


def _unattested(cut: Cut | None, walk: Walk) -> Broken | None:
    """Whoever removes events by the rules leaves an event that says so, which hangs on the chain like any other."""
    if cut is None or str(Head(cut.first_seq - 1, cut.digest)) in walk.told:
        return None
    words = f"events up to {cut.first_seq - 1} are on record as removed for their age, and no event tells of it"
    return Broken(Breach.NO_CUT, cut.first_seq, words)


def verify_and_keep(db: Database, vault: Vault, now: int, kept: Iterable[Kept] = (), file: Path | None = None) -> Verified:
    """The same over one consistent state beside whoever writes, and what came of it is kept, for the console.

    `file` holds the second copy of the seal.
    """
    copy = sealing.copy_of(file, vault)
    with db.snapshot() as c:
        found = verify(c, vault, now, kept, copy)
    with db.write(serial=events.SERIAL) as c:
        store.set_verification(c, found.as_json())
    return found
