"""Short ways to write the values that the pure parts of the engine work on."""

from collections.abc import Sequence
from typing import Any

from lockstep.idp.provisioning.plan_groups import Member
from lockstep.idp.provisioning.records import DesiredGroup, DesiredUser, Document, GroupLink, UserLink, name_key
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA


def document(name: str, *, email: str = "", manager: str = "", active: bool = True, **attributes: Any) -> Document:
    """A SCIM user as a connector renders it, with what matters."""
    made: Document = {"active": active, "userName": name, **attributes}
    if email:
        made["emails"] = [{"value": email, "type": "work", "primary": True}]
    if manager:
        made[ENTERPRISE] = {"manager": {"value": manager}}
    made["schemas"] = [USER_SCHEMA, ENTERPRISE] if manager else [USER_SCHEMA]
    return made


def wanted(key: str, value: Document | None = None) -> DesiredUser:
    """Somebody who should be there."""
    return DesiredUser(key, value if value is not None else document(key))


def linked(key: str, value: Document | None = None, **more: Any) -> UserLink:
    """Somebody who is there; the target's id is t-KEY."""
    given = {"id": 1, "target_id": f"t-{key}", "made": True, **more}
    return UserLink(key=key, value=value if value is not None else document(key), **given)


def group(name: str, *feeders: str) -> DesiredGroup:
    """A group that should be there, fed by these group_ids."""
    return DesiredGroup(name_key(name), name, feeders)


def group_link(name: str, *feeders: str, number: int = 1, made: bool = True, missing: bool = False) -> GroupLink:
    """A group that is there; the target's id is t-NAME."""
    return GroupLink(number, name_key(name), name, f"t-{name}", made, feeders, missing)


def members(keys: Sequence[str], *, there: bool = True) -> list[Member]:
    """Members by key; those who are not there yet have no id."""
    return [Member(key, f"t-{key}" if there else "", f"{key}@x") for key in keys]
