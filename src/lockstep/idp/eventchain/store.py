"""Where the chain has come to, and what lies before it: the tables, and the way rows get into the table of events.

Rows of events are never changed, and none is deleted but those that lie before the newest cut: triggers in the database see
to that, whoever asks.
"""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

from lockstep.idp.eventchain.encoding import GENESIS, NEWEST, Value
from lockstep.idp.schema import metadata
from lockstep.kit.db import Connection
from lockstep.kit.rows import insert_rows
from lockstep.kit.sql import Statement

# One row: the newest event of the chain.
event_head = sa.Table(
    "event_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)
# One row, once old events were removed: where the chain begins since.
event_cut = sa.Table(
    "event_cut",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("first_seq", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("removed", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
)

TRIGGERS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
        """CREATE TRIGGER events_are_kept BEFORE DELETE ON events
WHEN OLD.seq >= coalesce((SELECT first_seq FROM event_cut), 0)
BEGIN SELECT RAISE(ABORT, 'events are kept: only those before the cut are removed'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq < (SELECT first_seq FROM event_cut) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'events are kept: only those before the cut are removed';
    END IF;
    RAISE EXCEPTION 'events are never changed';
END
$$""",
        """CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_are_kept()""",
        """CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_are_kept()""",
    ),
}
"""What makes the table of events append-only; each database runs its own, once the tables are there."""


def guard(table: sa.Table) -> None:
    """Have whoever makes the table of events make its triggers, too."""
    table.add_is_dependent_on(event_cut)
    for dialect, texts in TRIGGERS.items():
        for text in texts:
            made = cast(Any, sa.DDL)(text.replace("%", "%%")).execute_if(dialect=dialect)
            sa.event.listen(table, "after_create", made)


_h = event_head.c
_events = sa.table("events", sa.column("seq"))
_TIP = Statement(
    sa.select(
        sa.select(sa.func.max(_events.c.seq)).scalar_subquery(),
        sa.select(_h.seq).scalar_subquery(),
        sa.select(_h.digest).scalar_subquery(),
    )
)
_SET_TIP = Statement(
    lambda insert: (
        insert(event_head)
        .values(
            id=1,
            seq=sa.bindparam("seq", type_=sa.BigInteger, required=True),
            digest=sa.bindparam("digest", type_=sa.LargeBinary, required=True),
        )
        .on_conflict_do_update(
            index_elements=["id"],
            set_={
                "seq": sa.bindparam("seq", type_=sa.BigInteger, required=True),
                "digest": sa.bindparam("digest", type_=sa.LargeBinary, required=True),
            },
        )
    )
)
_COLUMNS = (*NEWEST, "digest")


def tip(c: Connection) -> tuple[int, bytes]:
    """(the number that the newest row has, the digest that the next one follows).

    The number is that of any row there is, so that one that somebody has put there by hand stops nobody from writing.
    """
    newest, seq, digest = c.all(_TIP)[0]
    return max(newest or 0, seq or 0), GENESIS if digest is None else bytes(digest)


def set_tip(c: Connection, seq: int, digest: bytes) -> None:
    """The chain has come to this event."""
    c.run(_SET_TIP, seq=seq, digest=digest)


def insert(c: Connection, rows: Sequence[Sequence[Value | bytes]]) -> None:
    """Write rows of events: the values of `NEWEST`, and the digest."""
    insert_rows(c, "events", _COLUMNS, rows)
