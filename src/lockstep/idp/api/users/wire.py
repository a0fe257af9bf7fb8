"""A user as OneLogin's API writes it, and what a program sends of one.

A manager is somebody's id there and an employee_id here; the id is a text in JSON, because OneLogin's own client takes it as
nothing else (facts 2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lockstep.idp.api.bodies import ids_of
from lockstep.idp.api.call import whole
from lockstep.idp.api.filters import moment
from lockstep.idp.api.problems import invalid
from lockstep.idp.api.users.records import INSTANTS, NOT_KEPT, TEXTS
from lockstep.idp.directory.activity.records import Activity
from lockstep.idp.directory.records import FOLDER, User


@dataclass(frozen=True, slots=True)
class Around:
    """What is shown of a user besides their row."""

    role_ids: list[int]
    manager: int | None
    """The manager's id, None where there is none, or nobody here."""
    activity: Activity
    shortnames: tuple[str, ...]
    """The custom fields that there are."""


def write(user: User, around: Around, fields: Iterable[str]) -> dict[str, Any]:
    """The fields of a user that are wanted, in that order."""
    found = _all(user, around)
    return {name: found[name] for name in fields}


def _all(user: User, around: Around) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(user, ours) or None for name, ours in TEXTS.items()}
    found |= {name: moment(getattr(around.activity, name)) for name in INSTANTS}
    found |= {
        "id": user.id,
        "group_id": user.group_id,
        "role_ids": around.role_ids,
        "state": int(user.state),
        "status": int(user.status),
        "directory_id": user.source if user.source >= FOLDER else None,
        "trusted_idp_id": None,
        "manager_ad_id": None,
        "manager_user_id": None if around.manager is None else str(around.manager),
        "updated_at": moment(user.updated_at),
        "created_at": moment(user.created_at),
        "invalid_login_attempts": around.activity.invalid_login_attempts,
        "custom_attributes": {**dict.fromkeys(around.shortnames), **user.custom},
    }
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """What a program sends of a user; None for what it does not send.

    `manager` is the id of the manager, 0 for nobody.
    """

    texts: dict[str, str]
    custom: dict[str, str]
    status: int | None = None
    state: int | None = None
    group: tuple[int | None] | None = None
    roles: list[int] | None = None
    manager: int | None = None


def read(sent: Mapping[str, Any], kept: Mapping[str, Any]) -> Sent:
    """What is meant.  `kept` is what a user has of NOT_KEPT, which may be sent back.  Raises ApiProblem (422)."""
    for name in NOT_KEPT:
        if sent.get(name) is not None and sent[name] != kept.get(name):
            raise invalid(name, "cannot be set: it is kept by directories and trusted identity providers of OneLogin alone")
    return Sent(
        texts={ours: _text(name, sent[name]) for name, ours in TEXTS.items() if name in sent},
        custom=_custom(sent.get("custom_attributes")),
        status=_number(sent, "status"),
        state=_number(sent, "state"),
        group=(_number(sent, "group_id"),) if "group_id" in sent else None,
        roles=ids_of(sent["role_ids"], "role_ids") if sent.get("role_ids") is not None else None,
        manager=_manager(sent),
    )


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(name, "has to be a text")
    return value


def _number(sent: Mapping[str, Any], name: str) -> int | None:
    value = sent.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(name, "has to be a whole number")
    return value


def _manager(sent: Mapping[str, Any]) -> int | None:
    if "manager_user_id" not in sent:
        return None
    value = sent["manager_user_id"]
    if value is None or value == "":
        return 0
    found = (
        whole(value) if isinstance(value, str) else value if isinstance(value, int) and not isinstance(value, bool) else None
    )
    if found is None or found < 0:
        raise invalid("manager_user_id", "has to be the id of a user")
    return found


def _custom(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid("custom_attributes", "has to be an object of texts")
    found = {}
    for name, one in value.items():
        if one is not None and (isinstance(one, dict | list | bool) or not isinstance(one, str | int | float)):
            raise invalid(f"custom_attributes.{name[:100]}", "has to be a text")
        found[name] = "" if one is None else str(one)
    return found
