"""OneLogin's ids, and our own."""

import re

import pytest

from lockstep.idp.eventlog import types
from lockstep.idp.eventlog.types import OWN_FROM, all_kinds, id_of, kind_of, own_id, types_of
from lockstep.idp.events import EventType


def test_ids_and_names_are_unique() -> None:
    kinds = all_kinds()
    assert len(kinds) == len(EventType)
    assert len({one.id for one in kinds}) == len(kinds)
    assert len({one.name for one in kinds}) == len(kinds)
    assert [one.id for one in kinds] == sorted(one.id for one in kinds)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (EventType.APP_ADDED_TO_ROLE, 1),
        (EventType.SIGNED_IN, 5),
        (EventType.SIGNED_OUT, 7),
        (EventType.USER_CREATED, 13),
        (EventType.USER_UPDATE_FAILED_IN_APP, 65),
        (EventType.ROLE_MEMBER_ADDED_BY_MAPPING, 149),
        (EventType.MAPPINGS_REAPPLIED, 202),
        (EventType.ROLE_CREATED, 100_276_644),
        (EventType.GROUP_MEMBERS_CHANGED_IN_APP, 104_392_598),
        (EventType.SYNC_FINISHED, 99_385_690),
        (EventType.EVENTS_REMOVED, 93_612_262),
    ],
)
def test_ids_never_change(kind: EventType, number: int) -> None:
    assert id_of(kind) == number


def test_ours_are_out_of_onelogins_way() -> None:
    for kind in EventType:
        number = id_of(kind)
        if kind.onelogin_id is not None:
            assert number == kind.onelogin_id
        assert number < 10_000 or OWN_FROM <= number < OWN_FROM + 2**24
    assert own_id("anything that comes") == own_id("anything that comes") >= OWN_FROM


def test_names_and_words() -> None:
    for one in all_kinds():
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", one.name), one
        assert set(re.findall(r"%\w+%", one.description)) <= {"%user%", "%app%", "%role%", "%actor_user%"}, one
        assert one.description[0] in "%" or one.description[0].isupper(), one
    assert kind_of(EventType.APP_ADDED_TO_ROLE).as_json() == {
        "id": 1,
        "name": "APP_ADDED_TO_ROLE",
        "description": "App %app% added to role %role%",
    }
    assert kind_of(EventType.ROLE_MEMBERS_CHANGED).description == "Role %role%: members changed by %actor_user%"
    assert kind_of(EventType.GROUP_CREATED_IN_APP).description == "Group: created in %app%"


def test_every_name_of_onelogin_belongs_to_a_type() -> None:
    assert types_of(types._ONELOGIN) >= {kind for kind in EventType if kind.onelogin_id is not None}
    assert len(types_of(types._ONELOGIN)) == len(types._ONELOGIN)


def test_types_by_their_ids() -> None:
    assert types_of([13, 14, 999_999]) == {EventType.USER_CREATED, EventType.USER_UPDATED}
    assert types_of([id_of(EventType.ROLE_CREATED)]) == {EventType.ROLE_CREATED}
