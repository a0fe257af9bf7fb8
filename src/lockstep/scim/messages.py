"""The names of SCIM's schemas and messages, errors, and list responses (RFC 7644 sections 3.4.2 and 3.12)."""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SPC: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Schema"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK: Final = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

CORE_1: Final = "urn:scim:schemas:core:1.0"
"""SCIM 1.1's only core schema; what it means (user or group) follows from where it is sent."""
ENTERPRISE_1: Final = "urn:scim:schemas:extension:enterprise:1.0"


class ScimError(Exception):
    """A request that is refused, in RFC 7644's words.

    `status` is the HTTP status, `detail` a sentence for a person, `scim_type` a keyword of RFC 7644 table 9 or None.
    """

    def __init__(self, status: int, detail: str, scim_type: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type

    def __repr__(self) -> str:
        return f"ScimError({self.status}, {self.detail!r}, {self.scim_type!r})"


def refuse(scim_type: str, detail: str) -> NoReturn:
    """Raise the 400 with keyword `scim_type` (RFC 7644 table 9)."""
    raise ScimError(400, detail, scim_type)


def error_body(error: ScimError) -> dict[str, Any]:
    """The body of an error response (RFC 7644 3.12): `{schemas, status, scimType?, detail}`; `status` is a string."""
    body: dict[str, Any] = {"schemas": [ERROR], "status": str(error.status)}
    if error.scim_type is not None:
        body["scimType"] = error.scim_type
    body["detail"] = error.detail
    return body


def list_response(resources: Sequence[Any], *, total: int | None = None, start_index: int | None = 1) -> dict[str, Any]:
    """The body of a list response (RFC 7644 3.4.2): one page of `resources` out of `total` (default: they are all).

    `start_index=None` leaves `startIndex` out.
    """
    body: dict[str, Any] = {
        "schemas": [LIST],
        "totalResults": len(resources) if total is None else total,
        "itemsPerPage": len(resources),
    }
    if start_index is not None:
        body["startIndex"] = start_index
    body["Resources"] = list(resources)
    return body
