"""Somebody who has the database and no scruples: triggers are switched off, rows are changed by hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from lockstep.idp import events
from lockstep.idp.eventchain.encoding import GENESIS, NEWEST, link
from lockstep.idp.eventchain.store import set_tip
from lockstep.idp.eventlog import store
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection, Database

TRIGGERS = ("events_are_never_changed", "events_are_kept")


@contextmanager
def by_hand(db: Database) -> Iterator[Connection]:
    """A transaction in which the table of events is like any other."""
    with db.write() as c:
        if c.dialect == "sqlite":
            c.script([f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS])
        else:
            c.script(["ALTER TABLE events DISABLE TRIGGER USER"])
        yield c
        if c.dialect == "postgresql":
            c.script(["ALTER TABLE events ENABLE TRIGGER USER"])


def write(db: Database, count: int, *, at: int = 1_000, first: int = 1) -> None:
    """Events, about users 1, 2, 3, …"""
    some = (
        Event(type=EventType.USER_UPDATED, actor="alice", user_id=n, user_name=f"u{n}") for n in range(first, first + count)
    )
    with db.write(serial=events.SERIAL) as c:
        events.append_many(c, some, at)


def rewrite(c: Connection) -> None:
    """Chain everything anew, as somebody who knows how and has no key would."""
    digest, seq = GENESIS, 0
    for row, _ in list(store.walk(c, 0)):
        digest, seq = link(digest, row), int(str(row[0]))
        mark = "?" if c.dialect == "sqlite" else "%s"
        c.raw.execute(f"UPDATE events SET digest = {mark} WHERE seq = {mark}", (digest, seq))
    set_tip(c, seq, digest)


COLUMNS = ", ".join(NEWEST)
