"""What a target holds, in the shape that we write: only the attributes that are ours, the manager by employee_id.  Pure."""

from collections.abc import Iterable
from typing import Any

from lockstep.idp.apps.connectors import provisioned
from lockstep.idp.apps.connectors.parameters import PLACES
from lockstep.idp.apps.recipe import Recipe
from lockstep.idp.apps.template.compiling import schemas_of
from lockstep.idp.apps.template.seeing import KeyOf, seen_by
from lockstep.idp.provisioning.records import Document
from lockstep.scim.messages import ENTERPRISE
from lockstep.scim.messages import USER as USER_SCHEMA


def observed_by(recipe: Recipe, resource: Document, key_of: KeyOf) -> Document:
    """The part of a SCIM user that an app writes.

    What is sent though it is empty counts as there where the target has nothing, which is the same (RFC 7643 section 2.5).
    """
    if recipe.template is not None:
        return seen_by(recipe.template, resource, key_of)
    seen = observed(resource, [one.key for one in recipe.parameters], key_of)
    for one in recipe.parameters:
        if not one.skip_if_blank and one.key in PLACES and provisioned(one):
            *holders, name = PLACES[one.key]
            place = seen.setdefault(holders[0], {}) if holders else seen
            place.setdefault(name, "")
    seen["schemas"] = schemas_of(seen)
    return seen


def observed(resource: Document, managed: Iterable[str], key_of: KeyOf) -> Document:
    """The part of a SCIM user that parameters named `managed` write (`userName`, `name.givenName`, `emails`, `costCenter`…).

    What the target adds of itself (id, meta, sub-attributes we never send) is left out, so that it never looks like drift.
    """
    seen: Document = {"active": _truth(resource.get("active", True))}
    for key in managed:
        _copy(resource, key, seen, key_of)
    seen["schemas"] = [USER_SCHEMA, ENTERPRISE] if ENTERPRISE in seen else [USER_SCHEMA]
    return seen


def _truth(value: Any) -> bool:
    return value.lower() != "false" if isinstance(value, str) else bool(value)


def _copy(resource: Document, key: str, seen: Document, key_of: KeyOf) -> None:
    if key in ("emails", "phoneNumbers"):
        _copy_first(resource, key, seen)
    elif key.startswith("name."):
        value = (resource.get("name") or {}).get(key.removeprefix("name."))
        if value:
            seen.setdefault("name", {})[key.removeprefix("name.")] = value
    elif key == "manager":
        _copy_manager(resource, seen, key_of)
    elif resource.get(key):
        seen[key] = resource[key]
    elif (resource.get(ENTERPRISE) or {}).get(key):
        seen.setdefault(ENTERPRISE, {})[key] = resource[ENTERPRISE][key]


def _copy_first(resource: Document, key: str, seen: Document) -> None:
    values = resource.get(key)
    if not isinstance(values, list) or not values or not isinstance(values[0], dict):
        return
    first = {name: values[0][name] for name in ("value", "type") if values[0].get(name)}
    if key == "emails" and "primary" in values[0]:
        first["primary"] = _truth(values[0]["primary"])
    if len(values) == 1 and first.get("value"):
        seen[key] = [first]
    else:
        seen[key] = [first, *values[1:]]


def _copy_manager(resource: Document, seen: Document, key_of: KeyOf) -> None:
    manager = (resource.get(ENTERPRISE) or {}).get("manager") or {}
    value = manager.get("value") if isinstance(manager, dict) else manager
    if value:
        seen.setdefault(ENTERPRISE, {})["manager"] = {"value": key_of(str(value)) or str(value)}
