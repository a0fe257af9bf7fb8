"""Reads what a target says of its schemas (RFC 7643 section 7, RFC 7644 section 4).  Pure.

Some leave `type` or `mutability` out, some answer with a bare list: what is not said has the value that RFC 7643 gives it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from lockstep.idp.apps.template.target import UserSchemas
from lockstep.scim.definitions import COMMON, Attribute, Mutability, Returned, Type
from lockstep.scim.messages import GROUP, RESOURCE_TYPE, SCHEMA, SPC, USER

_NOT_OF_USERS = frozenset({USER, GROUP, SPC, RESOURCE_TYPE, SCHEMA})
_DEEPEST = 3


def user_schemas(document: Any) -> UserSchemas | None:
    """What a user has at the target; None where the answer does not describe User."""
    listed = document.get("Resources") if isinstance(document, Mapping) else document
    if not isinstance(listed, list):
        return None
    found = {str(one.get("id", "")): dict(_named(one.get("attributes"))) for one in listed if isinstance(one, Mapping)}
    core = next((names for urn, names in found.items() if urn.lower() == USER.lower()), None)
    if not core:
        return None
    for one in COMMON:
        core.setdefault(one.name.lower(), one)
    extensions = {urn: names for urn, names in found.items() if urn[:4].lower() == "urn:" and urn not in _NOT_OF_USERS}
    return UserSchemas(core, extensions, "the target's own schemas")


def _named(attributes: Any, depth: int = 0) -> Iterator[tuple[str, Attribute]]:
    if not isinstance(attributes, list) or depth > _DEEPEST:
        return
    for one in attributes:
        if isinstance(one, Mapping) and isinstance(one.get("name"), str) and one["name"]:
            yield one["name"].lower(), _attribute(one, depth)


def _attribute(said: Mapping[str, Any], depth: int) -> Attribute:
    subs = tuple(sub for _, sub in _named(said.get("subAttributes"), depth + 1))
    kind: Type = next((one for one in get_args(Type) if one == said.get("type")), "complex" if subs else "string")
    mutability: Mutability = next((one for one in get_args(Mutability) if one == said.get("mutability")), "readWrite")
    returned: Returned = next((one for one in get_args(Returned) if one == said.get("returned")), "default")
    return Attribute(
        said["name"],
        type=kind,
        multi_valued=said.get("multiValued") is True,
        required=said.get("required") is True,
        mutability=mutability,
        returned=returned,
        sub_attributes=subs,
    )
