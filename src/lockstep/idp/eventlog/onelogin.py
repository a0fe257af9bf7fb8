"""An event as OneLogin's API shows it: `GET /api/1/events`, version 1 (facts 129, 130).  Pure."""

from datetime import UTC, datetime
from typing import Any

from lockstep.idp.eventlog.types import kind_of
from lockstep.idp.events import Event

SYSTEMS = frozenset({"", "import", "engine", "server", "command line", "mapping", "api"})
"""Actors that are programs, and no persons."""
NOT_HERE = (
    *("assuming_acting_user_id", "assumed_by_superadmin_or_reseller", "policy_type", "adc_id", "trusted_idp_id"),
    *("privilege_id", "object_id", "resource_type_id", "param", "proxy_ip", "risk_score", "risk_reasons", "risk_cookie_id"),
    *("solved", "resolved_at", "radius_config_id"),
)
"""Fields of OneLogin that nothing here has a value for; they are there, and null."""


def render(event: Event, *, account_id: int = 1) -> dict[str, Any]:
    """An event as JSON with every key that OneLogin's has, null where there is nothing.

    `event_type_id` is null for a type that OneLogin does not have: its own clients refuse an id that they do not know.  Ours is
    always in `lockstep_event_type_id`, which filters understand, and the dotted name in `lockstep_event_type`.

    `id` is our number, so it rises with time as OneLogin's does.  A person who acts is named in `actor_user_name` (by
    `actor_user_id`, where it is somebody of the directory), a program in `actor_system`.  What an event is about, where that is
    no user, role, app, group or policy, is in `custom_message`: "plan 12".
    """
    kind = kind_of(event.type)
    person = event.actor_user_id is not None or event.actor not in SYSTEMS
    shown: dict[str, Any] = {
        "id": event.seq,
        "created_at": instant(event.at),
        "account_id": account_id,
        "event_type_id": kind.id if kind.is_onelogins else None,
        "user_id": event.user_id,
        "user_name": event.user_name,
        "actor_user_id": event.actor_user_id,
        "actor_user_name": event.actor if person else None,
        "actor_system": None if person else event.actor,
        "app_id": event.app_id,
        "app_name": event.app_name,
        "app-name": event.app_name,  # so its documents and its clients spell it, and its answers the other way
        "group_id": event.group_id,
        "group_name": event.group_name,
        "group-name": event.group_name,
        "role_id": event.role_id,
        "role_name": event.role_name,
        "policy_id": event.policy_id,
        "policy_name": event.policy_name,
        "otp_device_id": event.otp_device_id,
        "otp_device_name": event.otp_device_name,
        "directory_sync_run_id": event.directory_sync_run_id,
        "service_directory_id": event.directory_id,
        "mapping_id": event.mapping_id,
        "certificate_id": event.certificate_id,
        "user_field_id": event.user_field_id,
        "ipaddr": event.ipaddr,
        "client_id": event.client_id,
        "notes": event.notes,
        "custom_message": f"{event.object} {event.object_name}".strip() if event.object_name else None,
        "error_description": event.error_description,
        "lockstep_event_type_id": kind.id,
        "lockstep_event_type": event.type.value,
    }
    return {**{key: None if value == "" else value for key, value in shown.items()}, **dict.fromkeys(NOT_HERE)}


def instant(ms: int) -> str:
    """`2016-01-21T09:20:15.990Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"
