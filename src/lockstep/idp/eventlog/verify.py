"""Proves that no event was changed, taken out or put in: walks the whole chain, and compares with what is kept elsewhere.

What it proves, and what it does not, is in docs/events.md.
"""

from collections.abc import Iterable

from lockstep.idp import events
from lockstep.idp.eventlog import sealing, store
from lockstep.idp.eventlog.records import Breach, Broken, Cut, Head, Verified
from lockstep.idp.eventlog.walking import Kept, Walk
from lockstep.idp.events import EventType
from lockstep.kit.db import Connection, Database
from lockstep.kit.vault import Vault

_SEAL = "the seal"


def verify(c: Connection, vault: Vault, now: int, kept: Iterable[Kept] = ()) -> Verified:
    """Walk from where the chain begins to its end.

    `kept` are heads that somebody has kept elsewhere; those of events that retention has removed since say nothing any more.
    """
    cut = store.cut(c)
    start = sealing.beginning(c)
    known = [one for one in kept if one.head.seq >= start.seq and one.head.seq]
    sealed, broken = 0, None
    try:
        seal = sealing.read(c, vault)
    except sealing.BrokenSealError:
        broken = sealing.broken_seal()
    else:
        if seal is not None:
            sealed = seal.head.seq
            known.append(Kept(seal.head, _SEAL))
    walk = Walk(c, start, store.head(c), known, tells=EventType.EVENTS_REMOVED.value)
    broken = walk.run() or broken or _unattested(cut, walk)
    return Verified(
        count=walk.count,
        first=walk.first,
        last=walk.before.seq if walk.count else 0,
        digest=walk.before.digest.hex() if walk.count else "",
        sealed=sealed,
        heads=sum(where != _SEAL for where in walk.met),
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


def verify_and_keep(db: Database, vault: Vault, now: int, kept: Iterable[Kept] = ()) -> Verified:
    """The same over one consistent state beside whoever writes, and what came of it is kept, for the console."""
    with db.snapshot() as c:
        found = verify(c, vault, now, kept)
    with db.write(serial=events.SERIAL) as c:
        store.set_verification(c, found.as_json())
    return found
