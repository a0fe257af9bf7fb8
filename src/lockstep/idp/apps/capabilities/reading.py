"""Reads a ServiceProviderConfig, and lays what was found over a connector's declaration.  Pure.

Targets leave sections out, or say no more than `{"supported": false}`, as RFC 7643 allows where nothing is supported.  What is
not said is never taken for a no: a document without `bulk` does not switch PATCH off.
"""

from dataclasses import replace
from typing import Any

from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.idp.apps.connectors.declared import AWS
from lockstep.idp.apps.connectors.records import SAFE_MEMBERS, Connector, Paging, Writes
from lockstep.scim.messages import SPC

_SECTIONS = ("patch", "bulk", "filter", "changePassword", "sort", "etag", "authenticationSchemes")
_ENOUGH = 2
"""So many sections make a ServiceProviderConfig of a document that does not name its schema."""
MOST_OPERATIONS = 1_000
MOST_BYTES = 8 * 1024 * 1024
MOST_PER_PAGE = 1_000
UNSAID_OPERATIONS = 100
UNSAID_BYTES = 1024 * 1024
"""For a Bulk that is offered without limits."""
BYTES_PER_MEMBER = 128
"""An operation that removes a UUID, with room."""
_AWS_DOCUMENTS = "https://docs.aws.amazon.com/singlesignon/"


def read(document: Any) -> Said | None:
    """What a ServiceProviderConfig says; None where the document is none."""
    if not isinstance(document, dict):
        return None
    schemas = document.get("schemas")
    named = isinstance(schemas, list) and SPC.lower() in {str(one).lower() for one in schemas}
    if not named and sum(isinstance(document.get(one), dict | list) for one in _SECTIONS) < _ENOUGH:
        return None
    bulk, listing, paging = _section(document, "bulk"), _section(document, "filter"), _section(document, "pagination")
    documentation = document.get("documentationUri")
    return Said(
        patch=_truth(_section(document, "patch").get("supported")),
        bulk=_truth(bulk.get("supported")),
        bulk_operations=_number(bulk.get("maxOperations")),
        bulk_bytes=_number(bulk.get("maxPayloadSize")),
        filter=_truth(listing.get("supported")),
        page_size=_number(paging.get("maxPageSize")) or _number(listing.get("maxResults")),
        cursor=_truth(paging.get("cursor")),
        etag=_truth(_section(document, "etag").get("supported")),
        documentation=documentation if isinstance(documentation, str) else "",
    )


def _section(document: dict[str, Any], name: str) -> dict[str, Any]:
    section = document.get(name)
    return section if isinstance(section, dict) else {}


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    """A positive whole number; 0, which some say for "no limit", says nothing."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def is_aws(said: Said) -> bool:
    """Whether the document is AWS's own, whatever connector was chosen."""
    return said.documentation.startswith(_AWS_DOCUMENTS)


def effective(connector: Connector, found: Found) -> Connector:
    """The declaration with what was found laid over it: how the target is really spoken to."""
    if not connector.asks:
        return connector
    if is_aws(found.said):
        return replace(AWS, name=connector.name, words=connector.words, template=connector.template, asks=True)
    operations = _bulk_operations(found)
    payload = min(found.said.bulk_bytes or UNSAID_BYTES, MOST_BYTES)
    return replace(
        connector,
        writes=_writes(connector, found),
        if_match=found.said.etag is True,
        page_size=min(found.said.page_size or connector.page_size, MOST_PER_PAGE),
        paging=_paging(connector, found),
        members_per_request=_members(connector, found),
        create_takes_members=connector.create_takes_members and "create-members" not in found.refused,
        bulk_operations=operations,
        bulk_bytes=payload if operations else 0,
    )


def _writes(connector: Connector, found: Found) -> Writes:
    """PATCH, unless the target says in so many words that it has none, or has refused one; and PUT only where it can be."""
    without_patch = found.said.patch is False or "patch" in found.refused
    return "put" if without_patch and connector.may_put and "put" not in found.refused else connector.writes


def _bulk_operations(found: Found) -> int:
    if found.said.bulk is not True or "bulk" in found.refused:
        return 0
    most = min(found.said.bulk_operations or UNSAID_OPERATIONS, found.bulk_operations or MOST_OPERATIONS, MOST_OPERATIONS)
    return most if most > 1 else 0


def _paging(connector: Connector, found: Found) -> Paging:
    if found.said.cursor is None:
        return "index" if "cursor" in found.refused else connector.paging
    return "cursor" if found.said.cursor else "index"


def _members(connector: Connector, found: Found) -> int:
    """A limit that was met, else the declared one, as far as a request of the target's size holds so many."""
    room = (found.said.bulk_bytes or MOST_BYTES) // BYTES_PER_MEMBER
    return max(1, min(found.members or connector.members_per_request, room))


def refused(found: Found, what: str, size: int = 0) -> Found:
    """`found` after an answer that denies a capability, or shows a limit: `members` and `bulk-size` of a request of `size`.

    PATCH and PUT take turns: where both were refused, the declaration stands again.
    """
    if what == "members":
        return replace(found, members=SAFE_MEMBERS if size > SAFE_MEMBERS else max(1, size // 2))
    if what == "bulk-size":
        return replace(found, bulk_operations=max(1, size // 2))
    return replace(found, refused=found.refused | {what})


def differences(connector: Connector, found: Found) -> list[str]:
    """Where what a target says is not what the connector declares, in sentences; what is laid over it is no difference."""
    said = found.said
    if connector.asks:
        known = f"This is IAM Identity Center, and is treated as such. Choose the connector {AWS.name} for it."
        return [known] if is_aws(said) else []
    told = []
    if said.patch is False:
        told.append("It says that it does not support PATCH. Lockstep changes objects by PATCH all the same.")
    if said.bulk is True:
        told.append("It offers Bulk, which this connector does not use.")
    if said.page_size not in (None, connector.page_size, connector.says_page_size):
        told.append(f"It says {said.page_size} results a page. Lockstep asks for {connector.page_size}.")
    if said.documentation and not is_aws(said):
        told.append(
            f"Its documentation is not AWS's ({said.documentation[:200]}). The connector scim2 adapts to other services."
        )
    return told
