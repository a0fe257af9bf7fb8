"""The users that the benchmark makes, in the shape that our own engine sends."""

from typing import Any

Json = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def user_name(number: int) -> str:
    """The userName of one of them."""
    return f"person{number}@example.com"


def user(number: int) -> Json:
    """The body of a create."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": f"E{number:07}",
        "userName": user_name(number),
        "displayName": f"Ada Dąbrowski {number}",
        "name": {"givenName": "Ada", "familyName": f"Dąbrowski {number}"},
        "title": "Engineer",
        "active": True,
        "emails": [{"value": user_name(number), "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"+1 202 555 {number % 10_000:04}", "type": "work"}],
        ENTERPRISE: {
            "employeeNumber": f"E{number:07}",
            "department": f"Department {number % 40}",
            "division": f"Division {number % 5}",
            "costCenter": f"CC-{number % 90}",
        },
    }


def group(number: int) -> Json:
    """The body of a group without members."""
    return {"schemas": [GROUP], "displayName": f"Group {number}"}


def title(text: str) -> Json:
    """The PATCH of a title."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": text}]}


def added(user_ids: list[str]) -> Json:
    """The PATCH that puts people into a group."""
    value = [{"value": user_id} for user_id in user_ids]
    return {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": value}]}
