"""The stream of events, on both databases."""

import threading
from pathlib import Path

import pytest

from lockstep.idp import events
from lockstep.idp.events import Event, EventType
from lockstep.idp.storage import open_idp
from lockstep.kit.db import Database


def _user(name: str, user_id: int, what: EventType = EventType.USER_UPDATED) -> Event:
    return Event(type=what, actor="alice", user_id=user_id, user_name=name)


def test_comes_back_as_it_was_written(idp: Database) -> None:
    event = Event(
        type=EventType.USER_UPDATE_FAILED_IN_APP,
        actor="import",
        user_id=7,
        user_name="Zoë",
        role_id=8,
        role_name="Readers",
        app_id=9,
        app_name="AWS",
        object="group",
        object_name="Readers%s",
        notes="notes",
        error_description="it said no",
    )
    with idp.write(serial=events.SERIAL) as connection:
        events.append(connection, event, 1234)
    with idp.read() as connection:
        (found,) = events.since(connection, 0, 10)
    assert found.seq > 0
    assert found.at == 1234
    assert found == Event(**{name: getattr(event, name) for name in Event.__struct_fields__} | {"seq": found.seq, "at": 1234})


def test_since_goes_on_where_it_stopped(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as connection:
        assert events.latest(connection) == 0
        events.append_many(connection, (_user(f"u{number}", number) for number in range(25)), 1)
    with idp.read() as connection:
        first = events.since(connection, 0, 10)
        second = events.since(connection, first[-1].seq, 10)
        third = events.since(connection, second[-1].seq, 10)
        assert [event.user_id for event in first + second + third] == list(range(25))
        assert events.latest(connection) == third[-1].seq
        assert events.since(connection, third[-1].seq, 10) == []
        assert [event.user_id for event in events.follow(connection, first[-1].seq, batch=4)] == list(range(10, 25))


def test_append_many_writes_more_than_one_batch(sqlite_idp: Database) -> None:
    with sqlite_idp.write() as connection:
        events.append_many(connection, (_user("u", number) for number in range(12_001)), 1)
        assert [event.user_id for event in events.follow(connection, 0)] == list(range(12_001))


def test_nothing_to_append_is_nothing_written(idp: Database) -> None:
    with idp.write() as connection:
        events.append_many(connection, [], 1)
        assert events.latest(connection) == 0


def test_what_is_rolled_back_did_not_happen(idp: Database) -> None:
    def fail() -> None:
        with idp.write(serial=events.SERIAL) as connection:
            events.append(connection, _user("alice", 1), 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with idp.read() as connection:
        assert events.since(connection, 0, 10) == []


def test_for_user_by_id_by_name_and_by_both(idp: Database) -> None:
    with idp.write(serial=events.SERIAL) as connection:
        events.append(connection, _user("alice", 1, EventType.USER_CREATED), 1)
        events.append(connection, _user("bob", 2, EventType.USER_CREATED), 2)
        events.append(connection, _user("alice.adams", 1), 3)
        events.append(connection, Event(type=EventType.DIRECTORY_IMPORTED), 4)
    with idp.read() as connection:
        assert [event.at for event in events.for_user(connection, user_id=1, limit=9)] == [1, 3]
        assert [event.at for event in events.for_user(connection, user_name="alice", limit=9)] == [1]
        assert [event.at for event in events.for_user(connection, user_id=2, user_name="alice", limit=9)] == [1, 2]
        assert [event.at for event in events.for_user(connection, user_id=1, limit=1)] == [3]
        assert events.for_user(connection, limit=9) == []


def test_a_reader_never_meets_numbers_out_of_order(postgres_url: str, tmp_path: Path) -> None:
    # A second writer has to wait, even one that forgot to say `serial=`: else its later number could be read, and passed,
    # before the first one's is there.
    database = open_idp(tmp_path, postgres_url)
    second_is_through = threading.Event()

    def write_second() -> None:
        with database.write() as connection:
            events.append(connection, _user("second", 2), 1)
        second_is_through.set()

    other = threading.Thread(target=write_second)
    with database.write(serial=events.SERIAL) as connection:
        events.append(connection, _user("first", 1), 1)
        other.start()
        assert not second_is_through.wait(0.3)
    other.join()
    with database.read() as connection:
        assert [event.user_name for event in events.since(connection, 0, 9)] == ["first", "second"]
    database.close()


def test_names_and_onelogin_ids_are_unique() -> None:
    names = [what.value for what in EventType]
    ids = [what.onelogin_id for what in EventType if what.onelogin_id is not None]
    assert len(names) == len(set(names))
    assert len(ids) == len(set(ids))
    assert EventType.USER_CREATED.onelogin_id == 13
    assert EventType("role.member_added") is EventType.ROLE_MEMBER_ADDED


def test_describe_leaves_out_what_is_empty() -> None:
    event = Event(type=EventType.USER_CREATED, actor="alice", user_id=1, user_name="bob", seq=4, at=5)
    assert events.describe(event) == {
        "seq": 4,
        "at": 5,
        "type": "user.created",
        "event_type_id": 13,
        "actor": "alice",
        "user_id": 1,
        "user_name": "bob",
    }
    assert "event_type_id" not in events.describe(Event(type=EventType.ROLE_CREATED))
