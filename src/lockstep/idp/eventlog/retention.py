"""Removes old events, and leaves the chain whole: a record of where it begins since, and an event that tells of it.

A cut is decided in one transaction: the record, and the event, which hangs on the chain like any other.  From then on the chain
begins at the cut.  What lies before is removed a piece at a time, by whoever keeps house next if this one is stopped.  The
database itself lets nothing else be removed (`eventchain.store`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from lockstep.idp import events
from lockstep.idp.eventlog import readers, sealing, store
from lockstep.idp.eventlog.records import BrokenSealError, Cut, Head
from lockstep.idp.events import Event, EventType
from lockstep.kit.clock import Clock
from lockstep.kit.db import Connection, Database
from lockstep.kit.problems import ValueProblem
from lockstep.kit.vault import Vault

DAY_MS = 86_400_000
MOST_DAYS = 36_500
SERVER = "server"
_AT_ONCE = 2_000
"""Events removed in one transaction, so that nobody waits long behind it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How long events are kept, and what is known of those that were not.

    `days` 0 keeps them for ever.  `waits_for` names who has yet to read events that are old enough to go ("" for nobody), and
    `from_seq` is the first of those.
    """

    days: int
    cut: Cut | None
    waits_for: str = ""
    from_seq: int = 0


def standing(c: Connection, now: int) -> Standing:
    """How long events are kept, and whom the removal of old ones waits for."""
    days = store.days(c)
    found = Standing(days, store.cut(c))
    unread = readers.first_unread(c)
    if days and unread is not None and unread[0] < events.first_at(c, now - days * DAY_MS):
        return Standing(days, found.cut, unread[1], unread[0])
    return found


def change(c: Connection, days: int, *, actor: str, now: int) -> None:
    """Keep events for so many days from now on, 0 for ever.  Raises ValueProblem."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueProblem(
            "days", f"use 0 (for ever) to {MOST_DAYS} days", f"events are kept for 0 (for ever) to {MOST_DAYS} days"
        )
    if days == store.days(c):
        return
    store.set_days(c, days)
    notes = f"events are kept for {days} days" if days else "events are kept for ever"
    events.append(c, Event(type=EventType.EVENTS_RETENTION_CHANGED, actor=actor, object="events", notes=notes), now)


def remove_old(db: Database, vault: Vault, clock: Clock, stopped: Callable[[], bool]) -> int:
    """Remove what is kept no longer, as far as the seal reaches and nobody has yet to read it; how many events were."""
    now = clock()
    with db.read() as c:
        wanted = _place(c, vault, now) is not None
    if wanted:
        with db.write(serial=events.SERIAL) as c:
            _decide(c, vault, now)
    return _remove(db, stopped)


def _place(c: Connection, vault: Vault, now: int) -> Head | None:
    """The last event to go; None where none is.

    A day's events go together, so that there is one cut a day and not one a minute.
    """
    days = store.days(c)
    start = sealing.beginning(c)
    if not days or events.first_at(c, now - (days + 1) * DAY_MS) <= max(start.seq + 1, events.oldest(c)):
        return None
    last = events.first_at(c, now - days * DAY_MS) - 1
    unread = readers.first_unread(c)
    if unread is not None:
        last = min(last, unread[0] - 1)
    try:
        seal = sealing.read(c, vault)
    except BrokenSealError:
        return None
    last = 0 if seal is None else min(last, seal.head.seq - 1)
    found = store.last_until(c, last)
    return found if found is not None and found.seq > start.seq else None


def _decide(c: Connection, vault: Vault, now: int) -> None:
    last = _place(c, vault, now)
    if last is None:
        return
    before = store.cut(c)
    first = events.oldest(c) if before is None else before.first_seq
    removed = 0 if before is None else before.removed
    store.set_cut(c, Cut(last.seq + 1, last.digest, removed, now, SERVER))
    readers.tell(c, last.seq + 1)
    notes = f"events {first} to {last.seq}, older than {store.days(c)} days"
    event = Event(type=EventType.EVENTS_REMOVED, actor=SERVER, object="events", object_name=str(last), notes=notes)
    events.append(c, event, now)


def _remove(db: Database, stopped: Callable[[], bool]) -> int:
    """Remove what lies before the cut, also what an earlier removal has left."""
    with db.read() as c:
        cut = store.cut(c)
        left = cut is not None and events.oldest(c) < cut.first_seq
    gone = 0
    while cut is not None and left and not stopped():
        with db.write(serial=events.SERIAL) as c:
            now_gone = store.remove(c, cut.first_seq, _AT_ONCE)
        gone += now_gone
        left = now_gone == _AT_ONCE
    return gone
