"""Look-ups in the attribute definitions, how their values compare, and the RFC 7643 section 7 rendering."""

from typing import Any, Final
from unicodedata import normalize

from lockstep.scim.definitions import (
    COMMON,
    ENTERPRISE_SCHEMA,
    GROUP_SCHEMA,
    SCHEMAS,
    USER_SCHEMA,
    Attribute,
    Schema,
)
from lockstep.scim.messages import CORE_1, ENTERPRISE, ENTERPRISE_1, GROUP, LIST, RESOURCE_TYPE, SCHEMA, USER
from lockstep.scim.syntax import AttrPath, Path

ALL: Final = (USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_SCHEMA)
KNOWN_URNS: Final = {urn.lower(): urn for urn in (USER, GROUP, ENTERPRISE, CORE_1)} | {ENTERPRISE_1: ENTERPRISE}
"""Lower-case schema URNs, and the spelling they are known by here."""
CORE_URNS: Final = frozenset({USER, GROUP, CORE_1})
"""Schemas whose attributes stand at the top of a resource, not under the URN."""

_CORE: Final = {a.name.lower(): a for a in (*GROUP_SCHEMA.attributes, *USER_SCHEMA.attributes, *COMMON)}
_COMMON: Final = {attribute.name.lower(): attribute for attribute in COMMON}
_BY_URN: Final = {
    USER.lower(): USER_SCHEMA.by_name | _COMMON,
    GROUP.lower(): GROUP_SCHEMA.by_name | _COMMON,
    CORE_1: _CORE,
    ENTERPRISE.lower(): ENTERPRISE_SCHEMA.by_name,
}
_EXTENSION: Final = Attribute(ENTERPRISE, type="complex", sub_attributes=ENTERPRISE_SCHEMA.attributes)
_NO_ATTRIBUTES: Final[dict[str, Attribute]] = {}

__all__ = ["ALL", "CORE_URNS", "KNOWN_URNS", "SCHEMAS", "Attribute", "Schema", "case_key", "definition", "find"]


def find(attribute: str, sub: str | None = None, schema: str | None = None) -> Attribute | None:
    """The definition of an attribute, by name in any case; None if RFC 7643 knows none.

    Without `schema` it is looked for among the attributes of User, Group and those of every resource.  An empty
    `attribute` with the enterprise URN gives the extension as a complex attribute.
    """
    if schema is not None and not attribute:
        return _EXTENSION if schema.lower() == ENTERPRISE.lower() else None
    names = _CORE if schema is None else _BY_URN.get(schema.lower(), _NO_ATTRIBUTES)
    found = names.get(attribute.lower())
    if found is None or sub is None:
        return found
    return found.subs.get(sub.lower())


def definition(path: AttrPath | Path) -> Attribute | None:
    """The definition of what `path` ends at (its sub-attribute where it has one); None if RFC 7643 knows none."""
    return find(path.attribute, path.sub, path.schema)


def case_key(text: str) -> str:
    """What a string is compared by where case does not count: NFC and lower case, as PRECIS maps user names (RFC 8265 3.3)."""
    return normalize("NFC", normalize("NFC", text).lower()) if not text.isascii() else text.lower()


def compare_key(text: str, attribute: Attribute | None) -> str:
    """What a value of `attribute` is compared by; attributes nobody defined compare without case (RFC 7643 2.2)."""
    return text if attribute is not None and attribute.case_exact else case_key(text)


def schema_json(schema: Schema, base_url: str | None = None) -> dict[str, Any]:
    """One schema as RFC 7643 section 7 writes it; with `base_url`, `meta` says where it is."""
    body: dict[str, Any] = {"schemas": [SCHEMA], "id": schema.id, "name": schema.name, "description": schema.description}
    body["attributes"] = [_attribute_json(attribute) for attribute in schema.attributes]
    if base_url is not None:
        body["meta"] = {"resourceType": "Schema", "location": f"{base_url.rstrip('/')}/Schemas/{schema.id}"}
    return body


def schemas_json(base_url: str | None = None) -> dict[str, Any]:
    """All schemas as a list response (RFC 7644 section 4, `GET /Schemas`)."""
    rendered = [schema_json(schema, base_url) for schema in ALL]
    count = len(rendered)
    return {"schemas": [LIST], "totalResults": count, "itemsPerPage": count, "startIndex": 1, "Resources": rendered}


def resource_type_json(schema: Schema, base_url: str | None = None, *, extension_required: bool = False) -> dict[str, Any]:
    """The resource type whose core schema is `schema`, User or Group (RFC 7643 section 6)."""
    body: dict[str, Any] = {
        "schemas": [RESOURCE_TYPE],
        "id": schema.name,
        "name": schema.name,
        "endpoint": f"/{schema.name}s",
        "description": schema.description,
        "schema": schema.id,
    }
    if schema.id == USER:
        body["schemaExtensions"] = [{"schema": ENTERPRISE, "required": extension_required}]
    if base_url is not None:
        location = f"{base_url.rstrip('/')}/ResourceTypes/{schema.name}"
        body["meta"] = {"resourceType": "ResourceType", "location": location}
    return body


def _attribute_json(attribute: Attribute) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
    }
    if attribute.type not in ("complex", "boolean"):
        body |= {"caseExact": attribute.case_exact, "uniqueness": attribute.uniqueness}
    if attribute.canonical_values:
        body["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        body["referenceTypes"] = list(attribute.reference_types)
    if attribute.sub_attributes:
        body["subAttributes"] = [_attribute_json(sub) for sub in attribute.sub_attributes]
    return body
