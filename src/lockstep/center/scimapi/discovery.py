"""ServiceProviderConfig, ResourceTypes and Schemas (AWS's pages of the same names)."""

from functools import cache
from http import HTTPStatus
from typing import Any

from lockstep.center.directory.problems import Code, Refusal
from lockstep.center.scimapi.messages import Reply, Request, json_reply
from lockstep.center.scimapi.schemas import SCHEMAS
from lockstep.scim.messages import ENTERPRISE, GROUP, LIST, RESOURCE_TYPE, SPC, USER

_CONFIG: dict[str, Any] = {
    "schemas": [SPC],
    "documentationUri": "https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-idp.html",
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token Standard",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "documentationUri": "https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html",
            "primary": True,
        }
    ],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 1, "maxPayloadSize": 1_048_576},
    "filter": {"supported": True, "maxResults": 50},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
}


@cache
def _config() -> Reply:
    return json_reply(_CONFIG)


def service_provider_config(_request: Request) -> Reply:
    """ServiceProviderConfig: the documented body; `filter.maxResults` says 50 although lists give 100."""
    return _config()


def resource_types(request: Request) -> Reply:
    """ListResourceTypes: User, whose extension is declared required although users without it are returned, and Group."""
    user = _resource_type(request, "User", "User Account", USER)
    user["schemaExtensions"] = [{"schema": ENTERPRISE, "required": True}]
    return json_reply(_listed([user, _resource_type(request, "Group", "Group", GROUP)]))


def schemas(_request: Request) -> Reply:
    """ListSchemas: User, its enterprise extension, and Group."""
    return json_reply(_listed(list(SCHEMAS.values())))


def schema(request: Request) -> Reply:
    """GetSchema: `{id, name, description, attributes}`."""
    found = SCHEMAS.get(request.resource_id)
    if found is None:
        status = request.instance.profile.unknown_schema_status
        code = Code.VALIDATION if status == HTTPStatus.BAD_REQUEST else Code.NOT_FOUND
        raise Refusal(code, "Schema not found.", f"there is no schema {request.resource_id}", status=status)
    return json_reply(found)


def _resource_type(request: Request, name: str, description: str, core: str) -> dict[str, Any]:
    return {
        "schemas": [RESOURCE_TYPE],
        "id": name,
        "name": name,
        "endpoint": f"/{name}s",
        "description": description,
        "schema": core,
        "meta": {"resourceType": "ResourceType", "location": f"{request.base_url}/ResourceTypes/{name}"},
    }


def _listed(resources: list[dict[str, Any]]) -> dict[str, Any]:
    count = len(resources)
    return {"totalResults": count, "itemsPerPage": count, "startIndex": 1, "schemas": [LIST], "Resources": resources}
