"""Connectors by OneLogin's ids: `/api/2/connectors` (facts 21 to 23)."""

from typing import Any

from lockstep.idp.api.call import Answer, Call
from lockstep.idp.api.filters import Pattern
from lockstep.idp.apps.connectors import CONNECTORS
from lockstep.kit.db import Connection

SAML = 2
"""OneLogin's number of the way in which people sign in to an app."""
OWN_FROM = 900_001
"""Ids of connectors that OneLogin does not have begin here; its own are far below."""
IDS = {"aws-iam-identity-center": 130_413, "scim2": 130_179, "memory": OWN_FROM}
"""The id that each connector is shown with."""
_ALSO = dict.fromkeys((45_504, 156_557, 163_938, 174_558, 176_326), "scim2")
"""Other connectors of OneLogin that do what one of ours does."""
_NAMES = {"aws-iam-identity-center": "AWS IAM Identity Center (AWS Single Sign-on)"}


def connector_of(number: int) -> str | None:
    """Our name of the connector that OneLogin gives this id; None where there is none."""
    found = next((name for name, known in IDS.items() if known == number), _ALSO.get(number))
    return found if found in CONNECTORS else None


def id_of(name: str) -> int | None:
    """OneLogin's id of a connector of ours; None for one that it does not have."""
    return IDS.get(name)


def show_all(call: Call, _c: Connection) -> Answer:
    """The connectors that there are; `name` may hold `*`."""
    wanted = call.text("name")
    return Answer([one for one in _written() if not wanted or Pattern(wanted).fits(one["name"])])


def _written() -> list[dict[str, Any]]:
    return [
        {
            "id": IDS[name],
            "name": _NAMES.get(name, one.words),
            "icon_url": None,
            "auth_method": SAML,
            "allows_new_parameters": True,
        }
        for name, one in CONNECTORS.items()
        if name in IDS
    ]
