"""The template that a connector has of itself: what is sent while an app has none of its own.  Pure."""

import json
from functools import lru_cache
from typing import Any

from lockstep.idp.apps.connectors.parameters import PLACES, PLURAL
from lockstep.scim.messages import ENTERPRISE, USER


@lru_cache(maxsize=1)
def standard() -> str:
    """Every attribute that a parameter can feed, each by its parameter: one that gives nothing is left out."""
    document: dict[str, Any] = {"schemas": [USER, ENTERPRISE], "active": "{$user.active}"}
    for key, (*holders, name) in PLACES.items():
        place = document
        for holder in holders:
            place = place.setdefault(holder, {})
        macro = f"{{$parameters.{key}}}"
        place[name] = [PLURAL[key](macro)] if key in PLURAL else {"value": macro} if key == "manager" else macro
    return json.dumps(document, indent=2)
