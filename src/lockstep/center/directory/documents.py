"""The SCIM document of a user or group, kept ready to send beside its row (AWS's pages CreateUser, ListUsers, CreateGroup).

`meta` has neither `location` nor `version`; the enterprise URN is in `schemas` only where the user has enterprise data.
"""

from functools import lru_cache
from typing import Any, cast

import msgspec

from lockstep.kit import clock
from lockstep.scim.messages import ENTERPRISE, GROUP, USER

Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@lru_cache(maxsize=4096)
def _iso(seconds: int) -> str:
    return clock.iso(seconds * 1000)


def user_document(user: Json, user_id: str, created_at: int, modified_at: int) -> str:
    """The document of a checked user (`shapes.checked_user`)."""
    schemas = [USER, ENTERPRISE] if ENTERPRISE in user else [USER]
    return _document(user, user_id, "User", schemas, (created_at, modified_at))


def group_document(group: Json, group_id: str, created_at: int, modified_at: int) -> str:
    """The document of a checked group (`shapes.checked_group`), without members: AWS never shows them."""
    return _document(group, group_id, "Group", [GROUP], (created_at, modified_at))


def _document(resource: Json, resource_id: str, kind: str, schemas: list[str], at: tuple[int, int]) -> str:
    whole: Json = {"id": resource_id}
    if "externalId" in resource:
        whole["externalId"] = resource["externalId"]
    whole["meta"] = {"resourceType": kind, "created": _iso(at[0] // 1000), "lastModified": _iso(at[1] // 1000)}
    whole["schemas"] = schemas
    return _encode(whole | resource).decode()


def attributes_of(document: str) -> Json:
    """What was checked, again: the document without what the service adds."""
    whole = cast(Json, _decode(document))
    for added in ("id", "meta", "schemas"):
        del whole[added]
    return whole


def with_members(document: str, members: list[Json] | None = None) -> str:
    """A group's document with `members` at its end; without an argument the empty list of ListGroups."""
    listed = "[]" if members is None else _encode(members).decode()
    return f'{document[:-1]},"members":{listed}}}'
