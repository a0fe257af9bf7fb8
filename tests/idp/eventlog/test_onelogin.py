"""An event in OneLogin's shape."""

import pytest

from lockstep.idp.eventlog.onelogin import instant, render
from lockstep.idp.eventlog.search import search_types
from lockstep.idp.events import Event, EventType

KEYS = {
    *("id", "created_at", "account_id", "event_type_id", "user_id", "user_name", "actor_user_id", "actor_user_name"),
    *("actor_system", "assuming_acting_user_id", "assumed_by_superadmin_or_reseller", "app_id", "app_name", "group_id"),
    *("group_name", "role_id", "role_name", "policy_id", "policy_name", "policy_type", "otp_device_id", "otp_device_name"),
    *("directory_sync_run_id", "service_directory_id", "adc_id", "trusted_idp_id", "mapping_id", "privilege_id"),
    *("certificate_id", "user_field_id", "object_id", "resource_type_id", "param", "ipaddr", "proxy_ip", "client_id"),
    *("risk_score", "risk_reasons", "risk_cookie_id", "notes", "custom_message", "error_description", "solved", "resolved_at"),
    *("app-name", "group-name", "radius_config_id", "lockstep_event_type_id", "lockstep_event_type"),
}
TAKEN = [
    *((1, 92), (95, 96), (100, 106), (110, 141), (145, 255), (291, 291), (300, 301), (303, 307), (330, 334), (400, 402)),
    *((410, 412), (501, 503), (510, 542), (545, 546), (550, 555), (600, 602), (700, 706), (800, 805), (900, 907), (911, 912)),
    *((931, 932), (950, 950), (1001, 1002), (1010, 1010), (1100, 1101), (1200, 1201), (1244, 1245), (1300, 1305)),
    *((1400, 1424), (1500, 1514), (1600, 1609), (1700, 1702), (1801, 1802), (1900, 1905), (2000, 2018), (2100, 2114)),
    *((2201, 2204), (3000, 3028), (9000, 9059)),
]
"""The ids that version 4 of OneLogin's own client takes in an event: it raises for any other (facts 133)."""


def given(event: Event) -> dict[str, object]:
    """What is not null."""
    shown = render(event, account_id=7)
    assert shown.keys() == KEYS
    return {key: value for key, value in shown.items() if value is not None}


def test_nothing_is_null_and_there() -> None:
    assert given(Event(type=EventType.USER_CREATED)) == {
        "id": 0,
        "created_at": "1970-01-01T00:00:00.000Z",
        "account_id": 7,
        "event_type_id": 13,
        "lockstep_event_type_id": 13,
        "lockstep_event_type": "user.created",
    }


@pytest.mark.parametrize("kind", EventType)
def test_onelogins_client_takes_every_event(kind: EventType) -> None:
    shown = render(Event(type=kind))
    number = shown["event_type_id"]
    assert number is None or any(low <= number <= high for low, high in TAKEN)
    assert search_types([shown["lockstep_event_type_id"]]) == {kind}
    if number is not None:
        assert number == shown["lockstep_event_type_id"]


def test_all_that_an_event_can_say() -> None:
    event = Event(
        type=EventType.USER_UPDATE_FAILED_IN_APP,
        actor="Ada Ames",
        actor_user_id=3,
        user_id=4,
        user_name="zoe@example.com",
        user_key="secret key",
        role_id=5,
        role_name="Readers",
        app_id=6,
        app_name="aws",
        object="plan",
        object_name="12",
        notes="notes",
        error_description="it said no",
        ipaddr="192.0.2.1",
        client_id="abc",
        group_id=8,
        group_name="Strict",
        policy_id=9,
        policy_name="Strict policy",
        mapping_id=10,
        directory_id=11,
        directory_sync_run_id=12,
        certificate_id=13,
        user_field_id=14,
        otp_device_id=15,
        otp_device_name="Phone",
        seq=99,
        at=1_453_368_015_990,
    )
    assert given(event) == {
        "id": 99,
        "created_at": "2016-01-21T09:20:15.990Z",
        "account_id": 7,
        "event_type_id": 65,
        "user_id": 4,
        "user_name": "zoe@example.com",
        "actor_user_id": 3,
        "actor_user_name": "Ada Ames",
        "app_id": 6,
        "app_name": "aws",
        "app-name": "aws",
        "group_id": 8,
        "group_name": "Strict",
        "group-name": "Strict",
        "role_id": 5,
        "role_name": "Readers",
        "policy_id": 9,
        "policy_name": "Strict policy",
        "otp_device_id": 15,
        "otp_device_name": "Phone",
        "directory_sync_run_id": 12,
        "service_directory_id": 11,
        "mapping_id": 10,
        "certificate_id": 13,
        "user_field_id": 14,
        "ipaddr": "192.0.2.1",
        "client_id": "abc",
        "notes": "notes",
        "custom_message": "plan 12",
        "error_description": "it said no",
        "lockstep_event_type_id": 65,
        "lockstep_event_type": "user.update_failed_in_app",
    }


def test_programs_are_systems_and_others_are_people() -> None:
    by = {name: given(Event(type=EventType.USER_CREATED, actor=name)) for name in ("import", "engine", "ada")}
    assert (by["import"]["actor_system"], by["engine"]["actor_system"]) == ("import", "engine")
    assert "actor_user_name" not in by["import"]
    assert by["ada"]["actor_user_name"] == "ada"
    assert "actor_system" not in by["ada"]


def test_instants_have_milliseconds() -> None:
    assert instant(1_800_000_000_007) == "2027-01-15T08:00:00.007Z"
