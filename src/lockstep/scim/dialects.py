"""What OneLogin, Okta and Entra really send, turned into what RFC 7643 and RFC 7644 describe, before it is parsed.

Tolerated: attribute names in any case; one object, or a bare string, where a list of objects belongs (`emails` from OneLogin's
old template); quoted booleans; nulls and empty strings for "nothing"; a manager by bare id (Entra); the URNs of SCIM 1.1; and
SCIM 1.1's partial group bodies for PATCH.  Each function gives a canonical body back unchanged.
"""

from collections.abc import Mapping
from typing import Any, Final

from lockstep.scim.matching import key_of
from lockstep.scim.messages import CORE_1, ENTERPRISE, ENTERPRISE_1, GROUP, PATCH_OP, USER, ScimError, refuse
from lockstep.scim.paths import parse_path
from lockstep.scim.schemas import find
from lockstep.scim.values import compact, conform

_SCIM_1: Final = frozenset({CORE_1, ENTERPRISE_1})
_VERBS_1: Final = {"add": "add", "delete": "remove"}
"""`operation` of a member in a SCIM 1.1 partial body (SCIM 1.1 section 3.3.2)."""


def normalise_user(body: object) -> dict[str, Any]:
    """A user as RFC 7643 writes it, without empty values; `schemas` lists User, and the extensions that are present.

    ScimError 400: invalidSyntax if `body` is no object, invalidValue if a value cannot be what its attribute is.
    """
    return _normalise(body, USER)


def normalise_group(body: object) -> dict[str, Any]:
    """A group likewise; errors as for `normalise_user`."""
    return _normalise(body, GROUP)


def normalise_patch(body: object) -> dict[str, Any]:
    """A PATCH body as RFC 7644 3.5.2 writes it: `{schemas: [PatchOp], Operations: [{op, path?, value?}, …]}`.

    A SCIM 1.1 partial body (`members` with `operation`, `meta.attributes`, or a 1.0 schema) becomes operations.  What cannot be
    understood stays as it is, for `patch.parse_patch` to name the error; ScimError 400 invalidSyntax if `body` is no object.
    """
    if not isinstance(body, dict):
        refuse("invalidSyntax", "The body of a PATCH is a JSON object.")
    key = key_of(body, "Operations")
    if key is not None:
        operations = body[key]
        changed = [_operation(item) for item in operations] if isinstance(operations, list) else operations
        return {"schemas": _patch_schemas(body), "Operations": changed}
    if key_of(body, "members") is not None or _speaks_1(body):
        return {"schemas": [PATCH_OP], "Operations": _partial_1(body)}
    return dict(body)


def _normalise(body: object, core: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        refuse("invalidSyntax", "The body is a JSON object.")
    result: dict[str, Any] = {"schemas": []}
    for key, value in body.items():
        name = _canonical_name(key)
        if name != "schemas":
            result[name] = conform(find("", None, name) if _is_urn(name) else find(name), value)
    listed = _schemas(body, core)
    result = compact(result)
    extensions = [name for name in result if _is_urn(name)]
    return {
        "schemas": [*(urn for urn in listed if urn != ENTERPRISE or urn in extensions), *_missing(extensions, listed)]
    } | result


def _is_urn(name: str) -> bool:
    return name[:4].lower() == "urn:"


def _canonical_name(key: str) -> str:
    """The spelling of a top-level name: of the enterprise extension in both versions, and of every defined attribute."""
    if key.lower() in (ENTERPRISE.lower(), ENTERPRISE_1):
        return ENTERPRISE
    attribute = None if _is_urn(key) else find(key)
    return key if attribute is None else attribute.name


def _schemas(body: Mapping[str, Any], core: str) -> list[str]:
    key = key_of(body, "schemas")
    sent = [] if key is None else body[key] if isinstance(body[key], list) else [body[key]]
    spelling = {core.lower(): core, CORE_1: core, ENTERPRISE.lower(): ENTERPRISE, ENTERPRISE_1: ENTERPRISE}
    urns = [spelling.get(urn.lower(), urn) for urn in sent if isinstance(urn, str) and urn]
    return list(dict.fromkeys(urns if core in urns else [core, *urns]))


def _missing(extensions: list[str], listed: list[str]) -> list[str]:
    known = {urn.lower() for urn in listed}
    return [urn for urn in extensions if urn.lower() not in known]


def _patch_schemas(body: Mapping[str, Any]) -> Any:
    """`schemas` of a PATCH; a body with Operations can be nothing else, so a missing or 1.1 URN is made good."""
    key = key_of(body, "schemas")
    sent = None if key is None else body[key]
    known = isinstance(sent, list) and PATCH_OP.lower() in {str(urn).lower() for urn in sent}
    return [PATCH_OP] if known or not sent or _speaks_1(body) else sent


def _speaks_1(body: Mapping[str, Any]) -> bool:
    key = key_of(body, "schemas")
    sent = [] if key is None else body[key]
    return isinstance(sent, list) and any(isinstance(urn, str) and urn.lower() in _SCIM_1 for urn in sent)


def _operation(item: object) -> object:
    """One operation with canonical names, op in lower case, and its value in the shape of its path's attribute."""
    if not isinstance(item, dict):
        return item
    result = {(key.lower() if key.lower() in ("op", "path", "value") else key): value for key, value in item.items()}
    if isinstance(result.get("op"), str):
        result["op"] = result["op"].lower()
    if isinstance(result.get("path"), str) and result["path"] and "value" in result and result.get("op") != "remove":
        try:
            result["value"] = _shaped(result["path"], result["value"])
        except ScimError:
            return result  # `parse_patch` and `apply` say what is wrong with it
    return result


def _shaped(text: str, value: Any) -> Any:
    path = parse_path(text)
    attribute = find(path.attribute, path.sub, path.schema)
    if attribute is None or value is None:
        return value
    if path.where is not None and path.sub is None:
        shaped = conform(attribute, value)
        return shaped[0] if isinstance(shaped, list) and len(shaped) == 1 else value
    return conform(attribute, value)


def _partial_1(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A SCIM 1.1 partial body (section 3.3.2): `meta.attributes` go first; members join and leave; the rest is replaced."""
    operations: list[dict[str, Any]] = []
    for key, value in body.items():
        name = _canonical_name(key)
        if name == "meta":
            removed = value.get("attributes") if isinstance(value, dict) else None
            names = removed if isinstance(removed, list) else []
            operations[:0] = [{"op": "remove", "path": path} for path in names if isinstance(path, str)]
        elif name == "members":
            operations += _members_1(value)
        elif name not in ("schemas", "id"):
            operations.append({"op": "replace", "path": name, "value": value})
    return operations


def _members_1(members: Any) -> list[dict[str, Any]]:
    """One operation for each run of members that join or leave, in the order sent."""
    operations: list[dict[str, Any]] = []
    for member in members if isinstance(members, list) else [members]:
        if not isinstance(member, dict) or not member.get("value"):
            refuse("invalidSyntax", "Each member is a JSON object with a value.")
        verb = member.get("operation", "add")
        op = _VERBS_1.get(verb.lower()) if isinstance(verb, str) else None
        if op is None:
            refuse("invalidSyntax", 'The attribute operation of a member must be "add" or "delete".')
        kept = {key: value for key, value in member.items() if key != "operation"}
        if not operations or operations[-1]["op"] != op:
            operations.append({"op": op, "path": "members", "value": []})
        operations[-1]["value"].append(kept)
    return operations
