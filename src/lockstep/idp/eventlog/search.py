"""What `GET /api/1/events` looks for (facts 131): filters, both directions, pages by number, at a bounded cost for each.

One look goes through `SPAN` events at most (but for those of one user, which have an index).  So a page can have fewer events
than asked for, or none, and still name a cursor to go on with: then nothing else that fits was among those.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

from lockstep.idp import events
from lockstep.idp.eventlog.types import types_of
from lockstep.idp.events import SPAN, TABLE, Event, EventType
from lockstep.kit.db import Connection
from lockstep.kit.sql import Statement, among, listed

MOST = 50
"""Events on one page."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which events are wanted; what is left out does not filter.

    `types` as ids come from `search_types`.  `since` and `until` are instants (ms): from that one on, and before that one.
    """

    types: frozenset[EventType] | None = None
    since: int = 0
    until: int = 0
    user_id: int | None = None
    app_id: int | None = None
    client_id: str = ""
    directory_id: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two pages: just beyond event `seq` in the order of the list, or, `back`, just before it."""

    seq: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Events in the order asked for, and where the pages after and before this one begin (None: there is none)."""

    events: list[Event] = field(default_factory=list)
    after: Cursor | None = None
    before: Cursor | None = None


def search_types(ids: Iterable[int]) -> frozenset[EventType]:
    """The types with these ids (OneLogin's or ours); ids that are nobody's find nothing, as at OneLogin."""
    return types_of(ids)


_e = TABLE.c
_USER = sa.bindparam("user_id", type_=sa.BigInteger)


def _statement(*, rising: bool, of_user: bool) -> Statement:
    """With the user as a plain condition, so that the index by user is used."""
    app, directory = (sa.bindparam(name, type_=sa.BigInteger) for name in ("app_id", "directory_id"))
    client = sa.bindparam("client_id", type_=sa.Text)
    wanted = [
        _e.seq >= sa.bindparam("low", type_=sa.BigInteger),
        _e.seq < sa.bindparam("end", type_=sa.BigInteger),
        sa.or_(sa.bindparam("any_type", type_=sa.Integer) == 1, among(_e.type, "types")),
        sa.or_(sa.bindparam("any_app", type_=sa.Integer) == 1, _e.app_id == app),
        sa.or_(sa.bindparam("any_directory", type_=sa.Integer) == 1, _e.directory_id == directory),
        sa.or_(client == sa.literal_column("''"), _e.client_id == client),
        *([_e.user_id == _USER] if of_user else []),
    ]
    order = _e.seq if rising else _e.seq.desc()
    return Statement(events.READ.where(*wanted).order_by(order).limit(sa.bindparam("limit", type_=sa.Integer)))


_STATEMENTS = {
    (rising, of_user): _statement(rising=rising, of_user=of_user) for rising in (True, False) for of_user in (True, False)
}


def search(c: Connection, wanted: Search, *, cursor: Cursor | None = None, rising: bool = False, limit: int = MOST) -> Page:
    """One page of the events that are wanted, the newest first, or `rising` by number (`sort=+id`).

    `cursor` is one that another page gave, None for the beginning of the list.  `limit` is cut to 1 … 50.
    """
    low, end = _range(c, wanted)
    back = cursor is not None and cursor.back
    upward = rising != back
    if cursor is not None:
        low, end = (max(low, cursor.seq + 1), end) if upward else (low, min(end, cursor.seq))
    found, rest = _look(c, wanted, low, end, upward=upward, limit=max(1, min(limit, MOST)))
    further = None if rest is None else Cursor(rest, back)
    if cursor is None:
        return Page(found, after=further)
    # Where the page is empty, the other way begins with the event that the cursor names.
    itself = cursor.seq + (1 if upward else -1)
    if back:
        found.reverse()
        return Page(found, after=Cursor(found[-1].seq if found else itself), before=further)
    return Page(found, after=further, before=Cursor(found[0].seq if found else itself, back=True))


def _range(c: Connection, wanted: Search) -> tuple[int, int]:
    """The numbers to look at: from, and before."""
    low = events.first_at(c, wanted.since) if wanted.since else events.oldest(c)
    end = events.first_at(c, wanted.until) if wanted.until else events.latest(c) + 1
    return low, end


def _look(c: Connection, wanted: Search, low: int, end: int, *, upward: bool, limit: int) -> tuple[list[Event], int | None]:
    """The first events in one direction, and the number to go on beyond; None where all were seen."""
    of_user = wanted.user_id is not None  # these have an index, and need no bound
    high = end if of_user or not upward else min(end, low + SPAN)
    bottom = low if of_user or upward else max(low, end - SPAN)
    rows = c.all(
        _STATEMENTS[upward, of_user],
        low=bottom,
        end=high,
        any_type=int(wanted.types is None),
        types=listed(one.value for one in wanted.types or ()),
        any_app=int(wanted.app_id is None),
        app_id=wanted.app_id,
        any_directory=int(wanted.directory_id is None),
        directory_id=wanted.directory_id,
        client_id=wanted.client_id,
        limit=limit + 1,
        **({"user_id": wanted.user_id} if of_user else {}),
    )
    found = [events.event_of(row) for row in rows[:limit]]
    if len(rows) > limit:
        return found, found[-1].seq
    if upward:
        return found, high - 1 if high < end else None
    return found, bottom if bottom > low else None
