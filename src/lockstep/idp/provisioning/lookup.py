"""Finds at the target what a create of ours may have made.

A found object is ours only if it was made after we first asked for it (its `meta.created`, on the target's own clock); where a
target does not say when, only if it holds exactly what we sent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lockstep.idp.provisioning.plan import name_of
from lockstep.idp.provisioning.records import Document, ObjectKind, name_key
from lockstep.scim.client import ScimClient, quoted

TOLERANCE_MS = 5_000
"""Targets give seconds, and clocks are read at different moments."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a user's document or a group's name, and when it was first sent (ms, our clock)."""

    object: ObjectKind
    name: str
    document: Document
    since: int


async def look_up(client: ScimClient, wanted: Wanted) -> dict[str, Any] | None:
    """What is at the target in the place of `wanted`: by externalId, else by name.  Raises ListError, TransportError."""
    places = [("/Groups", "displayName", wanted.name)]
    if wanted.object == "user":
        external = str(wanted.document.get("externalId", ""))
        places = [("/Users", "externalId", external), ("/Users", "userName", wanted.name)]
    for path, attribute, value in places:
        if not value:
            continue
        found = await client.find(path, attribute, value)
        if found and found[0].get("id"):
            return found[0]
    return None


async def members_of(client: ScimClient, group: str) -> list[str]:
    """The ids of everyone in a group.  Raises ListError, TransportError."""
    members: list[str] = []
    async for page in client.pages("/Users", filter_text=f"groups.value eq {quoted(group)}"):
        members.extend(str(resource["id"]) for resource in page if resource.get("id"))
    return members


def is_ours(found: dict[str, Any], wanted: Wanted, skew_ms: int) -> bool:
    """Whether `found` can be what we asked for.  `skew_ms` is how far the target's clock is ahead of ours."""
    if not _same(found, wanted):
        return False
    created = _created(found)
    if created is None:
        return wanted.object == "user" and _same_content(found, wanted.document)
    return created >= wanted.since + skew_ms - TOLERANCE_MS


def _same(found: dict[str, Any], wanted: Wanted) -> bool:
    if wanted.object == "group":
        return str(found.get("displayName", "")) == wanted.name
    external = wanted.document.get("externalId")
    if external and found.get("externalId"):
        return bool(found["externalId"] == external)
    return name_key(str(found.get("userName", ""))) == name_key(name_of(wanted.document))


def _created(found: dict[str, Any]) -> int | None:
    text = (found.get("meta") or {}).get("created")
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _same_content(found: dict[str, Any], document: Document) -> bool:
    return all(found.get(name) == value for name, value in document.items() if isinstance(value, str))
