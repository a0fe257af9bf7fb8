"""Which operation a method and path ask for (AWS's page "Supported API operations")."""

from typing import NamedTuple

from lockstep.center.events import Operation

_BASE = ("scim", "v2")
_BASE_SEGMENTS = 2

_ROUTES: dict[tuple[str, bool], dict[str, Operation]] = {
    ("Users", False): {"GET": Operation.LIST_USERS, "POST": Operation.CREATE_USER},
    ("Users", True): {
        "GET": Operation.GET_USER,
        "PUT": Operation.PUT_USER,
        "PATCH": Operation.PATCH_USER,
        "DELETE": Operation.DELETE_USER,
    },
    ("Groups", False): {"GET": Operation.LIST_GROUPS, "POST": Operation.CREATE_GROUP},
    ("Groups", True): {"GET": Operation.GET_GROUP, "PATCH": Operation.PATCH_GROUP, "DELETE": Operation.DELETE_GROUP},
    ("ServiceProviderConfig", False): {"GET": Operation.SERVICE_PROVIDER_CONFIG},
    ("ResourceTypes", False): {"GET": Operation.LIST_RESOURCE_TYPES},
    ("Schemas", False): {"GET": Operation.LIST_SCHEMAS},
    ("Schemas", True): {"GET": Operation.GET_SCHEMA},
}


class Place(NamedTuple):
    """A path below the base: a tenant, a resource such as `Users`, and an id or ""."""

    tenant_id: str
    resource: str
    resource_id: str


class Route(NamedTuple):
    """What is asked for: `operation` is None where the path is `known` and the method is not one of its own."""

    operation: Operation | None
    known: bool


def split(path: str) -> Place | None:
    """The place that `path` names; None where it is not below `/<tenant>/scim/v2` (such as `/…/scim/v2Groups/x`).

    Bases with and without a trailing slash are both pasted into clients, so a doubled slash counts as one.
    """
    parts = [part for part in path.split("/") if part]
    if len(parts) <= _BASE_SEGMENTS or (parts[1], parts[2]) != _BASE:
        return None
    tenant_id, _scim, _version, *rest = parts
    resource = rest[0] if rest else ""
    return Place(tenant_id, resource, "/".join(rest[1:]))


def route(method: str, place: Place) -> Route:
    """The operation that `method` on `place` is."""
    methods = _ROUTES.get((place.resource, bool(place.resource_id)))
    if methods is None or "/" in place.resource_id:
        return Route(None, False)
    return Route(methods.get(method), True)
