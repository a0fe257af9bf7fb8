"""Capabilities in words, for pages and commands.  Pure."""

from collections.abc import Mapping
from typing import Any

from lockstep.idp.apps.capabilities.records import Found
from lockstep.idp.apps.connectors.records import Connector

_PAGING: Mapping[str, str] = {
    "cursor": "by cursor",
    "index": "by startIndex",
    "either": "by cursor, or by startIndex where it knows none",
}
_READ: Mapping[str, str] = {
    "filter": "through filters (groups.value, members.value)",
    "shown": "in the group itself, or through filters where it shows none",
}


def lines(connector: Connector) -> list[tuple[str, str]]:
    """(what, how) of everything that a connector decides about speaking to its target."""
    groups = "together with the group" if connector.create_takes_members else "after the group is made"
    return [
        ("Changes", "PATCH" if connector.writes == "patch" else "PUT of the whole object, which is read first"),
        ("Bulk", _bulk(connector)),
        ("Members in one request", f"at most {connector.members_per_request:,}; the first ones {groups}"),
        ("Members are read", _READ[connector.members_read]),
        ("Lists", f"{connector.page_size:,} in a page, {_PAGING[connector.paging]}"),
        ("People are found by", ", then ".join(connector.matches)),
    ]


def _bulk(connector: Connector) -> str:
    if not connector.bulk_operations:
        return "not used"
    return f"up to {connector.bulk_operations:,} changes in a request of at most {connector.bulk_bytes // 1024:,} KiB"


def learnt(found: Found) -> list[str]:
    """What answers have shown since the target was asked, in sentences."""
    told = []
    names = {"patch": "PATCH", "put": "PUT", "bulk": "Bulk", "cursor": "cursors"}
    told += [f"It has refused {name}." for what, name in names.items() if what in found.refused]
    if "create-members" in found.refused:
        told.append("It has refused to make a group together with members.")
    if found.members:
        told.append(f"It has refused more than {found.members:,} members in a request.")
    if found.bulk_operations:
        told.append(f"It has refused more than {found.bulk_operations:,} changes in a Bulk request.")
    return told


def as_json(connector: Connector) -> dict[str, Any]:
    """What a connector decides, as JSON."""
    return {
        "writes": connector.writes,
        "bulk_operations": connector.bulk_operations,
        "bulk_bytes": connector.bulk_bytes,
        "members_per_request": connector.members_per_request,
        "removes_members": connector.removes_members,
        "create_takes_members": connector.create_takes_members,
        "members_read": connector.members_read,
        "page_size": connector.page_size,
        "paging": connector.paging,
        "matches": list(connector.matches),
        "rate": connector.rate,
    }
