"""The schemas that the endpoint shows: RFC 7643's, cut down to the attributes that AWS supports (page "Limitations").

The full list that AWS returns is not public; each schema is `{id, name, description, attributes}`, as in GetSchema's example.
"""

from typing import Any

from lockstep.center.directory.shapes import SUPPORTED
from lockstep.scim.messages import ENTERPRISE, GROUP, USER
from lockstep.scim.schemas import ALL, schema_json

_NAMES = {USER: "User", ENTERPRISE: "EnterpriseUser", GROUP: "Group"}


def _supported(schema: dict[str, Any]) -> dict[str, Any]:
    kept = SUPPORTED[schema["id"]]
    attributes = []
    for attribute in schema["attributes"]:
        if attribute["name"] in kept:
            parts = kept[attribute["name"]]
            attributes.append(_with_parts(attribute, parts) if parts else attribute)
    return {"id": schema["id"], "name": _NAMES[schema["id"]], "description": schema["description"], "attributes": attributes}


def _with_parts(attribute: dict[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    return {**attribute, "subAttributes": [part for part in attribute["subAttributes"] if part["name"] in parts]}


SCHEMAS: dict[str, dict[str, Any]] = {
    urn: _supported(schema_json(schema)) for urn in _NAMES for schema in ALL if schema.id == urn
}
"""By URN: User, EnterpriseUser, Group."""
