"""How rows get into the table of events, and that nobody gets them out."""

import sqlite3

import psycopg
import pytest

from lockstep.idp import events
from lockstep.idp.eventchain import store
from lockstep.idp.eventchain.encoding import GENESIS
from lockstep.idp.events import Event, EventType
from lockstep.kit.db import Connection, Database


def write(c: Connection, count: int, name: str = "u") -> None:
    events.append_many(c, (Event(type=EventType.USER_UPDATED, user_name=name, user_id=n) for n in range(count)), 1)


def test_numbers_have_no_gap_whatever_is_undone(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        assert store.tip(c) == (0, GENESIS)
        write(c, 2)
    with pytest.raises(RuntimeError), idp.write(serial=events.SERIAL) as c:
        write(c, 3)
        raise RuntimeError
    with idp.write(serial=events.SERIAL) as c:
        write(c, 30, "many")  # by COPY
        write(c, 1, "one")
    with idp.read() as c:
        assert [event.seq for event in events.follow(c, 0)] == list(range(1, 34))
        seq, digest = store.tip(c)
        assert (seq, len(digest)) == (33, 33)


def test_a_row_put_there_by_hand_stops_nobody(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        write(c, 2)
        c.raw.execute(
            "INSERT INTO events (seq, at, type, actor, user_name, role_name, app_name, object, object_name, notes,"
            " error_description) VALUES (9, 1, 'user.updated', '', '', '', '', '', '', '', '')"
        )
        write(c, 1)
    with idp.read() as c:
        assert [event.seq for event in events.follow(c, 0)] == [1, 2, 9, 10]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events SET actor = 'somebody else' WHERE seq = 1", "events are never changed"),
        ("UPDATE events SET digest = NULL", "events are never changed"),
        ("DELETE FROM events WHERE seq = 2", "events are kept"),
        ("DELETE FROM events", "events are kept"),
    ],
)
def test_the_table_is_only_added_to(idp: Database, statement: str, words: str) -> None:
    with idp.write(serial=events.SERIAL) as c:
        write(c, 3)
    refused = (psycopg.errors.RaiseException, sqlite3.IntegrityError)
    with pytest.raises(refused, match=words), idp.write() as c:
        c.raw.execute(statement)
    with idp.read() as c:
        assert [event.actor for event in events.follow(c, 0)] == ["", "", ""]


def test_postgresql_does_not_empty_the_table(postgresql: Database) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="events are never changed"), postgresql.write() as c:
        c.raw.execute("TRUNCATE events")


def test_what_lies_before_the_cut_may_go(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as c:
        write(c, 3)
        c.raw.execute(
            "INSERT INTO event_cut (id, first_seq, digest, removed, at, actor)"
            " SELECT 1, 3, digest, 0, 1, 'x' FROM events WHERE seq = 2"
        )
        c.raw.execute("DELETE FROM events WHERE seq < 3")
    with idp.read() as c:
        assert [event.seq for event in events.follow(c, 0)] == [3]
