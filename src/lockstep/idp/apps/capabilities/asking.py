"""Asks a target what it can do: one read of its ServiceProviderConfig.

Where somebody asks for it, and not in the middle of a run, its schemas are read, too, unless they are known.
"""

from dataclasses import replace

import msgspec

from lockstep.idp.apps.capabilities.reading import is_aws, read
from lockstep.idp.apps.capabilities.records import Found, Said
from lockstep.idp.apps.capabilities.schemas import user_schemas
from lockstep.scim.client import ScimClient, TransportError

PLACE = "/ServiceProviderConfig"
SCHEMAS = "/Schemas"
LONGEST_SCHEMAS = 1024 * 1024


async def ask(base_url: str, token: str, now: int) -> Found:
    """What the target says of itself at the instant `now` (ms)."""
    async with ScimClient(base_url, token, timeout_seconds=15.0, patience=2) as client:
        found = await ask_by(client, now)
        return found if found.problem else replace(found, schemas=await _schemas(client, found.said))


async def ask_by(client: ScimClient, now: int, before: Found | None = None) -> Found:
    """The same without the schemas, over a connection that is open.  What was shown `before` stays known."""
    kept = before or Found()
    try:
        answer = await client.request("GET", PLACE)
    except TransportError as error:
        return replace(kept, asked_at=now, problem=f"no answer: {error}"[:500])
    said = read(answer.body) if answer.ok else None
    if said is None:
        what = "something else" if answer.ok else f"{answer.status}"
        return replace(kept, asked_at=now, problem=f"it has no ServiceProviderConfig, and answered with {what}")
    return replace(kept, said=said, asked_at=now, problem="")


async def _schemas(client: ScimClient, said: Said) -> str:
    """What the target says of its schemas, "" where it says nothing that helps; AWS's are known."""
    if is_aws(said):
        return ""
    try:
        answer = await client.request("GET", SCHEMAS)
    except TransportError:
        return ""
    if not answer.ok or user_schemas(answer.body) is None:
        return ""
    text = msgspec.json.encode(answer.body).decode()
    return text if len(text) <= LONGEST_SCHEMAS else ""
