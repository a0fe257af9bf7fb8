"""Filters, directions and pages of the API's list of events."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lockstep.idp import events
from lockstep.idp.eventlog import search as searching
from lockstep.idp.eventlog.search import Cursor, Page, Search, search, search_types
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Database

COUNT = 40
KINDS = (EventType.USER_CREATED, EventType.USER_UPDATED, EventType.ROLE_CREATED)


def fill(db: Database) -> None:
    """Events 1 to 40, event n at 10·n."""
    with db.write(serial=events.SERIAL) as c:
        for n in range(1, COUNT + 1):
            event = Event(
                type=KINDS[n % 3],
                user_id=n % 4,
                app_id=n % 5 or None,
                client_id="abc" if n % 7 == 0 else "",
                directory_id=2 if n % 2 else None,
            )
            events.append(c, event, n * 10)


def wanted(keep: Search) -> list[int]:
    """What the filters let through, worked out by hand."""
    return [
        n
        for n in range(1, COUNT + 1)
        if (keep.types is None or KINDS[n % 3] in keep.types)
        and n * 10 >= keep.since
        and (not keep.until or n * 10 < keep.until)
        and keep.user_id in (None, n % 4)
        and keep.app_id in (None, n % 5 or -1)
        and keep.client_id in ("", "abc" if n % 7 == 0 else "-")
        and keep.directory_id in (None, 2 if n % 2 else -1)
    ]


def page(db: Database, keep: Search, cursor: Cursor | None = None, *, rising: bool = False, limit: int = 7) -> Page:
    with db.read() as c:
        return search(c, keep, cursor=cursor, rising=rising, limit=limit)


def pages(db: Database, keep: Search, *, rising: bool, limit: int) -> list[Page]:
    """Every page, from the first to the last."""
    found = [page(db, keep, rising=rising, limit=limit)]
    while (cursor := found[-1].after) is not None:
        found.append(page(db, keep, cursor, rising=rising, limit=limit))
    return found


def numbers(found: list[Page]) -> list[int]:
    return [event.seq for one in found for event in one.events]


SEARCHES = [
    Search(),
    Search(types=search_types([13])),
    Search(types=search_types([13, 14])),
    Search(types=search_types([999])),
    Search(since=100, until=200),
    Search(since=105),
    Search(until=105),
    Search(user_id=2),
    Search(user_id=2, types=search_types([13]), since=50),
    Search(app_id=3),
    Search(client_id="abc"),
    Search(directory_id=2, app_id=1),
    Search(user_id=77),
]


@pytest.mark.parametrize("rising", [True, False])
def test_pages_hold_everything_once_both_ways(idp: Database, rising: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(idp)
    for span in (200_000, 6):
        monkeypatch.setattr(searching, "SPAN", span)
        for keep in SEARCHES:
            there = pages(idp, keep, rising=rising, limit=3)
            expected = wanted(keep) if rising else wanted(keep)[::-1]
            assert numbers(there) == expected, (keep, span)
            back, cursor = [there[-1]], there[-1].before
            while cursor is not None:
                back.insert(0, page(idp, keep, cursor, rising=rising, limit=3))
                cursor = back[0].before
            assert numbers(back) == expected, (keep, span)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_there_and_back(sqlite_idp: Database, data: st.DataObject) -> None:
    """Whatever the span and the page: one page on and one back is the same page."""
    with sqlite_idp.read() as c:
        empty = events.latest(c) == 0
    if empty:
        fill(sqlite_idp)
    keep = data.draw(st.sampled_from(SEARCHES))
    rising, limit, span = data.draw(st.booleans()), data.draw(st.integers(1, 50)), data.draw(st.integers(1, 60))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "SPAN", span)
        there = pages(sqlite_idp, keep, rising=rising, limit=limit)
        assert numbers(there) == (wanted(keep) if rising else wanted(keep)[::-1])
        assert all(len(one.events) <= limit for one in there)
        for one in there[1:]:
            assert one.before is not None
            before = page(sqlite_idp, keep, one.before, rising=rising, limit=limit)
            assert before.after is not None
            on = page(sqlite_idp, keep, before.after, rising=rising, limit=limit)
            if one.events and on.events:
                assert on.events[0] == one.events[0]


def test_what_is_new_comes_before_the_first_page(idp: Database) -> None:
    fill(idp)
    first = page(idp, Search(), limit=5)
    assert first.before is None
    assert [event.seq for event in first.events] == [40, 39, 38, 37, 36]
    with idp.write(serial=events.SERIAL) as c:
        events.append(c, Event(type=EventType.SYNC_FINISHED), 500)
    news = page(idp, Search(), Cursor(40, back=True))
    assert [event.seq for event in news.events] == [41]


def test_a_page_has_fifty_at_most_and_one_at_least(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        events.append_many(c, (Event(type=EventType.USER_UPDATED) for _ in range(60)), 1)
    assert len(page(idp, Search(), limit=1_000).events) == 50
    assert len(page(idp, Search(), limit=0).events) == 1


def test_an_empty_stream(idp: Database) -> None:
    assert page(idp, Search()) == Page()
    assert page(idp, Search(since=5, until=3), rising=True) == Page()
