"""The trail."""

from typing import Any

import pytest

from lockstep.center import events
from lockstep.center.events import HIDDEN, SCIM_SOURCE, Call, Operation, TooDeep, hidden
from lockstep.kit.db import Database

KEY = 987_654_321


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"userName": "ada", "active": True, "age": 3}, {"userName": HIDDEN, "active": True, "age": HIDDEN}),
        ({"schemas": ["urn:x"], "id": "1", "title": None}, {"schemas": ["urn:x"], "id": "1", "title": None}),
        ({"emails": [{"value": "a@x", "type": "work"}]}, {"emails": [{"value": HIDDEN, "type": "work"}]}),
        ({"members": [{"value": "u-1"}]}, {"members": [{"value": "u-1"}]}),
        ({"members": [{"value": "u-1", "display": "Ada"}]}, {"members": [{"value": "u-1", "display": HIDDEN}]}),
        ({"manager": {"value": "u-1", "displayName": "Ada"}}, {"manager": {"value": "u-1", "displayName": HIDDEN}}),
        ({"op": "add", "path": "title", "value": "Boss"}, {"op": "ADD", "path": "title", "value": HIDDEN}),
        ({"path": "Members", "value": [{"value": "u"}]}, {"path": "Members", "value": [{"value": "u"}]}),
        ({"path": 'emails[value eq "a@x"]'}, {"path": f"emails[{HIDDEN}]"}),
        ({"value": "ada"}, {"value": HIDDEN}),
        ("text", HIDDEN),
        (["text", 1, False], [HIDDEN, HIDDEN, False]),
    ],
)
def test_personal_values_are_hidden(value: Any, shown: Any) -> None:
    assert hidden(value) == shown


def test_the_id_in_a_members_path_is_shown() -> None:
    path = 'members[value eq "5418a458-c0a1-7066-bdd4-9ea543c0cf6d"]'
    assert hidden({"path": path}) == {"path": path}


def test_deep_values_are_refused_early() -> None:
    value: Any = "x"
    for _ in range(30):
        value = {"a": [value]}
    with pytest.raises(TooDeep):
        hidden(value)


def test_request_ids_are_uuids_and_distinct() -> None:
    from uuid import UUID

    ids = {events.new_request_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(UUID(one).version == 4 for one in ids)


def call(at: int) -> Call:
    return Call(Operation.CREATE_USER, SCIM_SOURCE, events.new_request_id(), at, "token")


def test_records_come_oldest_first_and_old_ones_are_forgotten(database: Database) -> None:
    with database.write() as connection:
        for at in (3000, 1000, 2000):
            events.append(connection, KEY, call(at), 201)
        events.append(connection, KEY + 1, call(500), 201)
        assert [record["eventTime"][-3:] for record in events.records(connection, KEY, "")] == ["01Z", "02Z", "03Z"]
        assert events.forget(connection, KEY, before=3000, most=1) == 1
        assert [record["eventTime"][-3:] for record in events.records(connection, KEY, "")] == ["02Z", "03Z"]
        assert events.forget(connection, KEY, before=3000, most=10) == 1
        assert len(list(events.records(connection, KEY + 1, ""))) == 1
